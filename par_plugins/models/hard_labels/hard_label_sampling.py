"""Drawing label vectors that hold what a classifier finds hard (HABP paper, 2019, section 3.4).

The paper's text has two readings. ``independent``: each attribute draws its value by itself.
``anchor`` (ours): one hard label is drawn, and the other labels of the vector are those of a real
image that has it, so that a generator is asked for combinations it has seen.
"""

import torch
from torch import Tensor

from par_plugins.structures import UNKNOWN


def draw_index(weights: Tensor, *, count: int, generator: torch.Generator | None) -> Tensor:
    """Draw indices in proportion to weights, as the winners of exponential races.

    Args:
        weights: ``(..., K)`` float32, not negative.
        count: Number of indices N for each row of weights.
        generator: Of the device of ``weights``; None is torch's own.

    Returns:
        ``(N, ...)`` int64; an index of weight 0 only where all weights are 0.
    """
    times = weights.new_empty(count, *weights.shape).exponential_(generator=generator)
    return (weights / times).argmax(dim=-1)


def draw_independent_labels(
    weights: Tensor, *, num_images: int, generator: torch.Generator | None
) -> Tensor:
    """Draw each attribute's value by itself, in proportion to its weights.

    Args:
        weights: ``(A, K)`` float32, not negative; 0 for what must not be drawn.
        num_images: Number of label vectors N.
        generator: Of the device of ``weights``; None is torch's own.

    Returns:
        ``(N, A)`` int64, -1 (unknown) for an attribute whose weights are all 0.
    """
    labels = draw_index(weights, count=num_images, generator=generator)
    return labels.masked_fill(weights.sum(dim=1) == 0, UNKNOWN)


def draw_anchored_labels(
    weights: Tensor, targets: Tensor, *, num_images: int, generator: torch.Generator | None
) -> Tensor:
    """Draw one label for each image, in proportion to weights, and a real image that has it.

    Args:
        weights: ``(A, K)`` float32, not negative; 0 for what must not be drawn, which are all
            labels that no image of ``targets`` has.
        targets: ``(M, A)`` labels of real images, integers of any size, -1 for unknown.
        num_images: Number of label vectors N.
        generator: Of the device of ``weights``; None is torch's own.

    Returns:
        ``(N, A)`` int64: rows of ``targets``, each uniform among those with the label drawn; all
        -1 (unknown) where all weights are 0.
    """
    cells = draw_index(weights.flatten(), count=num_images, generator=generator)
    attributes, values = cells // weights.shape[1], cells % weights.shape[1]
    having = (targets.T[attributes] == values[:, None]).cumsum(dim=1, dtype=torch.int32)
    uniform = torch.rand(num_images, generator=generator, device=weights.device)
    ordinal = (uniform * having[:, -1]).int() + 1
    rows = torch.searchsorted(having, ordinal[:, None])[:, 0].clamp(max=len(targets) - 1)
    return targets[rows].long().masked_fill(weights.sum() == 0, UNKNOWN)
