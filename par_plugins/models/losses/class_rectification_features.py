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
        features: ``(N, F)`` shared by the attributes, or ``(N, A, E)``, centred here.
        anchors: ``(A, M)`` images that are anchors.
    """

    def __init__(self, features: Tensor, anchors: Tensor) -> None:
        self.dtype = features.dtype
        points = features.double()
        points = points[None] if features.ndim == 2 else points.transpose(0, 1)
        # A distance does not change by a shift, but its rounding does.
        points = points - points.mean(dim=1, keepdim=True).detach()
        num_attributes, num_anchors = anchors.shape
        self.anchors = anchors
        self.squares = points.square().sum(dim=2).expand(num_attributes, -1)
        if features.ndim == 2:
            self.rows = anchors
            from_points = points
        else:
            places = torch.arange(num_attributes * num_anchors, device=anchors.device)
            self.rows = places.view_as(anchors)
            from_points = points.gather(1, anchors[:, :, None].expand(-1, -1, points.shape[2]))
        # One row for every image, or for every anchor.
        self.products = torch.matmul(from_points, points.transpose(1, 2)).flatten(0, 1)

    def __call__(self, images: Tensor) -> Tensor:
        """Distances ``(A, M, P)`` of every anchor from images ``(A, M, P)``."""
        num_images = self.products.shape[1]
        products = self.products.take(num_images * self.rows[:, :, None] + images)
        others = self.squares.gather(1, images.flatten(1)).view_as(images)
        squared, zero = self._squared(products, others)
        return squared.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0).to(self.dtype)

    @torch.no_grad()
    def squared(self) -> Tensor:
        """Squared distances ``(A, M, N)`` from all images, without gradient."""
        squared, zero = self._squared(self.products[self.rows], self.squares[:, None, :])
        return squared.masked_fill(zero, 0.0)

    def _squared(self, products: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
        """Squared distances, and which are 0, from products and squared norms."""
        norms = self.squares.gather(1, self.anchors)[:, :, None] + others
        squared = norms - 2 * products
        return squared, squared <= RESOLUTION * norms
