from collections import Counter

import numpy as np
import pytest
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers import IdentitySampler
from par_plugins.datasets.samplers.identity_sampler import plan_identities
from par_plugins.structures import InputError
from tests.datasets.samplers.test_epoch_planned_sampler import LabelledImages

PIDS = np.array([5, -1, 5, 2, 5, 2, 900, -1, 5, 5])  # 5 five times, 2 twice, 900 once


def images(pids=PIDS):
    dataset = LabelledImages(len(pids))
    dataset.pids = np.array(pids)
    return dataset


@pytest.mark.parametrize('images_per_identity', [1, 2, 3, 7])
def test_every_identity_comes_once_with_its_images_in_equal_parts(images_per_identity):
    for seed in range(20):
        plan = plan_identities(
            PIDS, np.random.default_rng(seed), images_per_identity=images_per_identity
        )
        groups = plan.reshape(-1, images_per_identity)
        assert sorted(PIDS[groups[:, 0]]) == [2, 5, 900]
        for group in groups:
            assert len(set(PIDS[group])) == 1
            own = np.flatnonzero(np.isin(PIDS, PIDS[group[0]]))
            times = [group.tolist().count(image) for image in own]
            assert sum(times) == images_per_identity and max(times) - min(times) <= 1


def test_both_the_order_and_the_images_are_drawn():
    plans = [
        plan_identities(PIDS, np.random.default_rng(s), images_per_identity=2) for s in range(60)
    ]
    assert len({tuple(PIDS[plan[::2]]) for plan in plans}) == 6
    pairs = {tuple(sorted(plan.tolist())) for plan in plans}
    assert len(pairs) == 10  # 2 of 5 images of the first identity; the others have no choice


@pytest.mark.parametrize('world_size', [1, 2, 3])
def test_a_batch_of_every_rank_has_p_identities_with_k_images(world_size):
    generator = np.random.default_rng(0)
    pids = generator.permutation(np.repeat(np.arange(24), 5))
    for rank in range(world_size):
        sampler = IdentitySampler(images(pids), 4, seed=1, rank=rank, world_size=world_size)
        batches = np.array(list(sampler)).reshape(-1, 4 * 4)  # P = 4
        assert len(batches) * 4 * world_size == 24
        for batch in batches:
            assert sorted(Counter(pids[batch]).values()) == [4] * 4
            assert len(set(batch.tolist())) == 16


def test_unknown_identities_are_never_drawn():
    sampler = IdentitySampler(images(), 3, seed=0)
    assert sampler.weights.tolist() == pytest.approx([0.6, 0, 0.6, 1.5, 0.6, 1.5, 3, 0, 0.6, 0.6])
    drawn = {image for epoch in range(20) for image in sampler.plan(epoch).tolist()}
    assert drawn == set(range(10)) - {1, 7}


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match='images_per_identity must be at least 1, got 0'):
        IdentitySampler(images(), 0)
    with pytest.raises(InputError, match='LabelledImages: no image has a known identity'):
        IdentitySampler(images([-1, -1]), 2)
    nameless = images()
    del nameless.pids
    with pytest.raises(InputError, match='LabelledImages has no pids'):
        DATA_SAMPLERS.build(dict(type='IdentitySampler', dataset=nameless, images_per_identity=2))
