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


@TASK_UTILS.register_module()
class RelativeComparison:
    """Triplets: the mean of ``max(0, margin + d(a, +) - d(a, -))``."""

    def sums(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return what adds up over attributes: ``(A, 2)`` losses and number of triplets."""
        losses = triplet_sums(pairs, distance.triplet_margin(pairs.num_values))
        return torch.stack([losses, pairs.num_triplets], dim=1)

    def loss(self, sums: Tensor) -> Tensor:
        """Return the loss ``(A,)`` of such sums."""
        return sums[:, 0] / sums[:, 1].clamp(min=1)


@TASK_UTILS.register_module()
class AbsoluteComparison:
    """Pairs: half the mean of ``d(+)^2`` and of ``max(0, margin - d(-))^2``."""

    def sums(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return what adds up over attributes: ``(A, 5)``, the last the number of triplets."""
        short = (distance.pair_margin - pairs.negative).clamp(min=0)
        near = pairs.positive.square().masked_fill(~pairs.is_positive, 0.0)
        far = short.square().masked_fill(~pairs.is_negative, 0.0)
        tables = (near, pairs.is_positive, far, pairs.is_negative)
        return torch.stack([*(t.sum(dim=(1, 2)) for t in tables), pairs.num_triplets], dim=1)

    def loss(self, sums: Tensor) -> Tensor:
        """Return the loss ``(A,)`` of such sums."""
        near, num_near, far, num_far = sums[:, :4].unbind(dim=1)
        return 0.5 * (near / num_near.clamp(min=1) + far / num_far.clamp(min=1))


@TASK_UTILS.register_module()
class DistributionComparison:
    """Histograms: the probability that a positive pair is farther apart than a negative one.

    Args:
        num_nodes: Of a histogram, both ends of the range included; the papers do not say.
    """

    def __init__(self, num_nodes: int = 100) -> None:
        self.num_nodes = checked_number('num_nodes', num_nodes, at_least=2, whole=True)

    def sums(self, pairs: Pairs, distance: Distance) -> Tensor:
        """Return what adds up over attributes: ``(A, 2 T + 1)`` nodes and number of triplets."""
        assert distance.span is not None  # the loss has seen to it
        span, num_nodes = distance.span, self.num_nodes
        positive = histograms(pairs.positive, pairs.is_positive, span=span, num_nodes=num_nodes)
        negative = histograms(pairs.negative, pairs.is_negative, span=span, num_nodes=num_nodes)
        return torch.cat([positive, negative, pairs.num_triplets[:, None]], dim=1)

    def loss(self, sums: Tensor) -> Tensor:
        """Return the loss ``(A,)`` of such sums."""
        counts = sums[:, :-1].unflatten(1, (2, self.num_nodes))
        positive, negative = (counts / counts.sum(dim=2, keepdim=True).clamp(min=1)).unbind(dim=1)
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
    """Share each distance between its two neighbouring nodes: ``(A, T)``, their sum its number.

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
    return counts.scatter_add(1, nodes + 1, after.flatten(1))
