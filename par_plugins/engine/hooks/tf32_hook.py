"""TensorFloat-32 where a GPU trains, and full single precision where something is scored."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class TF32Hook(Hook):
    """Let GPUs train with products and convolutions in TF32, and with nothing else.

    TF32 has ten bits of fraction, which moves embeddings and so ranks. Validation and tests are
    computed without it. Nothing is done where there is no GPU.
    """

    priority = 'VERY_HIGH'  # before anything is computed

    def before_train(self, runner: Runner) -> None:
        """Allow it."""
        self._allow(True)

    def after_train(self, runner: Runner) -> None:
        """Forbid it again."""
        self._allow(False)

    def before_val_epoch(self, runner: Runner) -> None:
        """Forbid it while the validation split is predicted and scored."""
        self._trains = torch.get_float32_matmul_precision() != 'highest'
        self._allow(False)

    def after_val_epoch(self, runner: Runner, metrics: Any = None) -> None:
        """Go on as before."""
        self._allow(self._trains)

    def before_test_epoch(self, runner: Runner) -> None:
        """Forbid it while the test split is predicted and scored."""
        self._allow(False)

    def _allow(self, allowed: bool) -> None:
        if torch.cuda.is_available():
            torch.set_float32_matmul_precision('high' if allowed else 'highest')
            torch.backends.cudnn.allow_tf32 = allowed
