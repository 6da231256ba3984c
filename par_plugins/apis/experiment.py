"""Experiments: leaves trained with the same seeds, several at once, and what they scored."""

import json
import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, METRICS, init_default_scope
from mmengine.utils import import_modules_from_strings
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from par_plugins.apis.run_scores import RunScores
from par_plugins.apis.runner import build_runner, last_whole_checkpoint, train
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

PLANNED, FINISHED, OUTPUT = 'planned.json', 'finished.json', 'output.txt'
IMPORTED_ONCE = ['par_plugins.apis.experiment', 'mmpretrain.models', 'mmpretrain.datasets']


@dataclass(frozen=True)
class Training:
    """One run: a config with all its options, the folder of its files, and its seed."""

    config: Config
    folder: Path
    seed: int = 0

    def scores(self) -> dict[str, float] | None:
        """The test scores of its last weights, None where it is not finished.

        Raises:
            InputError: If the folder holds the run of another config.
        """
        planned = self.folder / PLANNED
        if not planned.exists():
            return None
        difference = first_difference(_read(planned), self._plan())
        if difference:
            raise InputError(
                f'{self.folder} holds a run of another config ({difference}): take another '
                '--work-dir'
            )
        finished = self.folder / FINISHED
        return RunScores.read(finished).scores if finished.exists() else None

    def plan(self) -> None:
        """Write down what will be run here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with written_aside(self.folder / PLANNED) as unfinished:
            unfinished.write_text(json.dumps(self._plan(), indent=1) + '\n', encoding='utf-8')

    def _plan(self) -> dict[str, Any]:
        config = json.dumps({**self.config.to_dict(), 'seed': self.seed}, default=str)
        plan: dict[str, Any] = json.loads(config)
        return plan


def scores_of(
    arms: Mapping[str, Mapping[str, Training]], names: Sequence[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """The scores of finished runs that are compared, by arm and run, as far as runs give them.

    Args:
        arms: The runs of each arm, by their names.
        names: Of the scores.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for arm, runs in arms.items():
        found[arm] = {}
        for run, training in runs.items():
            scores = training.scores() or {}
            found[arm][run] = {name: scores[name] for name in names if name in scores}
    return found


def train_all(trainings: Iterable[Training], *, jobs: int, title: str = 'runs') -> None:
    """Train, and test the last weights, so that all have made the same number of steps.

    Finished runs are not run again, interrupted ones go on. Each runs in a process of its own,
    which is forked from one that has imported everything once. When a run fails the others
    are finished first.

    Args:
        trainings: In the order to start them.
        jobs: Trainings at once; they share the cores.
        title: Of the bar that shows how many are finished.

    Raises:
        InputError: If a run failed, or a folder holds the run of another config.
    """
    trainings = list(trainings)
    waiting = [training for training in trainings if training.scores() is None]
    for training in waiting:
        training.plan()
    if not waiting:
        return
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context('forkserver' if 'forkserver' in methods else 'spawn')
    if 'forkserver' in methods:
        context.set_forkserver_preload(IMPORTED_ONCE)
    threads = max(1, torch.get_num_threads() // jobs)
    failures = []
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns) as progress,
        ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool,
    ):
        task = progress.add_task(
            title, total=len(trainings), completed=len(trainings) - len(waiting)
        )
        running = {pool.submit(_train, training, threads): training for training in waiting}
        for done in as_completed(running):
            error = done.exception()
            if error is None:
                progress.advance(task)
            else:
                failures.append(f'{running[done].folder}: the run failed: {error}')
    if failures:
        more = f' (and {len(failures) - 1} more)' if len(failures) > 1 else ''
        raise InputError(f'{failures[0]}{more}; see {OUTPUT} there')


def _train(training: Training, threads: int) -> None:
    """Train and test in this process, whose output goes into the folder."""
    folder = training.folder
    with (folder / OUTPUT).open('a', encoding='utf-8') as output:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(output.fileno(), stream.fileno())
        torch.set_num_threads(threads)
        try:
            scores = _scores_of(training)
        except Exception as error:
            traceback.print_exc()
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise RuntimeError(reason[-1]) from None
        with written_aside(folder / FINISHED) as unfinished:
            name = Path(training.config.filename or 'config').stem
            run = {'config': name, 'seed': training.seed, 'scores': scores}
            unfinished.write_text(json.dumps(run, indent=1) + '\n', encoding='utf-8')


def _scores_of(training: Training) -> dict[str, float]:
    cfg, folder = training.config, training.folder
    # Reading the file has imported them in the process that sent it, not in this one.
    import_modules_from_strings(**cfg.get('custom_imports', {'imports': []}))
    cfg.work_dir, cfg.launcher = str(folder), 'none'
    cfg.setdefault('randomness', {})['seed'] = training.seed
    cfg.load_from = last_whole_checkpoint(folder) or cfg.get('load_from')
    cfg.resume = bool(cfg.load_from) and Path(cfg.load_from).parent == folder
    runner = build_runner(cfg)
    _ = runner.test_loop  # what is wrong with the test split is found before, not after
    train(runner)
    return {name: score for name, score in runner.test().items() if score == score}  # no NaN


def check_scores(configs: Mapping[str, Config], scores: Sequence[str]) -> None:
    """Refuse, before anything is trained, a score that no leaf gives.

    Args:
        configs: By the names of the leaves.
        scores: As they are asked for.

    Raises:
        InputError: Naming the score and the nearest one that there is.
    """
    given: set[str] = set()
    for config in configs.values():
        names = score_names(config)
        if names is None:
            return  # what metrics of other projects give shows only when they do
        given |= names
    for score in scores:
        if score not in given:
            near = get_close_matches(score, sorted(given), n=1)
            hint = f'did you mean {near[0]!r}?' if near else f'there are {", ".join(sorted(given))}'
            raise InputError(f'--scores {score}: no leaf gives this score; {hint}')


def score_names(config: Config) -> set[str] | None:
    """The scores of a config's test, None where a metric does not tell before it is run."""
    init_default_scope(config.get('default_scope', 'mmengine'))
    loader, evaluator = config.get('test_dataloader'), config.get('test_evaluator')
    if not loader or not evaluator:
        return set()
    data = DATASETS.build({**loader.dataset, 'pipeline': []})
    names: set[str] = set()
    for options in evaluator if isinstance(evaluator, list) else [evaluator]:
        metric = METRICS.build(dict(options))
        metric.dataset_meta = data.metainfo
        if not hasattr(metric, 'prefixed_names'):
            return None
        names |= set(metric.prefixed_names)
        if getattr(metric, 'rule', None):  # found on validation images, not on those of the test
            names |= {name.replace('_in_sample/', '/') for name in metric.prefixed_names}
    return names


def first_difference(before: Any, now: Any, key: str = '') -> str | None:
    """The first place at which nested data differ, in words, None where they are equal."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in (*now, *(before.keys() - now.keys())):
            place = f'{key}.{name}' if key else name
            if name not in before or name not in now:
                return f'{place} is {"new" if name in now else "gone"}'
            difference = first_difference(before[name], now[name], place)
            if difference:
                return difference
        return None
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        found = (
            first_difference(*pair, f'{key}.{i}')
            for i, pair in enumerate(zip(before, now, strict=True))
        )
        return next(filter(None, found), None)
    return None if before == now else f'{key} was {before!r:.60}, is {now!r:.60}'


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f'{path}: cannot be read ({error})') from error
    if not isinstance(content, dict):
        raise InputError(f'{path}: is not what a run has written')
    return content
