"""Random numbers of a batch, whichever process makes it."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset


class SeededBatches:
    """Fetch the samples of a batch with random numbers that depend on it alone.

    Seed, epoch, process and the batch's indices are the seed of PyTorch's, NumPy's and Python's
    generators while its samples are made; before and after, these are as if nothing had been
    drawn. So it does not matter which worker makes a batch, how many there are, whether they have
    outlived an epoch, or whether the run was resumed in between. An image that comes twice in an
    epoch is in two batches, or draws twice in one.

    Args:
        dataset: Gives a sample for an index, or several by ``__getitems__``.
        seed: Of the run.
        rank: Of the process that trains.
        epoch: A number in shared memory, which workers of either start method see change.
    """

    def __init__(self, dataset: Dataset, seed: int, rank: int, epoch: Tensor) -> None:
        self.dataset = dataset
        self.seed = seed
        self.rank = rank
        self.epoch = epoch

    @classmethod
    def install(cls, loader: DataLoader, seed: int, rank: int) -> Tensor:
        """Let a data loader, workers included, fetch its batches so.

        Args:
            loader: Of a dataset with indices, that has not begun.
            seed: Of the run.
            rank: Of the process that trains.

        Returns:
            The number of the epoch, to be set before each one.
        """
        epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        # Its iterators draw a number each, and outliving workers keep theirs: not from the model's.
        loader.generator = torch.Generator().manual_seed(seed)
        # PyTorch's own protocol: what a dataset has of this name makes whole batches.
        dataset: Any = loader.dataset
        dataset.__getitems__ = cls(dataset, seed, rank, epoch)
        return epoch

    def __call__(self, indices: Sequence[int]) -> list[Any]:
        """Make the samples of a batch."""
        words = (self.seed, int(self.epoch), self.rank, *map(int, indices))
        with random_numbers_of(words):
            several = getattr(type(self.dataset), '__getitems__', None)
            if several is not None:
                return several(self.dataset, indices)
            return [self.dataset[index] for index in indices]


@contextmanager
def random_numbers_of(words: Sequence[int]) -> Iterator[None]:
    """Seed the three global generators, what upstream's transforms draw from, for a while."""
    seeds = np.random.SeedSequence(words).generate_state(3)
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(seeds[0]))
        np.random.seed(int(seeds[1]))  # noqa: NPY002
        random.seed(int(seeds[2]))
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])  # noqa: NPY002
