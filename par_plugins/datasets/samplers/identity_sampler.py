"""Batches of P identities with K images of each."""

from typing import Any

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.epoch_planned_sampler import EpochPlannedSampler
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.datasets.training_labels import labels_of
from par_plugins.structures import UNKNOWN, InputError


def plan_identities(
    pids: np.ndarray, generator: np.random.Generator, *, images_per_identity: int
) -> np.ndarray:
    """Return the indices of one epoch: every identity once, with some of its images.

    Args:
        pids: ``(N,)`` identities, -1 for unknown.
        generator: Source of all randomness.
        images_per_identity: Images K of each; where an identity has fewer, each of them stands in
            the plan as often as another, or once more.

    Returns:
        ``(I * K,)`` indices, the K of an identity beside each other, identities in random order.
    """
    shuffled = generator.permutation(len(pids))
    shuffled = shuffled[pids[shuffled] != UNKNOWN]
    # Stable: the images of an identity stay in the order in which they were shuffled.
    by_identity = shuffled[np.argsort(pids[shuffled], kind='stable')]
    _, starts, counts = np.unique(pids[by_identity], return_index=True, return_counts=True)
    order = generator.permutation(len(starts))
    steps = np.arange(images_per_identity) % counts[order, None]
    return np.asarray(by_identity[starts[order, None] + steps].ravel())


@DATA_SAMPLERS.register_module()
class IdentitySampler(EpochPlannedSampler):
    """Draw the same number of images of every identity, beside each other.

    The law: an epoch has every known identity once, in random order, with K of its images drawn
    without replacement; of an identity with ``n < K`` images each is drawn ``K / n`` times on
    average. So a batch of ``P * K`` images shows P different identities, on every rank. Images
    without a known identity (-1) are never drawn. APR itself shuffles images plainly; losses that
    compare images of a batch want this.

    Args:
        dataset: Any dataset with ``targets`` and ``pids``, and a schema in its ``metainfo`` unless
            all its attributes are binary.
        images_per_identity: K; the batch size of the data loader is to be a multiple of it.
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Raises:
        InputError: If an argument or a label is not valid, or no identity is known.
    """

    def __init__(
        self,
        dataset: Any,
        images_per_identity: int,
        **kwargs: Any,
    ) -> None:
        if images_per_identity < 1:
            raise InputError(f'images_per_identity must be at least 1, got {images_per_identity}')
        rows = LabelRows.of(dataset)
        self.pids = labels_of(dataset, 'pids')
        known = self.pids != UNKNOWN
        if not known.any():
            raise InputError(f'{type(dataset).__name__}: no image has a known identity')
        _, identities, counts = np.unique(self.pids, return_inverse=True, return_counts=True)
        weights = np.where(known, images_per_identity / counts[identities], 0.0)
        super().__init__(
            dataset,
            ResampledLabels.from_weights(weights, rows),
            group_size=images_per_identity,
            **kwargs,
        )

    def plan(self, epoch: int) -> np.ndarray:
        """Return the indices of an epoch, for all ranks together, without padding."""
        generator = np.random.default_rng((self.seed, epoch))
        return plan_identities(self.pids, generator, images_per_identity=self.group_size)
