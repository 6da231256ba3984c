"""Damaged files of what runs and tools have written: scores of runs, indices of pictures."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from par_plugins.apis.results_table import results_table
from par_plugins.search import IndexedPerson, IndexRows, PersonIndex, search_people
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
    people = [IndexedPerson(name) for name in ('a.png', 'b.png', 'c.png')]
    numbers = rng.random((3, 4), dtype=np.float32), rng.random((3, 2), dtype=np.float32)
    schema = AttributeSchema([Attribute('Hat'), Attribute('Bag')])
    index = PersonIndex.create(folder / 'index', schema, width=4)
    index.append(IndexRows(people, *numbers))
    files = {path: path.read_bytes() for path in sorted(index.folder.iterdir())}
    return try_cases(partial(_read, folder, files, seed), count, on_case=on_case)


def _read(folder: Path, files: Mapping[Path, bytes], seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    path = folder / ('index' if number % 2 else 'test_scores.json')
    if number % 2:
        for file, content in files.items():
            file.write_bytes(content)
        file = list(files)[rng.integers(len(files))]
        file.write_bytes(damage_bytes(files[file], rng))
    elif rng.random() < 0.5:
        path.write_bytes(damage_bytes(json.dumps(SCORES).encode(), rng))
    else:
        path.write_text(json.dumps(damage_data(SCORES, rng)), encoding='utf-8')
    try:
        if number % 2:
            index = PersonIndex(path)
            query = np.zeros(index.embeddings.shape[1])
            search_people(index, embedding=query, words='hat', at_least=0)
            list(index.people())
        else:
            results_table([path], scores=['attribute/mA', 'attribute/f1'])
    except InputError as error:
        assert str(path) in str(error), f'no file is named: {error}'
        raise
