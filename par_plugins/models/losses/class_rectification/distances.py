"""Distances between anchors and images: Euclidean ones of features, or differences of scores.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 9 and 10, and TPAMI 2019, eq. 9 and 10. Each rule knows
the margins that the papers use with it.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from mmengine.registry import TASK_UTILS
from torch import Tensor

from par_plugins.models.losses.class_rectification.anchors import Anchors
from par_plugins.models.losses.embedding_features import (
    check_features,
    given_features,
    unit_features,
)

RESOLUTION = 1e-13
"""Squared distance, as a share of the squared norms, that is taken for 0."""


def squared_distances(starts: Tensor, points: Tensor, products: Tensor) -> Tensor:
    """Compute squared Euclidean distances in double precision, 0 below its resolution.

    They come from products, so that neither the value nor the gradient of a small distance drowns
    in rounding only because double precision has digits to spare.

    Args:
        starts: Their lengths as of :func:`squared_lengths`, to be broadcast.
        points: Those of the points.
        products: Of starts and points.
    """
    return torch.sub(starts + points, products, alpha=2).clamp(min=0)


def squared_lengths(points: Tensor) -> Tensor:
    """Return squared lengths ``(..., N)`` of points ``(..., N, F)``, less the resolution."""
    return (1 - RESOLUTION) * points.square().sum(dim=-1)


def centred(features: Tensor, dim: int) -> Tensor:
    """Shift to a mean of 0 over a dimension, as float64: distances stay, their rounding shrinks."""
    points = features.double()
    return points - points.mean(dim=dim, keepdim=True).detach()


def root(squared: Tensor) -> Tensor:
    """Return the square root, with a gradient of 0 where it is 0."""
    zero = squared == 0
    return squared.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


class SharedDistances:
    """Euclidean distances within a batch whose features all attributes share: measured once.

    Args:
        features: ``(N, F)``.
    """

    def __init__(self, features: Tensor) -> None:
        points = centred(features, dim=0)
        lengths = squared_lengths(points)
        self.square = squared_distances(lengths[:, None], lengths, points @ points.mT)
        self.table = root(self.square).to(features.dtype)

    def __call__(self, anchors: Anchors, images: Tensor) -> Tensor:
        """Return distances ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        return self.table.take(len(self.table) * anchors.images[:, :, None] + images)

    def squared(self, anchors: Anchors) -> Tensor:
        """Return squared distances ``(A, M, N)`` from all images."""
        return self.square[anchors.images]


class EuclideanDistances:
    """Euclidean distances from the anchors of every attribute, by features of its own.

    Of the table of all products only what is asked for becomes distances.

    Args:
        features: ``(N, A, E)``.
        images: ``(A, M)`` anchors.
        rows: The attributes that are looked at.
    """

    def __init__(self, features: Tensor, images: Tensor, rows: slice) -> None:
        self.dtype = features.dtype
        points = centred(features[:, rows].transpose(0, 1), dim=1)
        index = images[rows, :, None].expand(-1, -1, points.shape[2])
        self.lengths = squared_lengths(points)
        self.products = points.gather(1, index) @ points.mT

    def __call__(self, anchors: Anchors, images: Tensor) -> Tensor:
        """Return distances ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        starts = self.lengths.gather(1, anchors.images)[:, :, None]
        points = self.lengths.gather(1, images.flatten(1)).view_as(images)
        squared = squared_distances(starts, points, self.products.gather(2, images))
        return root(squared).to(self.dtype)

    def squared(self, anchors: Anchors) -> Tensor:
        """Return squared distances ``(A, M, N)`` from all images."""
        starts = self.lengths.gather(1, anchors.images)[:, :, None]
        return squared_distances(starts, self.lengths[:, None], self.products)


class ScoreDifferences:
    """By how much the score of every anchor for its class is above that of an image."""

    def __call__(self, anchors: Anchors, images: Tensor) -> Tensor:
        """Return differences ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        scores = anchors.scores
        row = anchors.classes[:, :, None] * scores.shape[1]
        return scores.take(row + anchors.images[:, :, None]) - scores.take(row + images)

    def squared(self, anchors: Anchors) -> Tensor:
        """Return squared differences ``(A, M, N)`` from all images."""
        images = torch.arange(anchors.labels.shape[1], device=anchors.labels.device)
        return self(anchors, images.expand(*anchors.images.shape, -1)).square()


Distances = SharedDistances | EuclideanDistances | ScoreDifferences


@TASK_UTILS.register_module()
class FeatureDistance:
    """Euclidean distance of features, with ``normalize`` of features scaled to length 1."""

    pair_margin = 1.0

    def __init__(self, normalize: bool = False) -> None:
        self.normalize = normalize
        self.span = (0.0, 2.0) if normalize else None

    def triplet_margin(self, num_values: Tensor) -> Tensor:
        """Return the margin of attributes with so many values: an arc of the unit circle."""
        return 2 * math.pi / num_values

    def __call__(self, anchors: Anchors, features: Tensor | None) -> Callable[[slice], Distances]:
        """Measure a batch by features ``(N, F)`` or ``(N, A, E)``; refuse others, and none.

        Returns:
            What gives the distances of some attributes.
        """
        features = given_features(features, type(self).__name__)
        check_features(features, anchors.labels.t())
        features = features.to(anchors.probabilities.dtype)
        features = unit_features(features) if self.normalize else features
        if features.ndim == 3:
            return partial(EuclideanDistances, features, anchors.images)
        shared = SharedDistances(features)
        return lambda rows: shared


@TASK_UTILS.register_module()
class ScoreDistance:
    """Difference of scores for the anchor's class, which keeps its sign for negatives."""

    pair_margin = 0.5
    span = (-1.0, 1.0)

    def triplet_margin(self, num_values: Tensor) -> Tensor:
        """Return the margin of attributes with so many values: the same for all."""
        return torch.full_like(num_values, 0.5)

    def __call__(self, anchors: Anchors, features: Tensor | None) -> Callable[[slice], Distances]:
        """Measure a batch; features play no part."""
        return lambda rows: ScoreDifferences()


Distance = FeatureDistance | ScoreDistance
