"""Damaged annotation files of every benchmark, read by its dataset."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.structures import InputError
from par_plugins.testing.reliability.damage import damage_bytes, damage_text
from par_plugins.testing.reliability.tally import Tally, try_cases
from par_plugins.testing.write_tiny_benchmark import write_tiny_benchmark
from par_plugins.testing.write_toy_benchmark import LAYOUTS

# Not CIFAR's and MNIST's, too large to be damaged thousands of times: the tests have small ones.
DATASETS_READ = (*LAYOUTS, 'AttributeCSV')
PICTURES = ('.jpg', '.png')
TEXTS = ('.txt', '.csv')


def try_readers(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Damage one annotation file of one benchmark, and read every split.

    A split that is read must have labels within its schema, one row for each image; a sentence
    must name a file or folder of the benchmark.

    Args:
        folder: Empty, for the benchmarks.
        count: Number of damaged files, in turn of all benchmarks.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    for name in DATASETS_READ:
        write_tiny_benchmark(folder / name, name)
    files = {
        name: {
            path: path.read_bytes()
            for path in sorted((folder / name).rglob('*'))
            if path.is_file() and path.suffix not in PICTURES
        }
        for name in DATASETS_READ
    }
    return try_cases(partial(_read_damaged, folder, files, seed), count, on_case=on_case)


def _read_damaged(
    folder: Path, files: dict[str, dict[Path, bytes]], seed: int, number: int
) -> None:
    name = DATASETS_READ[number % len(DATASETS_READ)]
    rng = np.random.default_rng((seed, number))
    for path, content in files[name].items():  # a case before this may have ended its process
        path.write_bytes(content)
    path = list(files[name])[int(rng.integers(len(files[name])))]
    content = files[name][path]
    damaged = (
        damage_text(content.decode(), rng) if path.suffix in TEXTS else damage_bytes(content, rng)
    )
    path.write_bytes(damaged)
    try:
        for split in ('train', 'test'):
            dataset = DATASETS.build(
                dict(type=name, data_root=str(folder / name), split=split, serialize_data=False)
            )
            num_values = np.array(dataset.metainfo['schema'].num_values)
            assert len(dataset) == len(dataset.targets) > 0, 'a split without images'
            assert ((dataset.targets >= -1) & (dataset.targets < num_values)).all(), 'labels'
    except InputError as error:
        assert str(folder / name) in str(error), f'no file is named: {error}'
        raise
    finally:
        path.write_bytes(content)
