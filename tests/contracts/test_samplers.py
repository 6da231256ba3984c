"""Every registered sampler keeps the promises of ``par_plugins.testing.check_sampler``."""

import numpy as np
import pytest
from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers import EpochPlannedSampler, MultiLabelOverSampler
from par_plugins.testing import check_sampler
from par_plugins.testing.contracts.registered import registered
from par_plugins.testing.contracts.samplers import LabelledImages

SAMPLERS = registered(DATA_SAMPLERS, 'par_plugins.datasets.samplers')
VARIANTS = {
    'ClassBalancedSampler': [{'oversample_thr': 0.5}],
    'DAISampler': [
        {},
        {'schedule': 'sub', 'size': 33},
        {'solver': 'adam', 'size': 0.5},
        {'solver': 'adam', 'solver_options': {'rounding': 'floor'}},
    ],
    'IdentitySampler': [{'images_per_identity': 4}, {'images_per_identity': 1}],
    'MultiLabelDownSampler': [{'size': 0.4}],
    'MultiLabelOverSampler': [{'size': 1.5, 'max_repeat': 4}],
}
CASES = [
    pytest.param({'type': name, **options}, id=f'{name}-{"-".join(map(str, options.values()))}')
    for name, variants in VARIANTS.items()
    for options in variants
]


def test_every_sampler_is_tested():
    assert set(VARIANTS) == set(SAMPLERS)
    assert len(SAMPLERS) == 5 and len(CASES) == 9


@pytest.mark.parametrize('config', CASES)
def test_it_keeps_the_promises(config):
    check_sampler(config)


def test_a_built_sampler_is_checked_as_its_config_is():
    check_sampler(MultiLabelOverSampler(LabelledImages(40), size=1.5, seed=0))


class Unfair(MultiLabelOverSampler):
    def plan(self, epoch):
        return np.sort(super().plan(epoch))[::-1][: self.plan_length // 2].repeat(2)


class Restless(MultiLabelOverSampler):
    epochs = 0

    def plan(self, epoch):
        type(self).epochs += 1
        return super().plan(epoch + self.epochs)


class Global(MultiLabelOverSampler):
    def plan(self, epoch):
        np.random.random()  # noqa: NPY002
        return super().plan(epoch)


class Uneven(MultiLabelOverSampler):
    def __iter__(self):
        return iter(list(super().__iter__())[: len(self) - self.rank])


@pytest.mark.parametrize(
    ('broken', 'promise'),
    [
        (Unfair, 'Each image is drawn as often as its weight says'),
        (Restless, 'All ranks|The indices follow from seed and epoch alone'),
        (Global, 'No global random number'),
        (Uneven, 'All ranks have as many indices'),
    ],
)
def test_a_sampler_that_breaks_a_promise_is_told_which(broken: type[EpochPlannedSampler], promise):
    sampler = broken(LabelledImages(40), size=1.5, seed=0)
    with pytest.raises(AssertionError, match=f'{broken.__name__} breaks a promise: ({promise})'):
        check_sampler(sampler)
