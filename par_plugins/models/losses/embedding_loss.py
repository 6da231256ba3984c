"""What losses have in common that draw images of one value together and keep others away."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.embedding_features import (
    check_features,
    given_features,
    unit_features,
)
from par_plugins.models.losses.reduction import check_own_mean
from par_plugins.structures import InputError


@dataclass(frozen=True)
class PairTable:
    """All pairs of a batch, first image by second.

    Attributes:
        distances: ``(A, N, N)``, or ``(1, N, N)`` of shared features: squared Euclidean distances
            of features scaled to length 1, from 0 to 4; float32 or better.
        same: ``(A, N, N)`` bool, two different images with the same known value.
        other: ``(A, N, N)`` bool, two images with different known values.
    """

    distances: Tensor
    same: Tensor
    other: Tensor


def pair_table(features: Tensor, targets: Tensor) -> PairTable:
    """Compare all images of a batch.

    Args:
        features: ``(N, F)`` shared by all attributes, or ``(N, A, E)``; a vector of length 0
            stays at 0.
        targets: ``(N, A)`` int64, -1 for unknown.

    Raises:
        InputError: If the shapes do not fit.
    """
    check_features(features, targets)
    exact = features if features.dtype == torch.float64 else features.float()
    with torch.autocast(features.device.type, enabled=False):
        points = unit_features(exact)
        points = points[None] if features.ndim == 2 else points.transpose(0, 1)
        squares = points.square().sum(dim=2)
        products = points @ points.transpose(1, 2)
    distances = squares[:, :, None] + squares[:, None, :] - 2 * products
    labels = targets.t()
    known = labels >= 0
    both = known[:, :, None] & known[:, None, :]
    equal = labels[:, :, None] == labels[:, None, :]
    itself = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
    return PairTable(distances, both & equal & ~itself, both & ~equal)


def no_pull(logits: Tensor) -> Tensor:
    """Return 0, with a gradient of 0: several processes need one of every parameter."""
    return logits[:0].sum()


class EmbeddingLoss(AttributeLoss):
    """Base of losses on the features alone: the classifier's gradient from them is 0."""

    inputs: ClassVar[tuple[str, ...]] = ('features',)
    pulls = 'features'
    pulls_every_label = False

    def checked(
        self, features: Tensor | None, weight: Tensor | None, reduction_override: str | None
    ) -> Tensor:
        """Return the features, if what heads hand over has a meaning for comparisons of images.

        Raises:
            InputError: If there are no features, or there is a weight or another reduction.
        """
        check_own_mean(reduction_override)
        name = type(self).__name__
        features = given_features(features, name)
        if weight is not None:
            raise InputError(f'{name} compares images, so that a weight of each has no meaning')
        return features
