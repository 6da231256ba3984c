"""The learning rate of every leaf ends where its training ends."""

from itertools import pairwise

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner

from tests.contracts.config_leaves import LEAVES, STUDIES, name_of, read_leaf


@pytest.mark.parametrize('path', [*LEAVES, *STUDIES], ids=name_of)
def test_nothing_in_a_schedule_contradicts_the_length_of_training(path):
    cfg = read_leaf(path)
    length = cfg.train_cfg.get('max_epochs') or cfg.train_cfg.max_iters
    for scheduler in schedulers(cfg):
        assert 'T_max' not in scheduler, 'T_max is the rest of training where none is given'
        assert scheduler.get('by_epoch', True) == ('max_epochs' in cfg.train_cfg)
        assert all(milestone < length for milestone in scheduler.get('milestones', []))
        if 'end' in scheduler:  # a warm-up alone has an end of its own
            assert scheduler.type == 'LinearLR' and scheduler.end < length
            assert scheduler.get('end_factor', 1) == 1


def schedulers(cfg):
    """The schedulers of a config, as a list."""
    found = cfg.get('param_scheduler') or []
    return found if isinstance(found, list) else [found]


class OneNumber(BaseModel):
    """A model with a number to learn."""

    def __init__(self):
        super().__init__()
        self.number = torch.nn.Parameter(torch.zeros(1))

    def forward(self, **kwargs):
        return {'loss': self.number.sum()}


def rates(cfg, epochs, work_dir):
    """The learning rate of each of four steps an epoch, as mmengine's own runner sets it."""
    loader = {'dataset': [{}] * 4, 'batch_size': 1, 'sampler': {'type': 'DefaultSampler'}}
    runner = Runner(
        OneNumber(),
        str(work_dir),
        train_dataloader=loader,
        train_cfg={'by_epoch': True, 'max_epochs': epochs},
        optim_wrapper=cfg.optim_wrapper,
        param_scheduler=cfg.param_scheduler,
        default_hooks={'logger': None, 'checkpoint': None, 'timer': None},
        experiment_name=f'{work_dir.name}_{epochs}',
    )
    found = []
    step = runner.model.train_step

    def watched(*args, **kwargs):
        found.append(runner.optim_wrapper.get_lr()['lr'][0])
        return step(*args, **kwargs)

    runner.model.train_step = watched
    runner.train()
    return found


@pytest.mark.parametrize('epochs', [None, 5, 20])
@pytest.mark.parametrize(
    'stem',
    [
        'cross-entropy_resnet18_1xb64-10e_pa100k-128x64',
        'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64',
        'apr_resnet18_1xb32-12e_toy-market1501-128x64',
    ],
)
def test_a_cosine_reaches_its_end_with_the_last_step(stem, epochs, tmp_path):
    (path,) = [path for path in LEAVES if path.stem == stem]
    cfg = read_leaf(path)
    epochs = epochs or cfg.train_cfg.max_epochs
    found = rates(cfg, epochs, tmp_path)
    steps, peak = 4 * epochs, cfg.optim_wrapper.optimizer.lr
    assert len(found) == steps
    falling = found[4:]  # behind the warm-up
    assert all(later < earlier for earlier, later in pairwise(falling))
    # One step before its end a cosine is at (1 - cos(pi / steps)) / 2 of its start.
    last = peak * (1 - torch.cos(torch.tensor(torch.pi / steps)).item()) / 2
    assert found[-1] == pytest.approx(last, rel=1e-3)


@pytest.mark.parametrize(
    ('stem', 'expected'),
    [
        ('apr_resnet50_1xb64-55e_market1501-651-224x224', {0: 1e-3, 49: 1e-3, 50: 1e-4, 54: 1e-4}),
        ('dai_densenet161_1xb64-40e_pa100k-256x192', {0: 0.1, 19: 0.1, 20: 0.01, 39: 1e-8}),
        (
            'habp_vgg16_1xb16-15e_deepfashion-224x224',
            {5: 0.01, 6: 1e-3, 8: 1e-3, 9: 1e-4, 12: 1e-5, 14: 1e-5},
        ),
        ('crl-class-relative_deepid2_1xb128-200e_celeba-55x47', {0: 1e-3, 199: 1e-3}),
    ],
)
def test_the_rates_of_the_papers_come_in_their_epochs(stem, expected, tmp_path):
    (path,) = [path for path in LEAVES if path.stem == stem]
    cfg = read_leaf(path)
    cfg.setdefault('param_scheduler', None)
    found = rates(cfg, cfg.train_cfg.max_epochs, tmp_path)
    assert {epoch: found[4 * epoch] for epoch in expected} == pytest.approx(expected)
