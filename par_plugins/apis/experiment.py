"""Experiments: the same training under several arms and seeds, and the table that compares them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from mmengine.config import Config

from par_plugins.apis.comparison_table import Runs, comparison_table
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

TRAIN = Path(__file__).parents[2] / 'tools' / 'train.py'
KEYS = {'seeds', 'scores', 'baseline', 'arms'}
OPTIONAL_KEYS = {'options', 'values', 'conditions', 'repeats', 'preparations', 'spread'}

Setting = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A condition and a repeat."""

SPREADS = ('standard deviation', 'standard error')


@dataclass(frozen=True)
class Training:
    """A config and what changes it.

    Attributes:
        config: As it is in its file.
        options: One after the other; a string in them may name values by ``{name}``.
    """

    config: Config
    options: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> set[str]:
        """The values that its options name."""
        return set(_names_in(self.options))

    def filled(self, values: Mapping[str, Any]) -> Config:
        """The config with all options, and the values where these name them.

        Raises:
            KeyError: If they name a value that there is not.
        """
        config = deepcopy(self.config)
        for options in self.options:
            config.merge_from_dict(_filled(options, values))
        return config


@dataclass(frozen=True)
class Experiment:
    """What an experiment's YAML file says.

    The keys of the file: ``seeds``, a list; ``scores``, the names of the scores to compare, such
    as ``attribute/mA``; ``baseline``, the arm that the others are compared with; ``arms``, each
    a name with ``config`` (its path) and, as dotted keys, the ``options`` that change it;
    and, where there are any, ``options`` of all arms. An arm's options come after those of all.
    With ``extends``, the path of another file from this one, the file has what that one has, and
    changes keys, options and values of it.

    An experiment may also have ``conditions``, under each of which all arms run, with rows of
    their own in the table; ``repeats``, with each of which every seed runs, for one and the same
    row; ``preparations``, trainings like arms that come before these, each once (seed 0) for all
    conditions and repeats that its options do not tell apart. Conditions and repeats are lists of
    values by their names, the first of which says which one it is. Options use them as ``{name}``,
    like the file's ``values`` for all, and a preparation's folder as ``{its name}``.
    ``spread: standard error`` is what the table has after each ± in place of the standard
    deviation.

    Attributes:
        name: Name of the file.
        seeds: The runs of an arm are paired by their seeds with those of the baseline.
        scores: In the order of the table's columns.
        baseline: Name of an arm.
        arms: The training of each arm.
        preparations: Those that come first.
        values: Values for all, by their names.
        conditions: At least one, which may be empty.
        repeats: The same.
        spread: Of the table.
    """

    name: str
    seeds: Sequence[int]
    scores: Sequence[str]
    baseline: str
    arms: Mapping[str, Training]
    preparations: Mapping[str, Training]
    values: Mapping[str, Any]
    conditions: Sequence[Mapping[str, Any]]
    repeats: Sequence[Mapping[str, Any]]
    spread: str

    @classmethod
    def read(cls, path: str | Path) -> 'Experiment':
        """Read the file of an experiment.

        Raises:
            InputError: If the file is none, or a config cannot be read.
        """
        content = _read_yaml(Path(path))
        if content['baseline'] not in content['arms']:
            raise InputError(f'{path}: the baseline {content["baseline"]!r} is not among the arms')
        experiment = cls(
            Path(path).stem,
            content['seeds'],
            content['scores'],
            content['baseline'],
            _trainings(content['arms'], [content.get('options', {})], kind=f'{path}: arm'),
            _trainings(content.get('preparations', {}), [], kind=f'{path}: preparation'),
            content.get('values', {}),
            content.get('conditions', [{}]),
            content.get('repeats', [{}]),
            content.get('spread', SPREADS[0]),
        )
        if experiment.spread not in SPREADS:
            raise InputError(
                f'{path}: spread must be {" or ".join(SPREADS)}, got {experiment.spread!r}'
            )
        for kind, trainings in (
            ('preparation', experiment.preparations),
            ('arm', experiment.arms),
        ):
            for name, training in trainings.items():
                try:
                    training.filled(experiment._values(*experiment._settings[0], Path()))
                except Exception as error:  # options are free, and their mistakes of every kind
                    raise InputError(f'{path}: {kind} {name!r}: {error!r}') from error
        return experiment

    @property
    def num_runs(self) -> int:
        """Number of the arms' runs."""
        return len(self.arms) * len(self.seeds) * len(self._settings)

    def run(
        self, folder: Path, *, jobs: int, on_run: Callable[[str, str], object] = lambda *_: None
    ) -> Runs:
        """Train and test every arm with every seed; what is there already is not run again.

        The last weights are tested, so that all arms have made the same number of steps.

        Args:
            folder: A folder for each arm comes here, with one for each seed.
            jobs: Trainings at once; they share the cores.
            on_run: Called with the names of arm and run after each.

        Raises:
            InputError: If a run failed, or the folder holds runs of another config.
        """
        with ThreadPoolExecutor(jobs) as pool:
            for name in self.preparations:
                self._prepare(name, folder, pool, jobs)
            for setting, (arm, training) in product(self._settings, self.arms.items()):
                config = training.filled(self._values(*setting, folder))
                self._write_config(self._place(folder, arm, *setting) / f'{arm}.py', config)

            def one(run: tuple[Setting, int, str]) -> None:
                setting, seed, arm = run
                place = self._place(folder, arm, *setting)
                _train(place / f'{arm}.py', place / f'seed_{seed}', seed, jobs)
                on_run(arm, _run_name(*setting, seed))

            list(pool.map(one, product(self._settings, self.seeds, self.arms)))
        return self.finished(folder)

    def finished(self, folder: Path) -> Runs:
        """The runs in a folder of :meth:`run` that are finished in all arms.

        Raises:
            InputError: If there is none, or one has none of the scores.
        """
        runs: dict[str, dict[str, dict[str, float]]] = {arm: {} for arm in self.arms}
        for setting, seed in product(self._settings, self.seeds):
            paths = {
                arm: self._place(folder, arm, *setting) / f'seed_{seed}' / 'test_scores.json'
                for arm in self.arms
            }
            if all(path.exists() for path in paths.values()):
                for arm, path in paths.items():
                    runs[arm][_run_name(*setting, seed)] = self._scores(path)
        if not runs[self.baseline]:
            raise InputError(f'{folder}: no run of {self.name} is finished in all arms')
        return runs

    def _prepare(self, name: str, folder: Path, pool: ThreadPoolExecutor, jobs: int) -> None:
        """Make the runs of one preparation."""
        settings = {self._prepared(name, *s, folder): s for s in self._settings}
        configs = {}
        for place, setting in settings.items():
            # Not in the folder itself, where training writes the one that it has resolved.
            configs[place] = place / 'config' / f'{name}.py'
            config = self.preparations[name].filled(self._values(*setting, folder))
            self._write_config(configs[place], config)
        list(pool.map(lambda place: _train(configs[place], place, 0, jobs), settings))

    def table(self, runs: Runs) -> str:
        """The :func:`comparison_table` of the experiment's runs."""
        return comparison_table(
            runs,
            baseline=self.baseline,
            scores=self.scores,
            conditions=[_words(condition) for condition in self.conditions if condition],
            standard_error=self.spread == SPREADS[1],
        )

    @property
    def run_names(self) -> list[str]:
        """The names of an arm's runs."""
        return [_run_name(*setting, seed) for setting in self._settings for seed in self.seeds]

    @property
    def _settings(self) -> list[Setting]:
        """Every condition with every repeat."""
        return list(product(self.conditions, self.repeats))

    @staticmethod
    def _place(
        folder: Path, arm: str, condition: Mapping[str, Any], repeat: Mapping[str, Any]
    ) -> Path:
        """The folder of an arm's runs under a condition and repeat."""
        return folder.joinpath(arm, *map(_folder_name, filter(None, (condition, repeat))))

    def _values(
        self, condition: Mapping[str, Any], repeat: Mapping[str, Any], folder: Path
    ) -> dict[str, Any]:
        places = {
            name: str(self._prepared(name, condition, repeat, folder)) for name in self.preparations
        }
        return {**self.values, **condition, **repeat, **places}

    def _prepared(
        self, name: str, condition: Mapping[str, Any], repeat: Mapping[str, Any], folder: Path
    ) -> Path:
        """The folder of a preparation: of those conditions and repeats that it tells apart."""
        names, seen = self.preparations[name].names, {name}
        while others := (names & set(self.preparations)) - seen:
            seen |= others
            names = names.union(*(self.preparations[other].names for other in others))
        parts = [_folder_name(part) for part in (condition, repeat) if names & set(part)]
        return folder.joinpath(name, *parts)

    def _scores(self, path: Path) -> dict[str, float]:
        found = json.loads(path.read_text())['scores']
        chosen = {name: found[name] for name in self.scores if found.get(name) is not None}
        if not chosen:
            raise InputError(f'{path}: none of {", ".join(self.scores)}, but {", ".join(found)}')
        return chosen

    @staticmethod
    def _write_config(path: Path, config: Config) -> None:
        text = config.pretty_text
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_aside(path) as part:
                part.write_text(text)
        elif path.read_text() != text:
            raise InputError(f'{path.parent} holds runs of another config: choose another folder')


