"""Over-sampling by replication, for labels with more than one attribute."""

from typing import Any

from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.capped_scaling import scale_to_size
from par_plugins.datasets.samplers.epoch_planned_sampler import (
    EpochPlannedSampler,
    number_of_draws,
)
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.datasets.samplers.value_factors import image_factors, majority_ratios


@DATA_SAMPLERS.register_module()
class MultiLabelOverSampler(EpochPlannedSampler):
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
        seed: Seed of all epochs; None takes one that all ranks share.
        rank: This process among those that train; None asks mmengine.
        world_size: Their number; None asks mmengine.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    def __init__(
        self,
        dataset: Any,
        *,
        size: float = 1.0,
        max_repeat: int = 5,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
        rows = LabelRows.of(dataset)
        weights = scale_to_size(
            image_factors(majority_ratios(rows), rows, reduction='max'),
            size=number_of_draws(size, len(dataset)),
            max_repeat=max_repeat,
        )
        resampled = ResampledLabels.from_weights(weights, rows)
        super().__init__(dataset, resampled, seed=seed, rank=rank, world_size=world_size)
