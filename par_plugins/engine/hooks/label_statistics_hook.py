"""Tell losses how often each value occurs in training."""

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.datasets.training_labels import label_statistics_of, labels_of


@HOOKS.register_module()
class LabelStatisticsHook(Hook):
    """Count the training set's labels and hand them to the model before training.

    Every module of the model with a ``set_label_statistics`` method gets a
    :class:`LabelStatistics`, and every one with a ``set_training_targets`` method the ``(M, A)``
    targets that were counted. Counts are of the dataset, once each image, not of what a sampler
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
        statistics = label_statistics_of(dataset)
        targets = labels_of(dataset, 'targets', repeated=False)
        device = next(runner.model.parameters(), torch.empty(0)).device
        for module in runner.model.modules():
            if hasattr(module, 'set_label_statistics'):
                module.set_label_statistics(statistics)
                module.to(device)
            if hasattr(module, 'set_training_targets'):
                module.set_training_targets(torch.from_numpy(targets))
