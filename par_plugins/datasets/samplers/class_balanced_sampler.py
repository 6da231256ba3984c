"""The repeat factors of mmengine's ``ClassBalancedDataset``, as a sampler."""

import math
from typing import Any

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.value_factor_sampler import ValueFactorSampler, value_statistics
from par_plugins.structures import InputError


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(ValueFactorSampler):
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
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    def __init__(self, dataset: Any, oversample_thr: float, **kwargs: Any) -> None:
        if not (math.isfinite(oversample_thr) and oversample_thr > 0):
            raise InputError(f'oversample_thr must be positive, got {oversample_thr}')
        self.oversample_thr = oversample_thr
        super().__init__(dataset, size=None, max_repeat=None, **kwargs)

    def value_factors(self, rows: LabelRows) -> np.ndarray:
        """Compute ``max(1, sqrt(oversample_thr / f))``; 1 for a negative label, no category."""
        shares = value_statistics(rows).shares
        with np.errstate(divide='ignore', invalid='ignore'):  # values that no image has
            factors: np.ndarray = np.maximum(1, np.sqrt(self.oversample_thr / shares))
        factors[list(rows.schema.binary), 0] = 1
        return factors
