"""Where ``tools/experiment.py`` leaves the runs of an arm: ``<work dir>/<arm>/seed_<number>``."""

from pathlib import Path

from par_plugins.structures import InputError


def run_folders(folder: Path, arm: str) -> dict[int, Path]:
    """The folders of an arm's runs, by their seeds in ascending order.

    Args:
        folder: Work directory of the experiment.
        arm: Its name.

    Raises:
        InputError: If there is none.
    """
    folders = {int(run.name.removeprefix('seed_')): run for run in folder.glob(f'{arm}/seed_*')}
    if not folders:
        raise InputError(f'{folder / arm}: no run (seed_0, seed_1, ...) of the arm {arm!r}')
    return dict(sorted(folders.items()))
