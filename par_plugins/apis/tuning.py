"""Tuning: one option of every leaf, chosen on another split than the one that is compared on."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config

from par_plugins.apis.experiment import Training
from par_plugins.structures import InputError


def trials(
    configs: Mapping[str, Config],
    key: str,
    values: Sequence[float],
    *,
    split: str,
    folder: Path,
    seed: int,
) -> dict[str, dict[float, Training]]:
    """A training of each leaf with each value, tested on the split that decides.

    Args:
        configs: By the names of the leaves.
        key: The option, as ``optim_wrapper.optimizer.lr``.
        values: That are tried with every leaf.
        split: Of the test dataset.
        folder: Of the runs: ``<leaf>/tuning_<value>``.
        seed: Of the trials.

    Raises:
        InputError: If a leaf has not the option, or is compared on the split.
    """
    found: dict[str, dict[float, Training]] = {}
    for leaf, config in configs.items():
        _check_key(config, key, leaf)
        if config.test_dataloader.dataset.get('split') in (None, split):
            raise InputError(
                f'{leaf}: test_dataloader.dataset.split is '
                f'{config.test_dataloader.dataset.get("split")!r}: what is chosen on {split!r} '
                'must be tested on another split'
            )
        found[leaf] = {}
        for value in values:
            trial = with_option(config, key, value)
            trial.test_dataloader.dataset.split = split
            found[leaf][value] = Training(trial, folder / leaf / f'tuning_{value:g}', seed)
    return found


def with_option(config: Config, key: str, value: float) -> Config:
    """A copy of a config with one option changed."""
    changed = deepcopy(config)
    changed.merge_from_dict({key: value})
    return changed


def best_value(of_leaf: Mapping[float, Training], score: str) -> float:
    """The value whose finished trial scores highest, the first of several.

    Args:
        of_leaf: The trials of a leaf.
        score: The name of the score.

    Raises:
        InputError: If a trial does not give the score.
    """
    scores = {}
    for value, trial in of_leaf.items():
        given = trial.scores() or {}
        if score not in given:
            raise InputError(f'{trial.folder}: the trial gives no {score}')
        scores[value] = given[score]
    return max(scores, key=lambda value: scores[value])


def _check_key(config: Config, key: str, leaf: str) -> None:
    at: Any = config
    for name in key.split('.'):
        if isinstance(at, Sequence) and name.isdigit() and int(name) < len(at):
            at = at[int(name)]
        elif isinstance(at, Mapping | Config) and name in at:
            at = at[name]
        else:
            raise InputError(f'--tune {key}: {leaf} has no such option')
