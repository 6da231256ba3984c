"""Where ``tools/experiment.py`` leaves the runs of an arm: ``<work dir>/<leaf>/seed_<number>``."""

from pathlib import Path

from par_plugins.structures import InputError


def run_folders(folder: Path, arm: str) -> dict[int, Path]:
    """The folders of an arm's runs, by their seeds in ascending order.

    Args:
        folder: Work directory of the experiment.
        arm: A leaf, or its method where no two leaves of the experiment have it.

    Raises:
        InputError: If there is none, or more than one leaf.
    """
    leaves = [folder / arm] if (folder / arm).is_dir() else sorted(folder.glob(f'{arm}_*'))
    folders = {
        int(run.name.removeprefix('seed_')): run for leaf in leaves for run in leaf.glob('seed_*')
    }
    if not folders or len(leaves) > 1:
        number = 'no run (seed_0, seed_1, ...) of one leaf'
        raise InputError(f'{folder / arm}: {number}, but {len(leaves)} leaves, of the arm {arm!r}')
    return dict(sorted(folders.items()))
