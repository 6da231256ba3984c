"""Trainings of a study, several at once; what has been trained is not trained again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

ROOT = Path(__file__).parents[2]
LENET = ROOT / 'configs/mrgan/cross-entropy_lenet5_1xb64-10e_mnist-28x28.py'
MRGAN = ROOT / 'configs/mrgan/mrgan_c64_1xb128-20e_mnist-28x28.py'
DEACT = ROOT / 'configs/habp/deact_lenet5_1xb64-1e_mnist100-28x28.py'


@dataclass(frozen=True)
class Training:
    """One run: a config, the folder that it leaves its files in, and its seed."""

    config: Config
    folder: Path
    seed: int = 0

    def scores(self) -> dict[str, float] | None:
        """The test scores of its last weights, None where it is not finished."""
        path = self.folder / 'test_scores.json'
        return json.loads(path.read_text(encoding='utf-8'))['scores'] if path.exists() else None


def scores_of(
    arms: Mapping[str, Mapping[str, Training]], names: Sequence[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """These scores of finished runs, by arm and run."""
    return {
        arm: {
            run: {name: (training.scores() or {})[name] for name in names}
            for run, training in of_arm.items()
        }
        for arm, of_arm in arms.items()
    }


def hook(config: Config, name: str) -> ConfigDict:
    """The options of a config's hook, by its type, wherever the config lists it."""
    hooks = [*config.get('custom_hooks', []), *filter(None, config.default_hooks.values())]
    return next(options for options in hooks if options['type'] == name)


def train_all(trainings: Iterable[Training], *, jobs: int) -> None:
    """Train and test the last weights, so that all have made the same number of steps.

    Args:
        trainings: In the order to start them.
        jobs: Trainings at once; they share the cores.

    Raises:
        InputError: If a run failed, or a folder holds the run of another config.
    """
    planned = [(training, _write_config(training)) for training in trainings]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda run: _train(run[0], run[1], jobs), planned))


def _write_config(training: Training) -> Path:
    """Write the config; training leaves the one that it resolves a folder above."""
    path, text = training.folder / 'planned' / 'config.py', training.config.pretty_text
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as unfinished:
            unfinished.write_text(text, encoding='utf-8')
    elif path.read_text(encoding='utf-8') != text:
        raise InputError(f'{training.folder} is of another config: choose another folder')
    return path


def _train(training: Training, config: Path, jobs: int) -> None:
    if training.scores() is not None:
        return
    command: list[Any] = [sys.executable, ROOT / 'tools/train.py', config]
    command += ['--work-dir', training.folder, '--seed', str(training.seed)]
    command += ['--resume', '--test', 'last']
    threads = str(max(1, len(os.sched_getaffinity(0)) // jobs))
    log = training.folder / 'output.txt'
    with log.open('w', encoding='utf-8') as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env={**os.environ, 'OMP_NUM_THREADS': threads},
        )
    if done.returncode:
        last = (log.read_text(encoding='utf-8').strip().splitlines() or ['no output'])[-1]
        raise InputError(f'{training.folder}: the run ended with {done.returncode}: {last}')
