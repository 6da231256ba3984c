"""What every sampler of training images promises."""

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from mmengine.registry import DATA_SAMPLERS
from torch.utils.data import Dataset, Sampler

from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.contracts.promises import check_promises, name_of

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])
"""Of the images that a sampler from a config draws from."""

NUM_EPOCHS = 3000
"""Over which a law is looked at."""

Make = Callable[..., Any]


def check_sampler(sampler: Mapping[str, Any] | Sampler) -> None:
    """Check that a sampler keeps the promises of all samplers.

    >>> check_sampler({'type': 'DAISampler', 'size': 0.5})

    Args:
        sampler: Its config without ``dataset``, ``seed``, ``rank`` and ``world_size``, which the
            check gives; or a built one with the last three as attributes, which is copied.

    Raises:
        AssertionError: If it breaks a promise; the message says which.
    """
    promises: list[Callable[[Make], None]] = [
        check_law,
        check_ranks_share_the_plan,
        check_plan_follows_from_seed_and_epoch,
        check_global_random_state,
    ]
    if isinstance(sampler, Mapping):
        promises += [check_columns_without_a_schema, check_bad_labels_are_refused]
    check_promises(name_of(sampler), promises, _maker(sampler))


def _maker(sampler: Mapping[str, Any] | Sampler) -> Make:
    given = {'seed': 3, 'rank': 0, 'world_size': 1}

    def from_config(**more: Any) -> Any:
        options: dict[str, Any] = dict(sampler)
        return DATA_SAMPLERS.build({'dataset': LabelledImages(), **given, **options, **more})

    def from_object(**more: Any) -> Any:
        copied = copy.copy(sampler)
        for name, value in {**given, **more}.items():
            setattr(copied, name, value)
        return copied

    return from_config if isinstance(sampler, Mapping) else from_object


def long_tailed(
    num_images: int, num_attributes: int, *, seed: int = 0, unknown: float = 0.0
) -> np.ndarray:
    """Correlated binary labels with ratios from 0.9 down to 0.01, each with a positive."""
    generator = np.random.default_rng(seed)
    ratios = np.geomspace(0.9, 0.01, num_attributes)
    common = generator.random((num_images, 1))
    own = generator.random((num_images, num_attributes))
    labels = (np.where(generator.random(own.shape) < 0.4, common, own) < ratios).astype(np.int64)
    labels[generator.random(labels.shape) < unknown] = -1
    labels[0] = 1
    return labels


class LabelledImages(Dataset):
    """A dataset that is its labels, of :data:`SCHEMA`, and its identities."""

    def __init__(self, num_images: int = 71, seed: int = 0) -> None:
        self.num_images = num_images
        generator = np.random.default_rng(seed)
        ages = generator.choice(3, num_images, p=[0.1, 0.7, 0.2])
        self.targets = np.insert(long_tailed(num_images, 2, seed=seed), 1, ages, axis=1)
        self.targets[generator.random(self.targets.shape) < 0.1] = -1
        self.metainfo: dict[str, Any] = {'schema': SCHEMA}
        self.pids = generator.integers(-1, 20, num_images)

    def __len__(self) -> int:
        return self.num_images

    def __getitem__(self, index: int) -> int:
        return index


def drawn(sampler: Any, epoch: int) -> list[int]:
    """The indices of an epoch."""
    sampler.set_epoch(epoch)
    return list(sampler)


def check_law(make: Make) -> None:
    """Each image is drawn as often as its weight says on average, and never oftener than once more.

    Of a sampler that tells the mean number of draws of each image in ``weights``.
    """
    sampler = make()
    if not hasattr(sampler, 'weights'):
        return
    num_images = len(sampler.dataset)
    then_all = getattr(sampler, 'then_all', False)
    total = np.zeros(num_images)
    for epoch in range(NUM_EPOCHS):
        counts = np.bincount(sampler.plan(epoch), minlength=num_images) - then_all
        assert counts.sum() == round(sampler.weights.sum()), f'{counts.sum()} draws'
        assert (counts <= np.ceil(sampler.weights - 1e-9)).all(), counts
        total += counts
    fractions = sampler.weights % 1
    deviations = np.sqrt(fractions * (1 - fractions) / NUM_EPOCHS)
    off = np.abs(total / NUM_EPOCHS - sampler.weights)
    assert (off <= 5 * deviations + 1e-6).all(), f'off by up to {off.max()} draws an epoch'


def check_ranks_share_the_plan(make: Make) -> None:
    """All ranks have as many indices, which taken in turn are the plan and its first ones again."""
    plan = drawn(make(), 5)
    group = getattr(make(), 'group_size', 1)
    for world_size in (1, 2, 3, 4):
        samplers = [make(rank=rank, world_size=world_size) for rank in range(world_size)]
        shares = [drawn(sampler, 5) for sampler in samplers]
        assert all(type(index) is int for share in shares for index in share)
        assert [len(share) for share in shares] == [len(sampler) for sampler in samplers]
        assert len({len(share) for share in shares}) == 1, [len(share) for share in shares]
        turns = np.array(shares).reshape(world_size, -1, group).transpose(1, 0, 2).flatten()
        beyond = len(turns) - len(plan)
        assert 0 <= beyond < world_size * group, f'{beyond} indices beyond the plan'
        np.testing.assert_array_equal(turns, np.resize(plan, len(turns)))


def check_plan_follows_from_seed_and_epoch(make: Make) -> None:
    """The indices follow from seed and epoch alone, and differ between both."""
    sampler = make()
    first = drawn(sampler, 4)
    assert drawn(sampler, 7) != first and drawn(sampler, 4) == first == list(sampler)
    assert drawn(make(), 4) == first, 'another object draws others'
    assert all(drawn(make(seed=4), epoch) != first for epoch in (3, 4, 5))
    assert {len(drawn(sampler, epoch)) for epoch in range(5)} == {len(sampler)}


def check_global_random_state(make: Make) -> None:
    """No global random number is drawn, and none is seeded."""

    def states() -> tuple[Any, ...]:
        numbers = repr(np.random.get_state(legacy=False))  # noqa: NPY002
        return random.getstate(), numbers, torch.get_rng_state().tolist()

    before = states()
    list(make())
    assert states() == before


def check_columns_without_a_schema(make: Make) -> None:
    """The columns of a dataset without a schema are binary attributes."""
    dataset = LabelledImages()
    dataset.metainfo, dataset.targets = {}, long_tailed(71, 4, unknown=0.1)
    resampled = getattr(make(dataset=dataset), 'resampled', None)
    if resampled is not None:
        assert resampled.column_names == tuple(f'column {column}' for column in range(4))


def check_bad_labels_are_refused(make: Make) -> None:
    """A dataset without labels, or with those of other images, is one sentence that names it."""
    short = LabelledImages()
    short.targets = short.targets[:70]
    for dataset, sentence in (
        ([1, 2], 'list has no targets'),
        (short, '71 images but 70 rows of targets'),
    ):
        try:
            make(dataset=dataset)
        except InputError as error:
            assert sentence in str(error), error
        else:
            raise AssertionError(f'it took a dataset of which it should say: {sentence}')