def _words(values: Mapping[str, Any]) -> str:
    """Name of a condition or repeat: its first value."""
    return ' '.join(map(str, next(iter(values.items()))))


def _folder_name(values: Mapping[str, Any]) -> str:
    return _words(values).replace(' ', '_')


def _run_name(condition: Mapping[str, Any], repeat: Mapping[str, Any], seed: int) -> str:
    if not condition and not repeat:
        return str(seed)
    return ', '.join([*map(_words, filter(None, (condition, repeat))), f'seed {seed}'])


def _names_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield from (name for _, name, _, _ in Formatter().parse(value) if name)
    elif isinstance(value, Mapping | list | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _names_in(part)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """The value with values for the names in its strings; a name alone keeps its value's type."""
    if isinstance(value, Mapping):
        return {key: _filled(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, values) for part in value]
    names = list(_names_in(value))
    if not names:
        return value
    return values[names[0]] if value == f'{{{names[0]}}}' else value.format(**values)


def _trainings(
    content: Mapping[str, Any], shared: Sequence[Mapping[str, Any]], *, kind: str
) -> dict[str, Training]:
    trainings = {}
    for name, part in content.items():
        try:
            config = Config.fromfile(part['config'])
        except Exception as error:  # a config is code, and its mistakes are of every kind
            raise InputError(f'{kind} {name!r}: {error}') from error
        trainings[name] = Training(config, [*shared, part.get('options', {})])
    return trainings


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f'{path}: {error}') from error
    if isinstance(content, dict) and 'extends' in content:
        base = _read_yaml(path.parent / content.pop('extends'))
        joined = {
            key: {**base.get(key, {}), **content.get(key, {})} for key in ('options', 'values')
        }
        content = {**base, **content, **joined}
    if not isinstance(content, dict) or not KEYS <= set(content) <= KEYS | OPTIONAL_KEYS:
        raise InputError(
            f'{path}: an experiment has {sorted(KEYS)}, and perhaps {sorted(OPTIONAL_KEYS)}'
        )
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
