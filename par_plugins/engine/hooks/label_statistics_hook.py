"""Tell losses how often each value occurs in training."""

from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.structures import InputError, LabelStatistics


@HOOKS.register_module()
class LabelStatisticsHook(Hook):
    """Count the training set's labels and hand them to the model before training.

    Every module of the model with a ``set_label_statistics`` method gets a
    :class:`LabelStatistics`. Counts are of the dataset, once each image, not of what a sampler
    draws from it or a wrapper repeats.

    Raises:
        InputError: If the training set has no ``targets`` or no schema.
    """

    # Before EMAHook copies the model, buffers of losses included.
    priority = 'ABOVE_NORMAL'

    def before_run(self, runner: Runner) -> None:
        """Count and hand over, where the run trains."""
        if not isinstance(runner._train_loop, BaseLoop):
            return
        dataset = runner.train_loop.dataloader.dataset
        schema = dataset.metainfo.get('schema')
        if schema is None:
            raise InputError(f'{type(dataset).__name__} has no schema in its metainfo')
        statistics = LabelStatistics.from_targets(_targets_of(dataset), schema)
        device = next(runner.model.parameters(), torch.empty(0)).device
        for module in runner.model.modules():
            if hasattr(module, 'set_label_statistics'):
                module.set_label_statistics(statistics)
                module.to(device)


def _targets_of(dataset: Any) -> np.ndarray:
    """Targets of a dataset, or of those that a wrapper of mmengine holds."""
    if hasattr(dataset, 'targets'):
        return np.asarray(dataset.targets)
    if hasattr(dataset, 'datasets'):  # ConcatDataset
        return np.concatenate([_targets_of(part) for part in dataset.datasets])
    if hasattr(dataset, 'dataset'):  # RepeatDataset, ClassBalancedDataset
        return _targets_of(dataset.dataset)
    raise InputError(f'{type(dataset).__name__} has no targets to count')
