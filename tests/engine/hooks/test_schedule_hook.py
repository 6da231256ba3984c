"""Schedules end where training ends, and a resumed run has the rates of one planned so."""

import math

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper
from mmengine.registry import PARAM_SCHEDULERS

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks.schedule_hook import schedule_faults
from par_plugins.structures import InputError
from tests.engine.hooks.tiny_run import tiny_runner

WARM_UP = dict(type='LinearLR', start_factor=0.1, by_epoch=True, end=1, convert_to_iter_based=True)
COSINE = dict(type='CosineAnnealingLR', by_epoch=True, convert_to_iter_based=True)


class Rates(Hook):
    """Note the learning rate of every step, and of which epoch it is."""

    def __init__(self):
        self.steps = []

    def before_train_iter(self, runner, **_):
        self.steps.append((runner.epoch, runner.optim_wrapper.get_lr()['lr'][0]))

    def of(self, epochs):
        return [rate for epoch, rate in self.steps if epoch in epochs]


def rates(work_dir, epochs, schedule, **options):
    """The steps of a training, and the warnings of its log."""
    noted = Rates()
    options.setdefault('train_cfg', dict(by_epoch=True, max_epochs=epochs))
    runner = tiny_runner(work_dir, param_scheduler=schedule, **options)
    runner.register_hook(noted)
    runner.train()
    log = max(work_dir.glob('*/*.log'), key=lambda path: path.stat().st_mtime).read_text(
        encoding='utf-8'
    )
    return noted, [line for line in log.splitlines() if 'WARNING' in line]


@pytest.mark.parametrize('epochs', [5, 20])
def test_a_cosine_without_t_max_comes_down_in_the_last_step_of_any_length(tmp_path, epochs):
    noted, warned = rates(tmp_path, epochs, [WARM_UP, COSINE])
    steps = 4 * epochs
    expected = [0.1 * (1 + math.cos(math.pi * k / steps)) / 2 for k in range(steps)]
    assert noted.of(range(1, epochs)) == pytest.approx(expected[4:])  # the first warms up
    assert not any('param_scheduler' in line for line in warned)


@pytest.mark.parametrize(
    'schedule',
    [
        [WARM_UP, COSINE],
        [dict(type='CosineAnnealingLR', by_epoch=True)],
        [dict(type='MultiStepLR', by_epoch=True, milestones=[2, 3], gamma=0.1)],
        [dict(type='PolyLR', by_epoch=True, power=0.9, convert_to_iter_based=True)],
        [dict(type='OneCycleLR', eta_max=0.1, total_steps=4, convert_to_iter_based=True)],
        [dict(type='CosineRestartLR', periods=[2, 2], restart_weights=[1, 0.5], eta_min=0.01)],
        [dict(type='ExponentialLR', gamma=0.5)],
    ],
)
def test_more_epochs_on_resume_have_the_rates_of_a_run_planned_so(tmp_path, schedule):
    whole, _ = rates(tmp_path / 'whole', 4, schedule)
    shorter = [{**one, **({'total_steps': 2} if 'total_steps' in one else {})} for one in schedule]
    rates(tmp_path / 'resumed', 2, shorter)
    resumed, warned = rates(
        tmp_path / 'resumed', 4, schedule, resume=tmp_path / 'resumed/epoch_2.pth'
    )
    assert len(resumed.steps) == 8
    assert resumed.of({2, 3}) == whole.of({2, 3})
    assert sum('resumed with another schedule' in line for line in warned) == 1


@pytest.mark.parametrize(('size', 'batch_size'), [(12, 2), (9, 3), (24, 3)])
def test_another_batch_size_or_number_of_images_is_converted_from_epochs(
    tmp_path, size, batch_size
):
    schedule = [WARM_UP, COSINE]
    whole, _ = rates(tmp_path / 'whole', 4, schedule, size=size, batch_size=batch_size)
    rates(tmp_path / 'resumed', 4, schedule)
    resumed, warned = rates(
        tmp_path / 'resumed',
        4,
        schedule,
        size=size,
        batch_size=batch_size,
        resume=tmp_path / 'resumed/epoch_2.pth',
    )
    assert resumed.of({2, 3}) == whole.of({2, 3})
    assert sum('resumed with another schedule' in line for line in warned) == 1


def test_the_same_schedule_goes_on_without_a_word(tmp_path):
    whole, _ = rates(tmp_path, 4, [WARM_UP, COSINE])
    resumed, warned = rates(tmp_path, 4, [WARM_UP, COSINE], resume=tmp_path / 'epoch_2.pth')
    assert resumed.of({2, 3}) == whole.of({2, 3})
    assert not any('resumed' in line for line in warned)


def test_the_weights_of_within_an_epoch_repeat_it_at_its_own_rates(tmp_path):
    whole, _ = rates(tmp_path / 'whole', 4, [WARM_UP, COSINE])

    class Interrupt(Hook):
        def after_train_iter(self, runner, **_):
            if runner.iter == 9:  # in the third epoch of four steps
                runner.save_checkpoint(runner.work_dir, 'within.pth', meta={'epoch': runner.epoch})

    runner = tiny_runner(tmp_path, param_scheduler=[WARM_UP, COSINE])
    runner.register_hook(Interrupt(), priority='LOWEST')
    runner.train()
    resumed, _ = rates(tmp_path, 4, [WARM_UP, COSINE], resume=tmp_path / 'within.pth')
    assert resumed.of(range(4)) == whole.of({2, 3})


