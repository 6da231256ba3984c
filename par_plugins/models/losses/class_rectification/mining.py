"""The pairs that class rectification compares: anchors with hard samples of their batch.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 4 to 7, and TPAMI 2019, eq. 4 to 7, 10 and 11. What the
papers leave open: hardness is ranked in single precision, and equal samples by their place in the
batch; an image is misclassified (ICCV, instance level) if another value is more probable than its
own; without mining (TPAMI, table 11) scores are compared as they are at class level.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from par_plugins.models.losses.class_rectification.anchors import Anchors, find_anchors
from par_plugins.models.losses.class_rectification.features import FeatureDistances
from par_plugins.models.losses.class_rectification.presets import Preset

BELOW_SINGLE = 2**29 - 1
"""The bits of a double that single precision has not."""


@dataclass(frozen=True)
class Pairs:
    """Distances from anchors to mined samples, and which of them there are.

    Attributes:
        positive: ``(A, M, P)`` to samples of the anchor's class.
        is_positive: ``(A, M, P)`` bool.
        negative: ``(A, M, Q)`` to samples of other classes.
        is_negative: ``(A, M, Q)`` bool.
    """

    positive: Tensor
    is_positive: Tensor
    negative: Tensor
    is_negative: Tensor


@dataclass(frozen=True)
class Samples:
    """Images mined for every row of something.

    Attributes:
        images: ``(..., P)`` indices.
        present: ``(..., P)`` whether the place is taken.
    """

    images: Tensor
    present: Tensor

    def beside(self, others: 'Samples') -> 'Samples':
        """These in front of others, row by row."""
        return Samples(
            torch.cat([self.images, others.images], dim=-1),
            torch.cat([self.present, others.present], dim=-1),
        )


def mined_pairs(
    probabilities: Tensor,
    labels: Tensor,
    features: Tensor | None,
    *,
    num_values: Sequence[int],
    preset: Preset,
    mining: str,
    k: int | None,
    rho: float,
    scope: str,
    draw: Tensor | None,
) -> Pairs:
    """Pair every anchor with its hard samples.

    Args:
        probabilities: ``(A, K, N)``, 0 where an attribute has fewer values.
        labels: ``(A, N)`` int64, -1 for unknown.
        features: ``(N, F)`` or ``(N, A, E)``; None where scores are compared.
        num_values: Number of values of every attribute.
        preset: Which paper.
        mining: ``class``, ``instance`` or ``none``.
        k: Positives and negatives of an anchor at most; None takes all there are.
        rho: See :func:`find_anchors`.
        scope: See :func:`find_anchors`.
        draw: Number that random samples, ``mining='none'`` with a ``k``, follow from.
    """
    anchors = find_anchors(labels, num_values, strict=preset.strict_minority, rho=rho, scope=scope)
    rows = anchors.attributes * probabilities.shape[1] + anchors.values
    scores = probabilities.flatten(0, 1).index_select(0, rows)
    distances = None if features is None else FeatureDistances(features, anchors.images)
    if mining == 'instance':
        assert distances is not None
        usable = labels >= 0
        if preset.misclassified_positives:
            usable = _misclassified(probabilities.detach(), labels)
        mined = _hard_for_anchors(anchors, labels, usable, distances.squared(), k)
    else:
        hardness = scores.detach()
        if mining == 'none':
            hardness = torch.zeros_like(hardness) if k is None else _noise_like(hardness, draw)
        mined = _hard_for_classes(anchors, labels, hardness, k)
    there = anchors.present[:, :, None] & (mined.images != anchors.images[:, :, None])
    if distances is not None:
        gaps = distances(mined.images)
    else:
        base = anchors.classes[:, :, None] * scores.shape[1]
        gaps = scores.take(base + anchors.images[:, :, None]) - scores.take(base + mined.images)
    to_positives, to_negatives = gaps.chunk(2, dim=2)
    is_positive, is_negative = (mined.present & there).chunk(2, dim=2)
    # Differences of scores have a sign, which negatives keep.
    return Pairs(to_positives.abs(), is_positive, to_negatives, is_negative)


def rank_keys(amounts: Tensor) -> Tensor:
    """Whole numbers that order as amounts in single precision do, with room for a place below.

    Args:
        amounts: ``(..., N)``, none negative.

    Returns:
        ``(..., N)`` int64: the bits of a double, read as an integer, order as the double does; the
        29 that single precision has not are 0.
    """
    return amounts.double().view(torch.int64) & ~BELOW_SINGLE


def foremost(ranks: Tensor, candidates: Tensor, k: int | None, *, greatest: bool) -> Samples:
    """The candidates of greatest, or least, rank in every row, of equal ones the first.

    Args:
        ranks: ``(..., N)`` from :func:`rank_keys`.
        candidates: ``(..., N)`` bool.
        k: How many at most; None for all.
        greatest: Whether the greatest are wanted.

    Returns:
        ``(..., P)``, in no order.
    """
    num_images = ranks.shape[-1]
    place = torch.arange(num_images, device=ranks.device)
    # No two keys are equal, whatever topk does with ties, and those of candidates are above 0. Bits
    # are several times as fast as masked_fill.
    keys = ranks | (BELOW_SINGLE - place if greatest else place)
    keys.masked_fill_(~candidates, -1 if greatest else torch.iinfo(torch.int64).max)
    count = num_images if k is None else min(k, num_images)
    images = keys.topk(count, dim=-1, largest=greatest, sorted=False).indices
    return Samples(images, candidates.gather(-1, images))


def _hard_for_classes(anchors: Anchors, labels: Tensor, score: Tensor, k: int | None) -> Samples:
    """Positives, then as many negatives ``(A, M, 2 P)``, the same for all anchors of a class.

    Args:
        anchors: The anchors.
        labels: ``(A, N)``.
        score: ``(R, N)`` of an image for a class: positives are hard by a low one.
        k: See :func:`mined_pairs`.
    """
    own = labels[anchors.attributes]
    positive = own == anchors.values[:, None]
    ranks = rank_keys(score)
    positives = foremost(ranks, positive, k, greatest=False)
    mined = positives.beside(foremost(ranks, (own >= 0) & ~positive, k, greatest=True))
    return Samples(mined.images[anchors.classes], mined.present[anchors.classes])


def _hard_for_anchors(
    anchors: Anchors, labels: Tensor, usable: Tensor, squared: Tensor, k: int | None
) -> Samples:
    """Positives, then as many negatives ``(A, M, 2 P)``: an anchor's farthest, and its nearest.

    Args:
        anchors: The anchors.
        labels: ``(A, N)``.
        usable: ``(A, N)`` whether an image may be a positive.
        squared: ``(A, M, N)`` squared distances.
        k: See :func:`mined_pairs`.
    """
    same = labels.gather(1, anchors.images)[:, :, None] == labels[:, None, :]
    itself = anchors.images[:, :, None] == torch.arange(labels.shape[1], device=labels.device)
    ranks = rank_keys(squared)
    positives = foremost(ranks, same & usable[:, None, :] & ~itself, k, greatest=True)
    known = (labels >= 0)[:, None, :]
    return positives.beside(foremost(ranks, known & ~same, k, greatest=False))


def _misclassified(probabilities: Tensor, labels: Tensor) -> Tensor:
    """``(A, N)`` whether another value is more probable than an image's own."""
    own = probabilities.gather(1, labels.clamp(min=0)[:, None, :])[:, 0]
    return own < probabilities.amax(dim=1)


def _noise_like(scores: Tensor, draw: Tensor | None) -> Tensor:
    """Numbers as good as random, the same for the same ``draw``: a 32-bit integer hash."""
    cells = torch.arange(scores.numel(), device=scores.device)
    mixed = cells if draw is None else cells + 0x9E3779B9 * draw
    for _ in range(2):
        mixed = mixed & 0xFFFFFFFF
        mixed = (mixed ^ (mixed >> 16)) * 0x45D9F3B
    return (mixed >> 8 & 0xFFFFFF).float().view_as(scores)
