"""Down-sampling, for labels with more than one attribute."""

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
class MultiLabelDownSampler(EpochPlannedSampler):
    """Leave out images of majority values: the CRL papers' down-sampling baseline.

    The law: an image is drawn in proportion to the smallest ``n_majority / n_value`` among its
    known values, at most once in an epoch, M times in all (ours: the papers give no rule for
    more than one attribute). Another part is left out in each epoch. With one attribute and
    M = K n_minority this is the usual down-sampling to equal classes.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        size: Draws M: an int is their number, a float a share of the images.
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
        size: float = 0.4,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
        rows = LabelRows.of(dataset)
        weights = scale_to_size(
            image_factors(majority_ratios(rows), rows, reduction='min'),
            size=number_of_draws(size, len(dataset)),
            max_repeat=1,
        )
        resampled = ResampledLabels.from_weights(weights, rows)
        super().__init__(dataset, resampled, seed=seed, rank=rank, world_size=world_size)
