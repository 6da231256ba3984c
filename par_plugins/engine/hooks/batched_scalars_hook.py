"""What a step logs, read from the device when it is logged."""

from typing import Any

import torch
from mmengine.hooks import LoggerHook, RuntimeInfoHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor


@HOOKS.register_module()
class BatchedScalarsHook(RuntimeInfoHook):
    """mmengine's ``RuntimeInfoHook`` that reads the losses of many steps at once.

    Upstream reads each logged scalar after each step, and every time the host waits until an
    accelerator has done what was queued. Here they stay on their device until ``LoggerHook`` logs,
    a checkpoint is saved or the epoch ends; what is logged then is the same.
    """

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Keep what the step gives, and read all that is kept where it is logged."""
        if outputs is not None:
            self._waiting.append(
                {k: v.detach() if isinstance(v, Tensor) else v for k, v in outputs.items()}
            )
        intervals = [hook.interval for hook in runner.hooks if isinstance(hook, LoggerHook)]
        if self.end_of_epoch(runner.train_dataloader, batch_idx) or any(
            self.every_n_inner_iters(batch_idx, interval) for interval in intervals
        ):
            self._read(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Read what is left."""
        self._read(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Read what is left: a checkpoint has the history of what was logged."""
        self._read(runner)

    def _read(self, runner: Runner) -> None:
        steps, self._waiting = self._waiting, []
        scalars = [v for outputs in steps for v in outputs.values() if isinstance(v, Tensor)]
        read = iter(
            torch.stack([v.reshape(()).double() for v in scalars]).tolist() if steps else ()
        )
        for outputs in steps:
            for key, value in outputs.items():
                number = next(read) if isinstance(value, Tensor) else value
                runner.message_hub.update_scalar(f'train/{key}', number)
