"""The repeat factors of mmengine's ``ClassBalancedDataset``, as a sampler."""

import math
from typing import Any

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.epoch_planned_sampler import EpochPlannedSampler
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.datasets.samplers.value_factors import image_factors, value_statistics
from par_plugins.structures import InputError


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(EpochPlannedSampler):
    """Repeat images of rare categories (A. Gupta et al., LVIS, CVPR 2019).

    The law: an image is drawn in proportion to the largest ``max(1, sqrt(oversample_thr / f))``
    among its categories, ``f`` the share of images that have the category; the draws of an epoch
    are the sum of these factors, rounded. ``ClassBalancedDataset`` rounds every factor up, once,
    so that 1.01 becomes 2; here 1.01 is the mean number of draws.

    A category is a positive binary attribute or a value of a categorical one; ``f`` is among the
    images where it is known.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        oversample_thr: Share of images below which a category is repeated.
        seed: Seed of all epochs; None takes one that all ranks share.
        rank: This process among those that train; None asks mmengine.
        world_size: Their number; None asks mmengine.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    def __init__(
        self,
        dataset: Any,
        oversample_thr: float,
        *,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
        if not (math.isfinite(oversample_thr) and oversample_thr > 0):
            raise InputError(f'oversample_thr must be positive, got {oversample_thr}')
        rows = LabelRows.of(dataset)
        shares = value_statistics(rows).shares
        with np.errstate(divide='ignore', invalid='ignore'):  # values that no image has
            of_value = np.maximum(1, np.sqrt(oversample_thr / shares))
        of_value[list(rows.schema.binary), 0] = 1  # a negative label is no category
        factors = image_factors(of_value, rows, reduction='max')
        weights = factors * (round(factors.sum()) / factors.sum())
        resampled = ResampledLabels.from_weights(weights, rows)
        super().__init__(dataset, resampled, seed=seed, rank=rank, world_size=world_size)
