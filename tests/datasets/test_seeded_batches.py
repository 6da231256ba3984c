"""Which process makes a batch does not change it."""

import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, Subset

from par_plugins.datasets.seeded_batches import SeededBatches


class Draws(Dataset):
    """Samples that are nothing but random numbers, of all three generators."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return index, random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002


def epochs(*, dataset=None, seed=0, rank=0, batch_size=2, order=None, **options):
    """The samples of epochs 0, 1 and 0 again."""
    loader = DataLoader(
        dataset or Draws(),
        batch_size=batch_size,
        sampler=order,
        collate_fn=list,
        generator=torch.Generator(),
        **options,
    )
    epoch = SeededBatches.install(loader, seed, rank)
    shown = []
    for number in (0, 1, 0):
        epoch.fill_(number)
        shown.append([sample for batch in loader for sample in batch])
    return shown


@pytest.mark.parametrize(
    'options',
    [
        dict(num_workers=1),
        dict(num_workers=3),
        dict(num_workers=2, persistent_workers=True),
        dict(num_workers=2, persistent_workers=True, multiprocessing_context='spawn'),
    ],
)
def test_workers_of_every_kind_draw_what_the_main_process_draws(options):
    alone = epochs()
    assert epochs(**options) == alone
    assert alone[0] == alone[2] != alone[1]


def test_seed_rank_and_epoch_change_every_number():
    first = epochs()
    for other in (epochs(seed=1)[0], epochs(rank=1)[0], first[1]):
        for a, b in zip(first[0], other, strict=True):
            assert a[0] == b[0] and not set(a[1:]) & set(b[1:])


def test_an_image_that_comes_twice_is_drawn_twice():
    shown = epochs(order=[0, 0, 0, 1])[0]
    assert len({sample[1:] for sample in shown}) == 4


def test_fetching_moves_no_generator_of_the_process():
    def states():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002
            torch.get_rng_state().tolist(),
        )

    before = states()
    epochs()
    assert states() == before


def test_a_dataset_that_makes_batches_itself_goes_on_to():
    part = Subset(Draws(), [3, 5])
    assert [sample[0] for sample in epochs(dataset=part)[0]] == [3, 5]
