"""Whatever evaluates has all of its weights from the checkpoint."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.structures import InputError


@HOOKS.register_module()
class CompleteWeightsHook(Hook):
    """Refuse weights of another network.

    What evaluates or resumes needs every tensor of the network, finite, of its shape and of its
    kind of number; losses are needed for resuming only. A training that starts from ``load_from``
    may take a share of them, and says which.
    """

    # After SchemaHook, which says better why a head is another; before EMAHook changes the weights.
    priority = 45

    def __init__(self) -> None:
        self._trained = False

    def after_train(self, runner: Runner) -> None:
        """Note that what is loaded from now on is evaluated."""
        self._trained = True

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare the weights with the network.

        Raises:
            InputError: If they are not what the run needs.
        """
        source = str(runner._load_from or 'the checkpoint')
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        loaded = load_weights(model, checkpoint.get('state_dict', checkpoint), source=source)
        if self._trained or not isinstance(runner._train_loop, BaseLoop):
            loaded.require_complete(source)
            return
        loaded.require_usable(source)
        if runner._resume and loaded.absent:
            raise InputError(f'{source}: resuming needs the same network, but {loaded}')
        runner.logger.info(f'{source}: {loaded}')
