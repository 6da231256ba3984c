"""Count and report the images that were skipped because they cannot be read."""

from collections.abc import Sequence
from typing import Any

from mmengine.dist import all_gather_object, master_only
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from par_plugins.structures import printable

MAX_SHOWN = 10


@HOOKS.register_module()
class ImageErrorHook(Hook):
    """Report, after every pass over a dataset, the images that ``LoadPersonImage`` skipped."""

    def __init__(self) -> None:
        self._errors: set[str] = set()

    def _collect(self, data_batch: dict[str, Any] | Sequence[Any] | None) -> None:
        samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
        self._errors.update(s.image_error for s in samples if 'image_error' in s)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Note the skipped images of a training batch."""
        self._collect(data_batch)

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Note the skipped images of a validation batch."""
        self._collect(data_batch)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Note the skipped images of a test batch."""
        self._collect(data_batch)

    def after_train_epoch(self, runner: Runner) -> None:
        """Report those of the training epoch."""
        self._report(runner, 'training')

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report those of the validation."""
        self._report(runner, 'validation')

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report those of the test."""
        self._report(runner, 'test')

    def _report(self, runner: Runner, name: str) -> None:
        errors = sorted(set().union(*all_gather_object(self._errors)))
        self._errors.clear()
        if errors:
            self._log(runner, name, errors)

    @master_only
    def _log(self, runner: Runner, name: str, errors: list[str]) -> None:
        more = f'\n... and {len(errors) - MAX_SHOWN} more' if len(errors) > MAX_SHOWN else ''
        runner.logger.warning(
            f'{len(errors)} images of the {name} set were skipped:\n'
            + '\n'.join(map(printable, errors[:MAX_SHOWN]))
            + more
        )
