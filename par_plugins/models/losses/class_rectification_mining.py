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

from par_plugins.models.losses.class_rectification_anchors import Anchors, find_anchors
from par_plugins.models.losses.class_rectification_features import FeatureDistances


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


def compares_features(*, variant: str, mining: str) -> bool:
    """Whether distances are between features, in place of scores."""
    return variant == 'iccv2017' or mining == 'instance'


def mined_pairs(
    probabilities: Tensor,
    labels: Tensor,
    features: Tensor | None,
    *,
    num_values: Sequence[int],
    variant: str,
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
        variant: ``tpami2019`` or ``iccv2017``.
        mining: ``class``, ``instance`` or ``none``.
        k: Positives and negatives of an anchor at most; None takes all there are.
        rho: See :func:`find_anchors`.
        scope: See :func:`find_anchors`.
        draw: Number that random samples, ``mining='none'`` with a ``k``, follow from.
    """
    anchors = find_anchors(labels, num_values, variant=variant, rho=rho, scope=scope)
    rows = anchors.attributes * probabilities.shape[1] + anchors.values
    scores = probabilities.flatten(0, 1).index_select(0, rows)
    distances = None if features is None else FeatureDistances(features, anchors.images)
    if mining == 'instance':
        assert distances is not None
        usable = labels >= 0
        if variant == 'iccv2017':
            usable = _misclassified(probabilities.detach(), labels)
        positives, negatives = _hard_for_anchors(anchors, labels, usable, distances.squared(), k)
    else:
        hardness = scores.detach()
        if mining == 'none':
            hardness = torch.zeros_like(hardness) if k is None else _noise_like(hardness, draw)
        positives, negatives = _hard_for_classes(anchors, labels, hardness, k)
    if distances is not None:
        to_positives, to_negatives = distances(positives.images), distances(negatives.images)
    else:
        base = anchors.classes[:, :, None] * scores.shape[1]
        own = scores.take(base + anchors.images[:, :, None])
        to_positives = (own - scores.take(base + positives.images)).abs()
        to_negatives = own - scores.take(base + negatives.images)
    return Pairs(to_positives, positives.present, to_negatives, negatives.present)


def hardest(hardness: Tensor, candidates: Tensor, k: int | None) -> Samples:
    """The candidates of greatest hardness in every row, of equal ones the first.

    Args:
        hardness: ``(..., N)``.
        candidates: ``(..., N)`` bool.
        k: How many at most; None for all.
    """
    num_images = hardness.shape[-1]
    # The bits of a float, read as an integer, order as the float does (negative ones reversed);
    # the place in the batch below them makes every key another, whatever topk does with ties.
    bits = (-hardness.float()).view(torch.int32)
    ascending = (bits ^ ((bits >> 31) & 0x7FFFFFFF)).long() << 32
    keys = ascending | torch.arange(num_images, device=hardness.device)
    keys = keys.masked_fill(~candidates, torch.iinfo(torch.int64).max)
    count = num_images if k is None else min(k, num_images)
    images = keys.topk(count, dim=-1, largest=False).indices
    return Samples(images, candidates.gather(-1, images))


def _hard_for_classes(
    anchors: Anchors, labels: Tensor, score: Tensor, k: int | None
) -> tuple[Samples, Samples]:
    """Positives and negatives ``(A, M, ...)``, the same for all anchors of a class.

    Args:
        anchors: The anchors.
        labels: ``(A, N)``.
        score: ``(R, N)`` of an image for a class: positives are hard by a low one.
        k: See :func:`mined_pairs`.
    """
    own = labels[anchors.attributes]
    positive = own == anchors.values[:, None]
    positives, negatives = (
        _for_anchors(
            anchors, Samples(mined.images[anchors.classes], mined.present[anchors.classes])
        )
        for mined in (hardest(-score, positive, k), hardest(score, (own >= 0) & ~positive, k))
    )
    return positives, negatives


def _hard_for_anchors(
    anchors: Anchors, labels: Tensor, usable: Tensor, squared: Tensor, k: int | None
) -> tuple[Samples, Samples]:
    """Positives and negatives ``(A, M, ...)``, the farthest and the nearest of every anchor.

    Args:
        anchors: The anchors.
        labels: ``(A, N)``.
        usable: ``(A, N)`` whether an image may be a positive.
        squared: ``(A, M, N)`` squared distances.
        k: See :func:`mined_pairs`.
    """
    same = labels.gather(1, anchors.images)[:, :, None] == labels[:, None, :]
    itself = anchors.images[:, :, None] == torch.arange(labels.shape[1], device=labels.device)
    positives = hardest(squared, same & usable[:, None, :] & ~itself, k)
    negatives = hardest(-squared, (labels >= 0)[:, None, :] & ~same, k)
    return _for_anchors(anchors, positives), _for_anchors(anchors, negatives)


def _for_anchors(anchors: Anchors, samples: Samples) -> Samples:
    """Samples without those of places without an anchor, and without the anchor itself."""
    there = anchors.present[:, :, None] & (samples.images != anchors.images[:, :, None])
    return Samples(samples.images, samples.present & there)


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
