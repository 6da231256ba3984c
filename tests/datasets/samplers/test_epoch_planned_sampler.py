"""What the samplers' shared base does; the promises of each are in ``tests/contracts``."""

import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.registry import DATA_SAMPLERS
from mmengine.runner import Runner

from par_plugins.datasets.samplers import EpochPlannedSampler, ResampledLabels
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.structures import InputError
from par_plugins.testing.contracts.samplers import LabelledImages
from tests.distributed.gloo_group import gloo_group


def build(name, arguments):
    return DATA_SAMPLERS.build({'type': name, 'dataset': LabelledImages(), 'seed': 3, **arguments})


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
