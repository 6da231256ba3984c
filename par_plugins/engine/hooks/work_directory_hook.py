"""A resumed run works on the files of its own work directory."""

from pathlib import Path, PureWindowsPath
from typing import Any

from mmengine.hooks import CheckpointHook, Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

BEST, LAST, KEPT = 'best_ckpt', 'last_ckpt', 'keep_ckpt_ids'
BEST_SCORE = 'best_score'


@HOOKS.register_module()
class WorkDirectoryHook(Hook):
    """Keep resuming to the files of the run's own work directory.

    A checkpoint says which file was best so far, and mmengine deletes that file when a better one
    comes. The checkpoint may be a copy of another run's, or a stranger's: only a file of that
    name in the folder that this run saves to is believed. Where there is none, the best
    checkpoint is chosen anew from here on.
    """

    priority = 'VERY_HIGH'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Write whose checkpoint it is."""
        if 'run_id' in runner.cfg:
            checkpoint['meta']['run_id'] = runner.cfg.run_id

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Move the paths that resuming would believe into the run's own folder, or drop them."""
        if not runner._resume:
            return  # weights alone are taken from it
        hub = checkpoint.get('message_hub')
        info = hub.get('runtime_info') if isinstance(hub, dict) else None
        if not isinstance(info, dict):
            return
        folder = _checkpoint_folder(runner)
        for key in [key for key in info if str(key).startswith((BEST, LAST))]:
            file_name = PureWindowsPath(str(info[key])).name  # of POSIX paths as well
            path = folder / file_name
            if path.is_file() and (key == LAST or file_name.startswith('best_')):
                info[key] = str(path)
                continue
            named = info.pop(key)
            if key != LAST and named and runner._resume:  # else nobody would have believed it
                info.pop(BEST_SCORE + str(key).removeprefix(BEST), None)
                runner.logger.warning(
                    f'the checkpoint calls {named} the best so far, which is not in {folder}: '
                    'the best is chosen anew from here on'
                )
        if KEPT in info:
            kept = info[KEPT] if isinstance(info[KEPT], list) else []
            info[KEPT] = [number for number in kept if type(number) is int]


def _checkpoint_folder(runner: Runner) -> Path:
    """Where ``CheckpointHook`` will save, which it says only when training has begun."""
    work_dir = Path(runner.work_dir)
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook) and hook.out_dir is not None:
            return Path(hook.out_dir) / work_dir.name
    return work_dir
