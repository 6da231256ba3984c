"""The sampler that all sampling laws of this folder share."""

from collections.abc import Iterator
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np
import torch
from mmengine import dist
from mmengine.logging import print_log
from torch.utils.data import Sampler

from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.datasets.samplers.systematic_rounding import round_systematically
from par_plugins.structures import InputError


def plan_epoch(
    weights: np.ndarray, generator: np.random.Generator, *, then_all: bool
) -> np.ndarray:
    """Return the indices of one epoch.

    Args:
        weights: ``(N,)`` mean number of draws of each image, with an integer sum M.
        generator: Source of all randomness.
        then_all: Whether the whole set follows the M draws.

    Returns:
        M indices in random order, then, if asked for, all N in random order.
    """
    counts = round_systematically(weights, generator)
    draws = generator.permutation(np.repeat(np.arange(len(weights)), counts))
    if not then_all:
        return draws
    return np.concatenate([draws, generator.permutation(len(weights))])


class EpochPlannedSampler(Sampler[int]):
    """Draws each image as often as its weight says, by a plan for each epoch.

    The plan is made from ``(seed, epoch)`` alone, so it is the same on all ranks and right after
    a resume; mmengine's loop sets the epoch. It is padded to a multiple of the world size by its
    first indices, and rank ``r`` of ``w`` takes the indices ``r, r + w, r + 2w, ...``; where the
    plan is made of groups that belong together, all of this is about groups in place of indices.
    Every epoch has the same length.

    Args:
        dataset: The dataset drawn from.
        resampled: Its labels with the weights of its images.
        then_all: Whether the whole set follows the draws in each epoch.
        group_size: Number of successive indices that belong together; the plan has whole groups.
        seed: Seed of all epochs; None takes one that all ranks share.
        rank: This process among those that train; None asks mmengine.
        world_size: Their number; None asks mmengine.

    Raises:
        InputError: If the rank is not within the world size, or only one of the two is given.
    """

    def __init__(
        self,
        dataset: Any,
        resampled: ResampledLabels,
        *,
        then_all: bool = False,
        group_size: int = 1,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
        if (rank is None) != (world_size is None):
            raise InputError(f'give rank={rank} and world_size={world_size} together, or neither')
        if rank is None or world_size is None:
            rank, world_size = dist.get_dist_info()
            # Rank 0's weights for all: a last bit that differs would be another plan.
            weights = torch.from_numpy(resampled.weights.copy())
            dist.broadcast(weights)
            resampled = replace(resampled, weights=weights.numpy())
        if not 0 <= rank < world_size:
            raise InputError(f'rank must be in [0, {world_size}), got {rank}')
        self.dataset = dataset
        self.resampled = resampled
        self.then_all = then_all
        self.group_size = group_size
        self.rank, self.world_size = rank, world_size
        self.seed = dist.sync_random_seed() if seed is None else seed
        self.epoch = 0
        if rank == 0:
            print_log(f'{type(self).__name__}: {resampled.table()}', logger='current')

    @property
    def weights(self) -> np.ndarray:
        """``(N,)`` mean number of draws of each image, without the whole set that may follow."""
        return self.resampled.weights

    @property
    def plan_length(self) -> int:
        """Number of indices in an epoch of all ranks together, without padding."""
        return self.resampled.size + self.then_all * len(self.weights)

    def plan(self, epoch: int) -> np.ndarray:
        """Return the indices of an epoch, for all ranks together, without padding."""
        generator = np.random.default_rng((self.seed, epoch))
        return plan_epoch(self.weights, generator, then_all=self.then_all)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration draws."""
        self.epoch = epoch

    def __len__(self) -> int:
        num_groups = self.plan_length // self.group_size
        return -(-num_groups // self.world_size) * self.group_size

    def __iter__(self) -> Iterator[int]:
        padded = np.resize(self.plan(self.epoch), len(self) * self.world_size)
        groups = padded.reshape(-1, self.group_size)[self.rank :: self.world_size]
        return iter(groups.ravel().tolist())


def number_of_draws(size: float, num_images: int) -> int:
    """Return the draws M of an epoch.

    Args:
        size: An int is the number itself, a float a share of the images.
        num_images: Number of images.

    Raises:
        InputError: If there is not at least one draw.
    """
    draws = round(size * num_images) if isinstance(size, float) and np.isfinite(size) else size
    if not isinstance(draws, Integral) or isinstance(draws, bool) or draws < 1:
        raise InputError(f'size={size!r} of {num_images} images gives no draw')
    return int(draws)
