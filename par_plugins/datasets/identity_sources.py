"""People and cameras of several sources: number 5 of one shop is not number 5 of another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log

from par_plugins.structures import UNKNOWN, InputError

NUMBERS = {'pids': 'pid_offset', 'camids': 'camid_offset'}


def keep_identities_apart(datasets: Sequence[Any]) -> None:
    """Let identities and cameras of datasets that are used together be different numbers.

    Datasets whose ``identity_source`` is the same share people and cameras. The numbers of the
    first source stay what its files say; those of every other one are moved behind them, in labels
    and samples (``pid_offset`` and ``camid_offset`` of the datasets). Calling it again changes
    nothing.

    Args:
        datasets: They hold the images, no wrapper.

    Raises:
        InputError: If a dataset of another class has numbers of several sources' identities, and
            no ``pid_offset`` or ``camid_offset`` to move them by.
    """
    sources: dict[Any, list[Any]] = {}
    for dataset in datasets:
        sources.setdefault(getattr(dataset, 'identity_source', id(dataset)), []).append(dataset)
    if len(sources) == 1:
        return
    moved = False
    for numbers, offset_name in NUMBERS.items():
        taken: np.ndarray = np.empty(0, np.int64)
        for members in sources.values():
            known = _known_numbers(members, numbers)
            if not len(known):
                continue
            first = max(taken.max(initial=UNKNOWN), UNKNOWN) + 1
            offset = int(first - min(known.min(), 0)) if len(taken) else 0
            if all(hasattr(member, offset_name) for member in members):
                for member in members:
                    moved |= getattr(member, offset_name) != offset
                    setattr(member, offset_name, offset)
            elif np.isin(known, taken).any():
                raise InputError(
                    f'{type(members[0]).__name__} and another dataset used with it both have '
                    f'{numbers} {int(known[np.isin(known, taken)][0])}: whether these are the same '
                    'is not known; make the numbers of one of them different'
                )
            else:
                offset = 0
            taken = np.concatenate([taken, known + offset])
    if moved:
        print_log(
            f'identities and cameras of {len(sources)} sources are kept apart: '
            f'{", ".join(map(str, sources))}; the same identity_source would join them',
            logger='current',
        )


def _known_numbers(datasets: Sequence[Any], name: str) -> np.ndarray:
    """The different numbers that the files say, -1 left out; none where there are none."""
    by_dataset = [_numbers_in_files(dataset, name) for dataset in datasets]
    numbers = np.unique(np.concatenate([np.empty(0, np.int64), *by_dataset]))
    return numbers[numbers != UNKNOWN]


def _numbers_in_files(dataset: Any, name: str) -> np.ndarray:
    if hasattr(dataset, 'numbers_in_files'):
        return np.asarray(dataset.numbers_in_files(name))
    return np.asarray(getattr(dataset, name, ()), dtype=np.int64)
