"""The three ways in which class rectification compares positive and negative pairs.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 9 to 14, and TPAMI 2019, eq. 9 to 14: triplets, pairs
against a margin, and histograms (Ustinova and Lempitsky, NeurIPS 2016). All come without a table of
triplets.
"""

import torch
from mmengine.registry import TASK_UTILS
from torch import Tensor
from torch.nn import functional

from par_plugins.models.losses.class_rectification.distances import Distance
from par_plugins.models.losses.class_rectification.miners import Pairs
from par_plugins.structures import checked_number


def mean_over(amounts: Tensor, present: Tensor) -> Tensor:
    """Return ``(A,)`` means of the amounts ``(A, M, P)`` that are present; 0 of none."""
    total = amounts.masked_fill(~present, 0.0).sum(dim=(1, 2))
    return total / present.sum(dim=(1, 2)).clamp(min=1)


@TASK_UTILS.register_module()
class RelativeComparison:
    """Triplets: the mean of ``max(0, margin + d(a, +) - d(a, -))``."""

    def __call__(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return the loss ``(A,)`` of every pool."""
        sums = triplet_sums(pairs, distance.triplet_margin(pairs.num_values))
        return sums / pairs.num_triplets.clamp(min=1)


@TASK_UTILS.register_module()
class AbsoluteComparison:
    """Pairs: half the mean of ``d(+)^2`` and of ``max(0, margin - d(-))^2``."""

    def __call__(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return the loss ``(A,)`` of every pool."""
        short = (distance.pair_margin - pairs.negative).clamp(min=0)
        near = mean_over(pairs.positive.square(), pairs.is_positive)
        return 0.5 * (near + mean_over(short.square(), pairs.is_negative))


@TASK_UTILS.register_module()
class DistributionComparison:
    """Histograms: the probability that a positive pair is farther apart than a negative one.

    Args:
        num_nodes: Of a histogram, both ends of the range included; the papers do not say.
    """

    def __init__(self, num_nodes: int = 100) -> None:
        self.num_nodes = checked_number('num_nodes', num_nodes, at_least=2, whole=True)

    def __call__(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return the loss ``(A,)`` of every pool."""
        assert distance.span is not None  # the loss has seen to it
        span, num_nodes = distance.span, self.num_nodes
        positive = histograms(pairs.positive, pairs.is_positive, span=span, num_nodes=num_nodes)
        negative = histograms(pairs.negative, pairs.is_negative, span=span, num_nodes=num_nodes)
        return (positive * negative.cumsum(dim=1)).sum(dim=1)


def triplet_sums(pairs: Pairs, margin: Tensor) -> Tensor:
    """Sum ``max(0, margin + d(a, +) - d(a, -))`` over all triplets of every pool: ``(A,)``.

    A positive makes a loss with the negatives nearer than itself and the margin: with the
    distances of the negatives sorted, a count of them and their sum is all it needs.
    """
    nearest = pairs.negative.masked_fill(~pairs.is_negative, torch.inf).sort(dim=2).values
    reach = (margin + pairs.positive).contiguous()
    counts = torch.searchsorted(nearest.detach(), reach.detach())
    sums = functional.pad(nearest.cumsum(dim=2), (1, 0)).gather(2, counts)
    return (counts * reach - sums).masked_fill(~pairs.is_positive, 0.0).sum(dim=(1, 2))


def histograms(
    distances: Tensor, present: Tensor, *, span: tuple[float, float], num_nodes: int
) -> Tensor:
    """Share each distance between its two neighbouring nodes: ``(A, T)`` that add up to 1.

    Args:
        distances: ``(A, M, P)``.
        present: ``(A, M, P)`` bool, which of them there are.
        span: Distances of the first and the last node.
        num_nodes: T.
    """
    low, high = span
    last = num_nodes - 1
    positions = ((distances - low) * (last / (high - low))).clamp(0, last)
    before = positions.detach().floor().clamp(max=last - 1)
    after = (positions - before).masked_fill(~present, 0.0)
    nodes = before.nan_to_num(nan=0.0).long().flatten(1)  # NaN is in the counts, and no index
    counts = distances.new_zeros(len(distances), num_nodes)
    counts = counts.scatter_add(1, nodes, (present.to(after) - after).flatten(1))
    counts = counts.scatter_add(1, nodes + 1, after.flatten(1))
    return counts / present.sum(dim=(1, 2)).clamp(min=1)[:, None]