def test_iterations_are_resumed_for_longer_as_epochs_are(tmp_path):
    def one(work_dir, iterations, resume=None):
        return rates(
            work_dir,
            None,
            [dict(type='CosineAnnealingLR', by_epoch=False)],
            resume=resume,
            train_cfg=dict(by_epoch=False, max_iters=iterations, val_interval=100),
            default_hooks=dict(
                logger=None, checkpoint=dict(type='CheckpointHook', interval=5, by_epoch=False)
            ),
            loader=dict(sampler=dict(type='InfiniteSampler')),
        )[0]

    whole = [rate for _, rate in one(tmp_path / 'whole', 20).steps]
    one(tmp_path / 'resumed', 10)
    resumed = one(tmp_path / 'resumed', 20, resume=tmp_path / 'resumed/iter_10.pth')
    assert [rate for _, rate in resumed.steps] == whole[10:]


def test_another_learning_rate_on_resume_is_said_not_to_be_used(tmp_path):
    rates(tmp_path, 4, [WARM_UP, COSINE])
    _, warned = rates(tmp_path, 4, [WARM_UP, COSINE], lr=0.5, resume=tmp_path / 'epoch_2.pth')
    assert sum('learning rate of the checkpoint, 0.1; 0.5' in line for line in warned) == 1


def test_schedulers_that_follow_a_score_and_have_no_state_are_said_to_begin_anew(tmp_path):
    plateau = [dict(type='ReduceOnPlateauLR', monitor='score', rule='greater')]
    rates(tmp_path, 1, plateau)
    path = tmp_path / 'epoch_1.pth'
    _, warned = rates(tmp_path / 'whole', 2, plateau, resume=path)
    assert not any('begin anew' in line for line in warned)
    checkpoint = load_checkpoint_file(str(path))
    for number, states in enumerate([{'param_schedulers': []}, {}]):
        torch.save({k: v for k, v in checkpoint.items() if k != 'param_schedulers'} | states, path)
        _, warned = rates(tmp_path / str(number), 2, plateau, resume=path)
        assert sum('states of 0 schedulers that follow a score' in line for line in warned) == 1


def built(*configs, epochs=10, length=4):
    """Schedulers as a run of ten epochs of four steps builds them."""
    wrapper = OptimWrapper(torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1))
    return [
        PARAM_SCHEDULERS.build(
            {
                'end': epochs if config.get('by_epoch', True) else epochs * length,
                **config,
            },
            default_args=dict(optimizer=wrapper, epoch_length=length),
        )
        for config in configs
    ]


def faults(*configs):
    return schedule_faults(built(*configs), 10, 40)


@pytest.mark.parametrize(
    ('schedule', 'sentence'),
    [
        ([{**COSINE, 'T_max': 20}], 'CosineAnnealingLR ends at epoch 20, training at epoch 10'),
        ([{**COSINE, 'T_max': 5, 'end': 5}], 'ends at epoch 5, training at epoch 10'),
        ([dict(type='PolyLR', end=12)], 'PolyLR ends at epoch 12, training at epoch 10'),
        ([dict(type='PolyLR', end=8)], 'PolyLR ends at epoch 8, training at epoch 10'),
        ([dict(type='MultiStepLR', milestones=[5, 10, 12])], 'milestones epoch 10, epoch 12 never'),
        (
            [
                dict(
                    type='MultiStepLR',
                    milestones=[5, 12],
                    by_epoch=True,
                    convert_to_iter_based=True,
                )
            ],
            'the milestone epoch 12 never comes, as training ends at epoch 10',
        ),
        ([dict(type='LinearLR', start_factor=0.1, end=11)], 'LinearLR ends at epoch 11'),
        (
            [dict(type='CosineRestartLR', periods=[4, 4], restart_weights=[1, 1], eta_min=0)],
            'CosineRestartLR ends at epoch 8',
        ),
        ([dict(type='CosineAnnealingLR', by_epoch=False, T_max=80)], 'ends at epoch 20'),
    ],
)
def test_a_schedule_that_ends_elsewhere_is_named_with_both_ends(schedule, sentence):
    found = faults(*schedule)
    assert len(found) == 1 and sentence in found[0]


@pytest.mark.parametrize('t_max', [3, 8])
def test_a_cosine_that_would_rise_again_is_refused(tmp_path, t_max):
    with pytest.raises(InputError, match=f'ends at epoch {t_max}, training at epoch 10.*T_max out'):
        faults({**COSINE, 'T_max': t_max})
    with pytest.raises(InputError, match='rise again'):
        tiny_runner(
            tmp_path,
            param_scheduler={**COSINE, 'T_max': t_max},
            train_cfg=dict(by_epoch=True, max_epochs=10),
        ).train()
    assert not list(tmp_path.glob('*.pth'))


def test_a_cycle_that_would_stop_the_training_is_refused():
    with pytest.raises(InputError, match='has no values from there on'):
        faults(dict(type='OneCycleLR', eta_max=0.1, total_steps=5))


@pytest.mark.parametrize(
    'schedule',
    [
        [],
        [WARM_UP],
        [WARM_UP, COSINE],
        [dict(type='LinearLR', start_factor=0.1, end=2), dict(type='PolyLR', begin=2)],
        [dict(type='CosineAnnealingLR', begin=2, T_max=8)],
        [dict(type='CosineAnnealingLR', T_max=5, end=5), dict(type='LinearLR', begin=5)],
        [dict(type='CosineAnnealingLR', T_max=9)],  # the tenth epoch has the smallest rate
        [dict(type='MultiStepLR', milestones=[5, 9])],
        [dict(type='StepLR', step_size=3)],
        [dict(type='ReduceOnPlateauLR', monitor='x', rule='greater', end=1_000_000)],
    ],
)
def test_no_other_schedule_is_named(schedule):
    assert faults(*schedule) == []


def test_a_schedule_in_epochs_of_a_training_in_iterations_is_named():
    assert 'it never acts' in schedule_faults(built(dict(type='StepLR', step_size=2)), 0, 40)[0]
