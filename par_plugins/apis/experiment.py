"""Experiments: the same training under several arms and seeds, and the table that compares them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config

from par_plugins.apis.results_table import spread
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

TRAIN = Path(__file__).parents[2] / 'tools' / 'train.py'
KEYS = {'seeds', 'scores', 'baseline', 'arms'}
Runs = dict[str, dict[int, dict[str, float]]]
"""The scores of every arm and seed."""


@dataclass(frozen=True)
class Experiment:
    """What an experiment's YAML file says.

    The keys of the file: ``seeds``, a list; ``scores``, the names of the scores to compare, such
    as ``attribute/mA``; ``baseline``, the arm that the others are compared with; ``arms``, each
    a name with ``config`` (its path) and, as dotted keys, the ``options`` that change it;
    and, where there are any, ``options`` of all arms. An arm's options come after those of all.
    With ``extends``, the path of another from its folder, the file has what that one has, and
    changes keys and options of it.

    Attributes:
        name: Name of the file.
        seeds: The runs of an arm are paired by their seeds with those of the baseline.
        scores: In the order of the table's columns.
        baseline: Name of an arm.
        arms: The full config of each arm.
    """

    name: str
    seeds: Sequence[int]
    scores: Sequence[str]
    baseline: str
    arms: Mapping[str, Config]

    @classmethod
    def read(cls, path: str | Path) -> 'Experiment':
        """Read the file of an experiment.

        Raises:
            InputError: If the file is none, or a config cannot be read.
        """
        content = _read_yaml(Path(path))
        if content['baseline'] not in content['arms']:
            raise InputError(f'{path}: the baseline {content["baseline"]!r} is not among the arms')
        arms = {}
        for name, arm in content['arms'].items():
            try:
                arms[name] = Config.fromfile(arm['config'])
                for options in (content.get('options', {}), arm.get('options', {})):
                    arms[name].merge_from_dict(deepcopy(options))  # it takes out _delete_
            except Exception as error:  # a config is code, and its mistakes are of every kind
                raise InputError(f'{path}: arm {name!r}: {error}') from error
        return cls(Path(path).stem, content['seeds'], content['scores'], content['baseline'], arms)

    def run(
        self, folder: Path, *, jobs: int, on_run: Callable[[str, int], object] = lambda *_: None
    ) -> Runs:
        """Train and test every arm with every seed; what is there already is not run again.

        The last weights are tested, so that all arms have made the same number of steps.

        Args:
            folder: A folder for each arm and seed comes here.
            jobs: Trainings at once; they share the cores.
            on_run: Called with arm and seed after every run.

        Raises:
            InputError: If a run failed, or the folder holds runs of another config.
        """
        for arm, config in self.arms.items():
            self._write_config(folder / arm / f'{arm}.py', config.pretty_text)

        def one(run: tuple[int, str]) -> None:
            seed, arm = run
            _train(folder / arm / f'{arm}.py', folder / arm / f'seed_{seed}', seed, jobs)
            on_run(arm, seed)

        runs = [(seed, arm) for seed in self.seeds for arm in self.arms]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(one, runs))
        return {
            arm: {
                seed: self._scores(folder / arm / f'seed_{seed}' / 'test_scores.json')
                for seed in self.seeds
            }
            for arm in self.arms
        }

    def _scores(self, path: Path) -> dict[str, float]:
        found = json.loads(path.read_text())['scores']
        chosen = {name: found[name] for name in self.scores if found.get(name) is not None}
        if not chosen:
            raise InputError(f'{path}: none of {", ".join(self.scores)}, but {", ".join(found)}')
        return chosen

    @staticmethod
    def _write_config(path: Path, text: str) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_aside(path) as part:
                part.write_text(text)
        elif path.read_text() != text:
            raise InputError(f'{path.parent} holds runs of another config: choose another folder')


def comparison_table(runs: Runs, *, baseline: str, scores: Sequence[str]) -> str:
    """Means of every arm, and how far it is from the baseline.

    Args:
        runs: The scores of every arm and seed, all of the same seeds; an arm may lack a score.
        baseline: Name of an arm.
        scores: Their names, in the order of the columns.

    Returns:
        A Markdown table: of each score mean ± sample standard deviation over the seeds; of each
        difference to the baseline's run with the same seed mean ± sample standard deviation and
        the number of seeds with a gain.
    """
    names = [name.rpartition('/')[2] for name in scores]
    heads = ['arm', 'seeds', *names, *(f'{name} - {baseline}' for name in names)]
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    for arm, seeds in runs.items():
        cells = [arm, str(len(seeds))]
        cells += [_cell(name, seeds) for name in scores]
        cells += ['' if arm == baseline else _cell(x, seeds, runs[baseline]) for x in scores]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _cell(name: str, *runs: Mapping[int, Mapping[str, float]]) -> str:
    """A score of an arm, or its gain over another arm; blank where one has no such score."""
    if any(name not in scores for seeds in runs for scores in seeds.values()):
        return ''
    if len(runs) == 1:
        return spread([scores[name] for scores in runs[0].values()])
    own, other = runs
    gains = [own[seed][name] - other[seed][name] for seed in other]
    better = sum(gain > 0 for gain in gains)
    return f'{spread(gains, sign="+")} ({better}/{len(gains)})'


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f'{path}: {error}') from error
    if isinstance(content, dict) and 'extends' in content:
        base = _read_yaml(path.parent / content.pop('extends'))
        options = {**base.get('options', {}), **content.get('options', {})}
        content = {**base, **content, 'options': options}
    if not isinstance(content, dict) or not KEYS <= set(content) <= KEYS | {'options'}:
        raise InputError(f'{path}: an experiment has {sorted(KEYS)}, and perhaps options')
    return content


def _train(config: Path, work_dir: Path, seed: int, jobs: int) -> None:
    if (work_dir / 'test_scores.json').exists():
        return
    work_dir.mkdir(parents=True, exist_ok=True)
    threads = str(max(1, len(os.sched_getaffinity(0)) // jobs))
    command: list[Any] = [sys.executable, TRAIN, config, '--work-dir', work_dir]
    command += ['--seed', str(seed), '--resume', '--test', 'last']
    log = work_dir / 'output.txt'
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
        raise InputError(f'{work_dir}: the run ended with {done.returncode}: {last}')
