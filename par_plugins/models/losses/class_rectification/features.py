"""Euclidean distances between anchors and images of a batch, for class rectification.

The square of a distance is computed from products, in double precision, so that neither the value
nor the gradient of a small distance drowns in rounding. What is below the resolution of single
precision is a distance of 0, and its gradient is 0.
"""

import torch
from torch import Tensor

RESOLUTION = 1e-13
"""Squared distance, as a share of the squared norms, that is taken for 0."""


class FeatureDistances:
    """Distances from the anchors of every attribute.

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
        """Distances ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
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
        """Squared distances ``(A, M, N)`` from all images, without gradient."""
        products = self.products[0][self.anchors] if self.shared else self.products
        return self._squared(products, self.squares[:, None, :])

    def _squared(self, products: Tensor, others: Tensor) -> Tensor:
        """Squared distances from products and squared norms."""
        norms = self.squares.gather(1, self.anchors)[:, :, None] + others
        return torch.sub(norms, products, alpha=2).clamp(min=0)
