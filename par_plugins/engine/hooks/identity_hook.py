"""Tell heads which identities the training set has."""

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.datasets.training_labels import labels_of
from par_plugins.structures import UNKNOWN


@HOOKS.register_module()
class IdentityHook(Hook):
    """Hand the known identities of the training set to the model, in sorted order.

    Every module of the model with a ``set_identities`` method gets them before training.

    Raises:
        InputError: If there is such a module, and the training set has no identities.
    """

    # Before EMAHook copies the model.
    priority = 'ABOVE_NORMAL'

    def before_run(self, runner: Runner) -> None:
        """Gather and hand over, where the run trains."""
        takers = [module for module in runner.model.modules() if hasattr(module, 'set_identities')]
        if not takers or not isinstance(runner._train_loop, BaseLoop):
            return
        pids = labels_of(runner.train_loop.dataloader.dataset, 'pids', repeated=False)
        identities = sorted(set(pids.tolist()) - {UNKNOWN})
        for module in takers:
            module.set_identities(identities)
