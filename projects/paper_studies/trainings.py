"""Trainings of a study, several at once; what has been trained is not trained again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

ROOT = Path(__file__).parents[2]
LENET = ROOT / 'configs/mrgan/lenet5_mnist_28.py'
MRGAN = ROOT / 'configs/mrgan/mrgan_mnist_28.py'


@dataclass(frozen=True)
class Training:
    """One run: a config, the folder that it leaves its files in, and its seed."""

    config: Config
    folder: Path
    seed: int = 0

    @property
    def config_file(self) -> Path:
        """Where the config is written; training leaves the one that it resolves a folder above."""
        return self.folder / 'planned' / 'config.py'

    def scores(self, names: Sequence[str]) -> dict[str, float]:
        """The test scores of these names that the finished run has."""
        scores = json.loads((self.folder / 'test_scores.json').read_text())['scores']
        return {name: scores[name] for name in names}


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
    trainings = list(trainings)
    for training in trainings:
        _write_config(training)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(partial(_train, jobs=jobs), trainings))


def _write_config(training: Training) -> None:
    path, text = training.config_file, training.config.pretty_text
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as unfinished:
            unfinished.write_text(text)
    elif path.read_text() != text:
        raise InputError(f'{training.folder} is of another config: choose another folder')


def _train(training: Training, *, jobs: int) -> None:
    if (training.folder / 'test_scores.json').exists():
        return
    command: list[Any] = [sys.executable, ROOT / 'tools/train.py', training.config_file]
    command += ['--work-dir', training.folder, '--seed', str(training.seed)]
    command += ['--resume', '--test', 'last']
    threads = str(max(1, len(os.sched_getaffinity(0)) // jobs))
    log = training.folder / 'output.txt'
    with log.open('w') as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env={**os.environ, 'OMP_NUM_THREADS': threads},
        )
    if done.returncode:
        last = (log.read_text().strip().splitlines() or ['no output'])[-1]
        raise InputError(f'{training.folder}: the run ended with {done.returncode}: {last}')
