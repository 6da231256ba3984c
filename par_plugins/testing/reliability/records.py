"""Damaged files of what runs and tools have written: scores of runs, indices of pictures."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from par_plugins.apis.image_index import ImageIndex
from par_plugins.apis.results_table import results_table
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.reliability.damage import damage_bytes, damage_data
from par_plugins.testing.reliability.tally import Tally, try_cases

SCORES = {'config': 'a_leaf', 'seed': 0, 'scores': {'attribute/mA': 71.5, 'attribute/f1': 80.0}}


def try_records(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Read damaged scores and indices; a sentence must name the file.

    Args:
        folder: Empty, for the files.
        count: Number of files.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    names = np.array(['a.png', 'b.png', 'c.png'])
    numbers = rng.random((3, 4), dtype=np.float32), rng.random((3, 2), dtype=np.float32)
    schema = AttributeSchema([Attribute('Hat'), Attribute('Bag')])
    ImageIndex(names, *numbers, schema).save(folder / 'index.npz')
    index = (folder / 'index.npz').read_bytes()
    return try_cases(partial(_read, folder, index, seed), count, on_case=on_case)


def _read(folder: Path, index: bytes, seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    path = folder / ('index.npz' if number % 2 else 'test_scores.json')
    if number % 2:
        path.write_bytes(damage_bytes(index, rng))
    elif rng.random() < 0.5:
        path.write_bytes(damage_bytes(json.dumps(SCORES).encode(), rng))
    else:
        path.write_text(json.dumps(damage_data(SCORES, rng)), encoding='utf-8')
    try:
        if number % 2:
            ImageIndex.load(path)
        else:
            results_table([path], scores=['attribute/mA', 'attribute/f1'])
    except InputError as error:
        assert str(path) in str(error), f'no file is named: {error}'
        raise
