import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim import OptimWrapper
from mmengine.registry import PARAM_SCHEDULERS
from torch import nn

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks import SafeCheckpointHook
from par_plugins.structures import InputError

SCHEDULERS = {
    'OneCycleLR': dict(eta_max=0.1, total_steps=8),
    'MultiStepLR': dict(milestones=[2, 4], gamma=0.1),
    'CosineAnnealingLR': dict(T_max=8),
    'LinearLR': dict(end=4),
    'ReduceOnPlateauLR': dict(monitor='score', rule='greater', patience=0),
}


@pytest.mark.parametrize('name', SCHEDULERS)
def test_a_schedulers_state_survives_the_way_through_a_checkpoint(tmp_path, name):
    def build():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        options = dict(type=name, optimizer=optimizer, **SCHEDULERS[name])
        return optimizer, PARAM_SCHEDULERS.build(options)

    def step(optimizer, scheduler, times):
        rates = []
        for _ in range(times):
            optimizer.step()
            scheduler.step({'score': 1.0}) if 'Plateau' in name else scheduler.step()
            rates.append(optimizer.param_groups[0]['lr'])
        return rates

    optimizer, scheduler = build()
    step(optimizer, scheduler, 3)
    checkpoint = {
        'param_schedulers': [scheduler.state_dict()],
        'optimizer': optimizer.state_dict(),
    }
    SafeCheckpointHook().before_save_checkpoint(None, checkpoint)
    torch.save(checkpoint, tmp_path / 'own.pth')
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    resumed_optimizer, resumed = build()
    resumed_optimizer.load_state_dict(read['optimizer'])
    resumed.load_state_dict(read['param_schedulers'][0])
    assert step(resumed_optimizer, resumed, 4) == step(optimizer, scheduler, 4)


def run(optimizer=torch.optim.Adam, **options):
    """A run that resumes, two steps behind it."""
    model = nn.Linear(2, 1)
    wrapper = OptimWrapper(optimizer(model.parameters(), lr=0.1, **options))
    scheduler = PARAM_SCHEDULERS.build(dict(type='LinearLR', optimizer=wrapper, end=9))
    for _ in range(2):
        wrapper.update_params(model(torch.ones(1, 2)).sum())
        scheduler.step()
    return SimpleNamespace(
        model=model,
        optim_wrapper=wrapper,
        param_schedulers=[scheduler],
        _resume=True,
        _load_from='run/epoch_2.pth',
    )


def saved(runner):
    """Its checkpoint."""
    return {
        'meta': {'epoch': 2, 'iter': 8},
        'message_hub': {
            'log_scalars': {'loss': HistoryBuffer([1.0, math.nan], [1, 1])},
            'runtime_info': {},
            'resumed_keys': {},
        },
        'state_dict': runner.model.state_dict(),
        'optimizer': runner.optim_wrapper.state_dict(),
        'param_schedulers': [runner.param_schedulers[0].state_dict()],
    }


def load(runner, checkpoint):
    SafeCheckpointHook().after_load_checkpoint(runner, checkpoint)


def test_a_runs_own_checkpoint_is_gone_on_from_and_left_as_it_is():
    runner = run()
    before = runner.optim_wrapper.state_dict()
    load(runner, saved(run()))
    after = runner.optim_wrapper.state_dict()
    assert all(
        torch.equal(after['state'][0][key], before['state'][0][key]) for key in before['state'][0]
    )


MISSING = object()


