"""Down-sampling, for labels with more than one attribute."""

from typing import Any

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.value_factor_sampler import ValueFactorSampler, majority_ratios


@DATA_SAMPLERS.register_module()
class MultiLabelDownSampler(ValueFactorSampler):
    """Leave out images of majority values: the CRL papers' down-sampling baseline.

    The law: an image is drawn in proportion to the smallest ``n_majority / n_value`` among its
    known values, at most once in an epoch, M times in all (ours: the papers give no rule for
    more than one attribute). Another part is left out in each epoch. With one attribute and
    M = K n_minority this is the usual down-sampling to equal classes.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        size: Draws M: an int is their number, a float a share of the images.
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    REDUCTION = 'min'

    def __init__(self, dataset: Any, *, size: float = 0.4, **kwargs: Any) -> None:
        super().__init__(dataset, size=size, max_repeat=1, **kwargs)

    def value_factors(self, rows: LabelRows) -> np.ndarray:
        """Return ``n_majority / n_value``."""
        return majority_ratios(rows)
