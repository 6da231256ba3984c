"""Distances between anchors and images: Euclidean ones of features, or differences of scores.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 9 and 10, and TPAMI 2019, eq. 9 and 10. Each rule knows
the margins that the papers use with it.
"""

import math

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


class EuclideanDistances:
    """Euclidean distances from the anchors of every attribute.

    Their squares are computed from products, in double precision, so that neither the value nor the
    gradient of a small distance drowns in rounding. What is below the resolution of single
    precision is a distance of 0, and its gradient is 0.

    Args:
        features: ``(N, F)`` shared by the attributes, or ``(N, A, E)``.
        anchors: ``(A, M)`` images that are anchors.
    """

    def __init__(self, features: Tensor, anchors: Tensor) -> None:
        self.dtype = features.dtype
        self.anchors = anchors
        self.shared = features.ndim == 2
        points = features.double()
        points = points[None] if self.shared else points.transpose(0, 1)
        # A distance does not change by a shift, but its rounding does.
        points = points - points.mean(dim=1, keepdim=True).detach()
        squares = (1 - RESOLUTION) * points.square().sum(dim=2)
        self.squares = squares.expand(len(anchors), -1)
        starts = points
        if not self.shared:
            starts = points.gather(1, anchors[:, :, None].expand(-1, -1, points.shape[2]))
        # From every image, or from every attribute's anchors: (1, N, N) or (A, M, N).
        self.products = torch.matmul(starts, points.transpose(1, 2))

    def __call__(self, images: Tensor) -> Tensor:
        """Return distances ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        if self.shared:
            row = self.products.shape[2] * self.anchors[:, :, None]
            products = self.products.take(row + images)
        else:
            products = self.products.gather(2, images)
        others = self.squares.gather(1, images.flatten(1)).view_as(images)
        squared = self._squared(products, others)
        zero = squared == 0
        return squared.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0).to(self.dtype)

    @torch.no_grad()
    def squared(self) -> Tensor:
        """Return squared distances ``(A, M, N)`` from all images, without gradient."""
        products = self.products[0][self.anchors] if self.shared else self.products
        return self._squared(products, self.squares[:, None, :])

    def _squared(self, products: Tensor, others: Tensor) -> Tensor:
        """Squared distances from products and squared norms."""
        norms = self.squares.gather(1, self.anchors)[:, :, None] + others
        return torch.sub(norms, products, alpha=2).clamp(min=0)


class ScoreDifferences:
    """By how much the score of every anchor for its class is above that of an image."""

    def __init__(self, anchors: Anchors) -> None:
        self.anchors = anchors

    def __call__(self, images: Tensor) -> Tensor:
        """Return differences ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        scores, anchors = self.anchors.scores, self.anchors
        row = anchors.classes[:, :, None] * scores.shape[1]
        return scores.take(row + anchors.images[:, :, None]) - scores.take(row + images)

    @torch.no_grad()
    def squared(self) -> Tensor:
        """Return squared differences ``(A, M, N)`` from all images, without gradient."""
        images = torch.arange(self.anchors.labels.shape[1], device=self.anchors.labels.device)
        return self(images.expand(*self.anchors.images.shape, -1)).square()


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

    def __call__(self, anchors: Anchors, features: Tensor | None) -> EuclideanDistances:
        """Measure a batch by features ``(N, F)`` or ``(N, A, E)``; refuse others, and none."""
        features = given_features(features, type(self).__name__)
        check_features(features, anchors.labels.t())
        features = features.to(anchors.probabilities.dtype)
        features = unit_features(features) if self.normalize else features
        return EuclideanDistances(features, anchors.images)


@TASK_UTILS.register_module()
class ScoreDistance:
    """Difference of scores for the anchor's class, which keeps its sign for negatives."""

    pair_margin = 0.5
    span = (-1.0, 1.0)

    def triplet_margin(self, num_values: Tensor) -> Tensor:
        """Return the margin of attributes with so many values: the same for all."""
        return torch.full_like(num_values, 0.5)

    def __call__(self, anchors: Anchors, features: Tensor | None) -> ScoreDifferences:
        """Measure a batch; features play no part."""
        return ScoreDifferences(anchors)


Distance = FeatureDistance | ScoreDistance
Distances = EuclideanDistances | ScoreDifferences