@pytest.mark.parametrize(
    ('path', 'value', 'sentence'),
    [
        (['message_hub'], MISSING, 'its message_hub is of type NoneType, not dict'),
        (['message_hub', 'log_scalars'], 3, 'message_hub.log_scalars is of type int'),
        (['message_hub', 'log_scalars', 'loss'], 3, 'message_hub.log_scalars.loss is of type int'),
        (['meta', 'epoch'], 'two', 'meta.epoch is of type str, not int'),
        (['meta', 'iter'], MISSING, 'meta.iter is of type NoneType, not int'),
        (['param_schedulers'], 'linear', 'param_schedulers is of type str, not list or dict'),
        (['param_schedulers'], ['linear'], 'param_schedulers is of type str, not dict'),
        (['param_schedulers', 0, 'last_step'], 'x', 'param_schedulers.0.last_step is of type str'),
        (['optimizer'], [], 'optimizer is of type list, not dict'),
        (['optimizer', 'state'], None, 'optimizer.state is of type NoneType'),
        (['optimizer', 'state', 0], 'x', 'optimizer.state.0 is of type str'),
        (['optimizer', 'param_groups', 0, 'lr'], 'x', 'optimizer.param_groups.0.lr is of type str'),
        (['optimizer', 'param_groups', 0, 'params'], [0], 'its optimizer is not of Adam'),
        (['optimizer', 'param_groups', 0, 'lr'], math.nan, 'optimizer.param_groups.0.lr is not f'),
        (['optimizer', 'state', 0, 'exp_avg'], torch.tensor(math.inf), r'exp_avg is not finite'),
        (['optimizer', 'state'], {}, 'optimizer.state is empty'),
        (['optimizer', 'state', 0, 'exp_avg'], MISSING, 'no optimizer.state.0.exp_avg'),
        (['optimizer', 'state', 0], {}, 'no optimizer.state.0.'),
        (
            ['optimizer', 'state', 1, 'exp_avg_sq'],
            torch.ones(2),
            r'state.1.exp_avg_sq is of shape \(2,\), not \(1,\)',
        ),
        (['state_dict', 'bias'], torch.tensor([math.nan]), r'bias is not finite'),
        (['meta', 'epoch'], -5, 'its meta.epoch is -5'),
        (['meta', 'seed'], 'abc', 'meta.seed is of type str'),
        (['meta', 'dataset_meta'], {'schema': 5}, 'meta.dataset_meta.schema is not an attribute s'),
        (
            ['optimizer', 'param_groups', 0, 'betas'],
            'ab',
            'betas is of type str, not tuple or list',
        ),
        (['optimizer', 'param_groups', 0, 'betas'], (0.9, 'b'), 'betas.1 is of type str'),
        (['meta', 'operating_points'], [1], 'meta.operating_points is of type list'),
    ],
)
def test_data_that_training_cannot_go_on_with_is_one_sentence(path, value, sentence):
    checkpoint = saved(run())
    holder = checkpoint
    for key in path[:-1]:
        holder = holder[key]
    if value is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    with pytest.raises(InputError, match=rf'run/epoch_2\.pth: .*{sentence}') as caught:
        load(run(), checkpoint)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('optimizer', 'options'),
    [
        (torch.optim.SGD, {}),
        (torch.optim.SGD, {'momentum': 0.9}),
        (torch.optim.Adam, {'amsgrad': True}),
        (torch.optim.AdamW, {'foreach': True}),
        (torch.optim.RMSprop, {'centered': True}),
        (torch.optim.Adagrad, {}),
        (torch.optim.Adadelta, {}),
        (torch.optim.NAdam, {}),
        (torch.optim.RAdam, {}),
        (torch.optim.Rprop, {}),
        (torch.optim.ASGD, {}),
        (torch.optim.Adamax, {}),
    ],
)
def test_every_optimizer_goes_on_from_its_own_checkpoint(optimizer, options):
    runner = run(optimizer, **options)
    load(runner, saved(run(optimizer, **options)))
    runner.optim_wrapper.update_params(runner.model(torch.ones(1, 2)).sum())
    assert all(weight.isfinite().all() for weight in runner.model.parameters())


def test_a_parameter_that_never_had_a_gradient_needs_no_state():
    checkpoint = saved(run())
    del checkpoint['optimizer']['state'][1]
    load(run(), checkpoint)


def test_a_run_that_was_interrupted_before_its_first_step_goes_on():
    checkpoint = saved(run())
    checkpoint['meta']['iter'], checkpoint['optimizer']['state'] = 0, {}
    load(run(), checkpoint)


def test_another_optimizer_is_not_gone_on_with():
    with pytest.raises(InputError, match='its optimizer is not of Adam .*dampening'):
        load(run(), saved(run(torch.optim.SGD, momentum=0.9)))
