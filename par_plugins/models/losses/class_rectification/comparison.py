"""The three ways in which class rectification compares positive and negative pairs.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 9 to 14, and TPAMI 2019, eq. 9 to 14: triplets, pairs
against a margin, and histograms (Ustinova and Lempitsky, NeurIPS 2016). All come without a table of
triplets. Histograms have 100 nodes, both ends of the range included; the papers do not say.
"""

import torch
from torch import Tensor
from torch.nn import functional

from par_plugins.models.losses.class_rectification.mining import Pairs

NODES = 100
"""Nodes of a histogram."""


def compare(
    pairs: Pairs,
    *,
    comparison: str,
    margin: Tensor,
    spread: tuple[float, float],
    pooled: bool,
) -> Tensor:
    """The loss of every pool of pairs; exactly 0 where no anchor has both kinds.

    Args:
        pairs: Distances ``(A, M, ...)``.
        comparison: ``relative``, ``absolute`` or ``distribution``.
        margin: ``(A,)`` margin of triplets or of negative pairs.
        spread: Least and greatest distance of a histogram.
        pooled: Put the pairs of all attributes into one pool, in place of one each.

    Returns:
        ``(A,)``, or ``(1,)`` where pooled.
    """

    def pool(amounts: Tensor) -> Tensor:
        return amounts.sum(dim=0, keepdim=True) if pooled else amounts

    num_positives, num_negatives = pairs.is_positive.sum(dim=2), pairs.is_negative.sum(dim=2)
    triplets = pool((num_positives * num_negatives).sum(dim=1))
    positives = pool(num_positives.sum(dim=1)).clamp(min=1)
    negatives = pool(num_negatives.sum(dim=1)).clamp(min=1)
    if comparison == 'relative':
        losses = pool(triplet_sums(pairs, margin)) / triplets.clamp(min=1)
    elif comparison == 'absolute':
        near = pairs.positive.square().masked_fill(~pairs.is_positive, 0.0)
        short = (margin[:, None, None] - pairs.negative).clamp(min=0)
        short = short.square().masked_fill(~pairs.is_negative, 0.0)
        losses = 0.5 * pool(near.sum(dim=(1, 2))) / positives
        losses = losses + 0.5 * pool(short.sum(dim=(1, 2))) / negatives
    else:
        positive = pool(histograms(pairs.positive, pairs.is_positive, spread=spread))
        negative = pool(histograms(pairs.negative, pairs.is_negative, spread=spread))
        reverse = positive * negative.cumsum(dim=1)
        losses = (reverse / (positives * negatives)[:, None]).sum(dim=1)
    return losses.masked_fill(triplets == 0, 0.0)


def triplet_sums(pairs: Pairs, margin: Tensor) -> Tensor:
    """``(A,)`` sums of ``max(0, margin + d(a, +) - d(a, -))`` over all triplets.

    A positive makes a loss with the negatives nearer than itself and the margin: with the
    distances of the negatives sorted, a count of them and their sum is all it needs.
    """
    nearest = pairs.negative.masked_fill(~pairs.is_negative, torch.inf).sort(dim=2).values
    reach = (margin[:, None, None] + pairs.positive).contiguous()
    counts = torch.searchsorted(nearest.detach(), reach.detach())
    sums = functional.pad(nearest.cumsum(dim=2), (1, 0)).gather(2, counts)
    return (counts * reach - sums).masked_fill(~pairs.is_positive, 0.0).sum(dim=(1, 2))


def histograms(distances: Tensor, present: Tensor, *, spread: tuple[float, float]) -> Tensor:
    """``(A, 100)`` soft counts: each distance is shared between its two neighbouring nodes.

    Args:
        distances: ``(A, M, P)``.
        present: ``(A, M, P)`` bool, which of them there are.
        spread: Distances of the first and the last node.
    """
    low, high = spread
    places = ((distances - low) * ((NODES - 1) / (high - low))).clamp(0, NODES - 1)
    before = places.detach().floor().clamp(max=NODES - 2)
    after = (places - before).masked_fill(~present, 0.0)
    nodes = before.nan_to_num(nan=0.0).long().flatten(1)  # NaN is in the counts, and no index
    counts = distances.new_zeros(len(distances), NODES)
    counts = counts.scatter_add(1, nodes, (present.to(after) - after).flatten(1))
    return counts.scatter_add(1, nodes + 1, after.flatten(1))
