"""Over-sampling by replication, for labels with more than one attribute."""

from typing import Any

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.value_factor_sampler import ValueFactorSampler, majority_ratios


@DATA_SAMPLERS.register_module()
class MultiLabelOverSampler(ValueFactorSampler):
    """Replicate the images of minority values: the CRL papers' over-sampling baseline.

    The law: an image is drawn in proportion to the largest ``n_majority / n_value`` among its
    known values, up to a cap, M times in all (ours: the papers give no rule for more than one
    attribute). With one attribute, no cap and M = K n_majority this is the usual over-sampling
    to equal classes.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        size: Draws M: an int is their number, a float a share of the images.
        max_repeat: The cap on the draws of an image.
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    def __init__(
        self, dataset: Any, *, size: float = 1.0, max_repeat: int = 5, **kwargs: Any
    ) -> None:
        super().__init__(dataset, size=size, max_repeat=max_repeat, **kwargs)

    def value_factors(self, rows: LabelRows) -> np.ndarray:
        """Return ``n_majority / n_value``."""
        return majority_ratios(rows)
