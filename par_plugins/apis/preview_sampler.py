"""What the sampler of a config would draw, before any training is spent on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from par_plugins.datasets.samplers import DAISampler, EpochPlannedSampler, ResampledLabels
from par_plugins.datasets.samplers.epoch_planned_sampler import number_of_draws
from par_plugins.datasets.samplers.label_rows import LabelRows

CAPS = (1, 2, 3, 5, 10, 25, 50)
SIZES = (0.2, 0.4, 1.0)


@dataclass(frozen=True, eq=False)
class SamplerPreview:
    """What a sampler does to the labels of its dataset.

    Attributes:
        sampler: Name of its class.
        draws: The draws of an epoch: their mean numbers for a sampler that plans epochs, the
            numbers of the first epoch for any other.
        epoch: The same with the whole set that follows the draws, where one does.
        planned: Whether the numbers are means.
    """

    sampler: str
    draws: ResampledLabels
    epoch: ResampledLabels
    planned: bool

    @property
    def whole_set_follows(self) -> bool:
        """Whether an epoch is more than the draws."""
        return self.epoch is not self.draws


@dataclass(frozen=True, eq=False)
class DAITradeOff:
    """How balanced the exact solver can make a set of labels, by cap and size.

    Attributes:
        sizes: S numbers of draws.
        caps: C caps on the draws of an image.
        objectives: ``(S, C)``, NaN where the cap makes the size impossible.
        chosen: Number of draws, largest weight and objective of the sampler itself.
    """

    sizes: tuple[int, ...]
    caps: tuple[float, ...]
    objectives: np.ndarray
    chosen: tuple[int, float, float]


def build_training_loader(cfg: Config) -> DataLoader:
    """Build the training set and its sampler as a run of this config would, and no model.

    Args:
        cfg: A config with a ``train_dataloader``.
    """
    init_default_scope(cfg.get('default_scope', 'mmengine'))
    loader = cfg.train_dataloader.to_dict()
    loader.update(num_workers=0, persistent_workers=False)
    seed = cfg.get('randomness', {}).get('seed')
    return Runner.build_dataloader(loader, seed=seed or 0)


def preview_sampler(loader: DataLoader) -> SamplerPreview:
    """Look at an epoch of a loader's sampler. No image is opened.

    Args:
        loader: Of a dataset with ``targets``.

    Raises:
        InputError: If the dataset has no targets.
    """
    sampler: Any = loader.sampler
    name = type(sampler).__name__
    rows = LabelRows.of(loader.dataset)
    if isinstance(sampler, EpochPlannedSampler):
        draws = epoch = sampler.resampled
        if sampler.then_all:
            epoch = ResampledLabels.from_weights(sampler.weights + 1, rows)
        return SamplerPreview(name, draws, epoch, planned=True)
    indices = np.fromiter(islice(iter(sampler), len(sampler)), np.int64)
    counts = np.bincount(indices, minlength=len(rows.row_of_image)).astype(np.float64)
    drawn = ResampledLabels.from_weights(counts, rows)
    return SamplerPreview(name, drawn, drawn, planned=False)


def dai_trade_off(
    sampler: DAISampler, *, sizes: Sequence[float] = SIZES, caps: Sequence[float] = CAPS
) -> DAITradeOff:
    """Solve for every size and cap, with the sampler's target and diversity.

    Args:
        sampler: Its own size is one of the sizes.
        sizes: Numbers of draws, or, if not an int, shares of the images.
        caps: Caps on the draws of an image.
    """
    own = sampler.resampled
    num_images = len(own.weights)
    draws = sorted({own.size, *(number_of_draws(size, num_images) for size in sizes)})
    caps = sorted(set(caps))
    objectives = np.full((len(draws), len(caps)), np.nan)
    for row, size in enumerate(draws):
        for column, cap in enumerate(caps):
            if size <= cap * num_images:
                found = sampler.solution_for(size=size, max_repeat=cap)
                objectives[row, column] = found.objective
    chosen = (own.size, own.largest_repeat, sampler.resampled.objective)
    return DAITradeOff(tuple(draws), tuple(caps), objectives, chosen)
