"""What every registered sampler promises, and what the shared base alone does."""

import random

import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.registry import DATA_SAMPLERS
from mmengine.runner import Runner
from torch.utils.data import Dataset

from par_plugins.datasets.samplers import EpochPlannedSampler, ResampledLabels
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.contracts.registered import registered
from tests.datasets.samplers.label_sets import long_tailed
from tests.distributed.gloo_group import gloo_group

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])

ARGUMENTS = {
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
CASES = [(name, arguments) for name, variants in ARGUMENTS.items() for arguments in variants]
every_sampler = pytest.mark.parametrize(
    ('name', 'arguments'),
    CASES,
    ids=[f'{name}-{"-".join(map(str, options.values()))}' for name, options in CASES],
)


class LabelledImages(Dataset):
    """A dataset that is its labels."""

    def __init__(self, num_images=71, seed=0):
        self.num_images = num_images
        generator = np.random.default_rng(seed)
        ages = generator.choice(3, num_images, p=[0.1, 0.7, 0.2])
        self.targets = np.insert(long_tailed(num_images, 2, seed=seed), 1, ages, axis=1)
        self.targets[generator.random(self.targets.shape) < 0.1] = -1
        self.metainfo = {'schema': SCHEMA}
        self.pids = generator.integers(-1, 20, num_images)

    def __len__(self):
        return self.num_images

    def __getitem__(self, index):
        return index


def build(name, arguments, **more):
    return DATA_SAMPLERS.build(
        {'type': name, 'dataset': LabelledImages(), 'seed': 3, **arguments, **more}
    )


def test_every_registered_sampler_is_put_through_the_promises():
    found = registered(DATA_SAMPLERS, 'par_plugins.datasets.samplers')
    assert set(found) == set(ARGUMENTS)
    assert len(found) == 5


@every_sampler
def test_the_law_holds(name, arguments):
    sampler = build(name, arguments)
    num_images, num_epochs = len(sampler.dataset), 3000
    total = np.zeros(num_images)
    for epoch in range(num_epochs):
        counts = np.bincount(sampler.plan(epoch), minlength=num_images) - sampler.then_all
        assert counts.sum() == sampler.resampled.size
        assert (counts <= np.ceil(sampler.weights - 1e-9)).all()
        total += counts
    fractions = sampler.weights % 1
    deviations = np.sqrt(fractions * (1 - fractions) / num_epochs)
    assert (np.abs(total / num_epochs - sampler.weights) <= 5 * deviations + 1e-6).all()


@every_sampler
@pytest.mark.parametrize('world_size', [1, 2, 3, 4])
def test_ranks_have_equal_shares_that_make_up_the_plan(name, arguments, world_size):
    shares = []
    for rank in range(world_size):
        sampler = build(name, arguments, rank=rank, world_size=world_size)
        sampler.set_epoch(5)
        shares.append(list(sampler))
        assert len(shares[-1]) == len(sampler)
        assert all(type(index) is int for index in shares[-1])
    assert len({len(share) for share in shares}) == 1
    size = sampler.group_size
    in_turn = np.array(shares).reshape(world_size, -1, size).transpose(1, 0, 2).flatten()
    plan = build(name, arguments).plan(5)
    assert len(plan) == sampler.plan_length
    assert 0 <= len(in_turn) - len(plan) < world_size * size
    np.testing.assert_array_equal(in_turn[: len(plan)], plan)
    np.testing.assert_array_equal(in_turn[len(plan) :], plan[: len(in_turn) - len(plan)])


@every_sampler
def test_the_plan_is_a_matter_of_seed_and_epoch_alone(name, arguments):
    sampler = build(name, arguments)
    first = sampler.plan(4).copy()
    sampler.plan(7)
    np.testing.assert_array_equal(build(name, arguments).plan(4), first)
    assert not np.array_equal(sampler.plan(5), first)
    of_next_seed = build(name, {**arguments, 'seed': 4})
    for epoch in (3, 4, 5):
        assert not np.array_equal(of_next_seed.plan(epoch), first)
    sampler.set_epoch(4)
    assert list(sampler) == list(sampler) == first.tolist()
    assert {len(list(sampler)) for epoch in range(5) if not sampler.set_epoch(epoch)} == {
        len(sampler)
    }


def global_random_states():
    numpy_state = np.random.get_state()[1].tolist()  # noqa: NPY002
    return random.getstate(), numpy_state, torch.get_rng_state().tolist()


@every_sampler
def test_the_global_random_state_is_untouched(name, arguments):
    before = global_random_states()
    list(build(name, arguments))
    assert global_random_states() == before


@every_sampler
def test_columns_without_a_schema_are_binary(name, arguments):
    dataset = LabelledImages()
    dataset.metainfo = {}
    dataset.targets = long_tailed(71, 4, unknown=0.1)
    sampler = DATA_SAMPLERS.build({'type': name, 'dataset': dataset, 'seed': 0, **arguments})
    assert sampler.resampled.column_names == tuple(f'column {column}' for column in range(4))


@every_sampler
def test_a_dataset_without_labels_is_refused(name, arguments):
    with pytest.raises(InputError, match='list has no targets'):
        DATA_SAMPLERS.build({'type': name, 'dataset': [1, 2], 'seed': 0, **arguments})


@every_sampler
def test_labels_of_other_images_are_refused(name, arguments):
    dataset = LabelledImages()
    dataset.targets = dataset.targets[:70]
    with pytest.raises(InputError, match='71 images but 70 rows of targets'):
        DATA_SAMPLERS.build({'type': name, 'dataset': dataset, 'seed': 0, **arguments})


@pytest.mark.parametrize('name', ['DAISampler', 'MultiLabelDownSampler', 'MultiLabelOverSampler'])
@pytest.mark.parametrize('size', [0, 0.0, 0.001, -1, float('nan'), float('inf'), True, '9'])
def test_a_size_without_a_draw_is_refused(name, size):
    with pytest.raises(InputError, match=f'size={size!r} of 71 images gives no draw'):
        build(name, {'size': size})


@pytest.mark.parametrize('name', ['DAISampler', 'MultiLabelDownSampler', 'MultiLabelOverSampler'])
def test_a_cap_that_makes_the_size_impossible_is_refused(name):
    with pytest.raises(InputError, match='size=710 is impossible with max_repeat='):
        build(name, {'size': 10.0})


def planned(weights, **arguments):
    rows = LabelRows.from_labels(np.eye(len(weights), dtype=np.int64))
    resampled = ResampledLabels.from_weights(np.array(weights), rows)
    arguments = {'seed': 0, 'rank': None, 'world_size': None, **arguments}
    return EpochPlannedSampler(LabelledImages(len(weights)), resampled, **arguments)


def test_fewer_draws_than_ranks_are_repeated():
    shares = [list(planned([1.0, 0.0], rank=rank, world_size=4)) for rank in range(4)]
    assert shares == [[0]] * 4


@pytest.mark.parametrize('arguments', [{'rank': 2, 'world_size': 2}, {'rank': -1, 'world_size': 2}])
def test_a_rank_outside_the_world_is_refused(arguments):
    with pytest.raises(InputError, match=r'rank must be in \[0, 2\)'):
        planned([1.0, 1.0], **arguments)


def test_a_rank_without_a_world_size_is_refused():
    with pytest.raises(InputError, match='together'):
        planned([1.0, 1.0], rank=1)


def test_the_proportions_are_logged_on_the_first_rank_only(caplog, monkeypatch):
    lines = []
    monkeypatch.setattr(
        'par_plugins.datasets.samplers.epoch_planned_sampler.print_log',
        lambda message, **_: lines.append(message),
    )
    for rank in range(2):
        planned([1.5, 0.5], rank=rank, world_size=2)
    assert len(lines) == 1
    assert lines[0].startswith('EpochPlannedSampler: 2 draws from 2 images')
    assert lines[0].splitlines()[-1].split() == ['column', '1', '50.00%', '25.00%']


class RecordingModel(BaseModel):
    def __init__(self, seen):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seen = seen

    def forward(self, *indices, mode):
        self.seen.extend(indices)
        return {'loss': self.weight.sum()}


def run(work_dir, max_epochs, *, resume, seen):
    """Train on a dataset of indices, and add those that the model is given to ``seen``."""
    runner = Runner(
        model=RecordingModel(seen),
        work_dir=str(work_dir),
        experiment_name=f'epochs_{max_epochs}_{resume}_{id(seen)}',
        train_dataloader={
            'dataset': LabelledImages(),
            'sampler': {'type': 'DAISampler', 'schedule': 'sub', 'size': 20},
            'batch_size': 4,
            'num_workers': 0,
            'collate_fn': {'type': 'pseudo_collate'},
        },
        train_cfg={'by_epoch': True, 'max_epochs': max_epochs},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1}},
        resume=resume,
        randomness={'seed': 11},
        default_hooks={'checkpoint': {'type': 'CheckpointHook', 'interval': 1}},
    )
    runner.train()


def test_a_run_that_is_resumed_draws_what_it_would_have_drawn(tmp_path):
    whole, halves = [], []
    run(tmp_path / 'whole', 3, resume=False, seen=whole)
    run(tmp_path / 'halves', 1, resume=False, seen=halves)
    run(tmp_path / 'halves', 3, resume=True, seen=halves)
    assert len(whole) == 60
    assert halves == whole
    assert whole[:20] != whole[20:40]


def draw_of_own_weights(rank, path):
    weights = np.roll([0.3, 1.2, 0.5, 2.0], rank)  # what must not happen: ranks that disagree
    with gloo_group(rank, 2, path / 'meet'):
        torch.save(list(planned(weights)), path / f'{rank}.pth')


def test_ranks_draw_by_the_weights_of_the_first(tmp_path):
    torch.multiprocessing.start_processes(
        draw_of_own_weights, args=(tmp_path,), nprocs=2, start_method='fork'
    )
    shares = [torch.load(tmp_path / f'{rank}.pth') for rank in range(2)]
    np.testing.assert_array_equal(
        np.array(shares).T.flatten(), planned([0.3, 1.2, 0.5, 2.0]).plan(0)
    )
