"""A run that was interrupted and resumed ends as one that was not, to the bit."""

import pytest
from mmengine.evaluator import BaseMetric
from mmengine.hooks import EarlyStoppingHook

from par_plugins.engine.hooks import ExactResumeHook
from tests.engine.hooks.tiny_run import NoisyNumbers, tiny_runner

PERSISTENT = dict(num_workers=2, persistent_workers=True)


def trained(work_dir, epochs=4, **options):
    options.setdefault('train_cfg', dict(by_epoch=True, max_epochs=epochs))
    runner = tiny_runner(work_dir, **options)
    runner.train()
    return runner


def outcome(runner, steps=None):
    """What the model was shown in the last steps, and its weights and the optimiser's momentum."""
    shown = runner.model.shown[-steps:] if steps else runner.model.shown
    state = runner.optim_wrapper.state_dict()['state']
    return shown, [v.tolist() for v in runner.model.state_dict().values()], str(state)


def warnings(work_dir):
    log = max(work_dir.glob('*/*.log'), key=lambda path: path.stat().st_mtime)
    return [line for line in log.read_text(encoding='utf-8').splitlines() if 'WARNING' in line]


@pytest.mark.parametrize('loader', [{}, dict(num_workers=2), PERSISTENT])
def test_two_epochs_and_two_resumed_are_four(tmp_path, loader):
    whole = trained(tmp_path / 'whole', loader=loader)
    trained(tmp_path / 'run', 2, loader=loader)
    resumed = trained(tmp_path / 'run', loader=loader, resume=tmp_path / 'run/epoch_2.pth')
    assert outcome(resumed) == outcome(whole, steps=8)
    assert len({str(batch) for batch in whole.model.shown}) == 16
    assert not [line for line in warnings(tmp_path / 'run') if 'resumed with' in line]


def test_other_workers_change_nothing_and_are_said(tmp_path):
    whole = trained(tmp_path / 'whole')
    trained(tmp_path / 'run', 2, loader=PERSISTENT)
    resumed = trained(
        tmp_path / 'run', loader=dict(num_workers=1), resume=tmp_path / 'run/epoch_2.pth'
    )
    assert outcome(resumed) == outcome(whole, steps=8)
    said = [line for line in warnings(tmp_path / 'run') if 'resumed with' in line]
    assert len(said) == 1 and 'num_workers 2 before, 1 now' in said[0] and 'as one' in said[0]


@pytest.mark.parametrize(
    ('options', 'words'),
    [(dict(batch_size=4), 'batch size 3 before, 4 now'), (dict(size=9), 'images 12 before, 9 now')],
)
def test_another_batch_size_or_training_set_is_said_before_it_starts(tmp_path, options, words):
    trained(tmp_path, 2)
    trained(tmp_path, resume=tmp_path / 'epoch_2.pth', **options)
    said = [line for line in warnings(tmp_path) if 'resumed with other conditions' in line]
    assert len(said) == 1 and words in said[0] and 'otherwise than one' in said[0]


@pytest.mark.parametrize('loader', [{}, dict(num_workers=2), PERSISTENT])
@pytest.mark.parametrize(
    'sampler', [dict(type='InfiniteSampler'), dict(type='DefaultSampler', shuffle=False)]
)
def test_iterations_resumed_within_a_pass_are_those_of_a_run_left_alone(
    tmp_path, monkeypatch, loader, sampler
):
    monkeypatch.setattr('time.sleep', lambda seconds: None)  # mmengine waits after every pass

    def one(work_dir, iterations, resume=None):
        return trained(
            work_dir,
            resume=resume,
            train_cfg=dict(by_epoch=False, max_iters=iterations, val_interval=100),
            default_hooks=dict(
                logger=None,
                sampler_seed=None,
                checkpoint=dict(type='CheckpointHook', interval=6, by_epoch=False),
            ),
            loader=dict(sampler=sampler, **loader),
        )

    whole = one(tmp_path / 'whole', 10)
    one(tmp_path / 'run', 6)
    resumed = one(tmp_path / 'run', 10, resume=tmp_path / 'run/iter_6.pth')
    assert outcome(resumed) == outcome(whole, steps=4)
    assert len({str(batch) for batch in whole.model.shown}) == 10  # passes of four differ


def test_a_run_of_a_random_seed_goes_on_with_it(tmp_path):
    whole = trained(tmp_path, seed=None)
    resumed = trained(tmp_path, seed=None, resume=tmp_path / 'epoch_2.pth')
    assert outcome(resumed) == outcome(whole, steps=8)


def test_what_no_checkpoint_holds_is_said(tmp_path):
    accumulate = dict(
        optimizer=dict(type='SGD', lr=0.1), type='OptimWrapper', accumulative_counts=3
    )
    trained(tmp_path, 1, optim_wrapper=accumulate)
    assert any('accumulative_counts' in line for line in warnings(tmp_path))
    stopping = EarlyStoppingHook(monitor='score', rule='greater')
    trained(
        tmp_path,
        1,
        resume=tmp_path / 'epoch_1.pth',
        custom_hooks=[ExactResumeHook(), stopping],
    )
    assert any('EarlyStoppingHook begins' in line for line in warnings(tmp_path))


class Half(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return {'score': 0.5}


def validated(work_dir, epochs, *, resume=None, missed=None, **loop):
    """Epochs after which a run validates; the validation of ``missed`` is cut off."""
    validated_epochs = []

    class Killed(Exception):
        pass

    class Note(ExactResumeHook):
        def after_val_epoch(self, runner, metrics=None):
            validated_epochs.append(runner.epoch)

        def before_val_iter(self, runner, *args, **kwargs):
            if runner.epoch == missed:
                raise Killed

    runner = tiny_runner(
        work_dir,
        resume=resume,
        custom_hooks=[Note()],
        train_cfg=dict(by_epoch=True, max_epochs=epochs, **{'val_interval': 2, **loop}),
        val_cfg=dict(),
        val_evaluator=[Half()],
        val_dataloader=dict(
            batch_size=4,
            num_workers=0,
            dataset=NoisyNumbers(4),
            sampler=dict(type='DefaultSampler', shuffle=False),
        ),
    )
    runner.model.val_step = lambda data: [{}]
    if missed is None:
        runner.train()
    else:
        with pytest.raises(Killed):
            runner.train()
    return validated_epochs


def test_a_validation_that_was_due_and_not_finished_is_made_up_for(tmp_path):
    assert validated(tmp_path, 5, missed=4) == [2]
    assert validated(tmp_path, 5, resume=tmp_path / 'epoch_4.pth') == [4, 5]
    assert validated(tmp_path / 'last', 5, missed=5) == [2, 4]
    assert validated(tmp_path / 'last', 5, resume=tmp_path / 'last/epoch_5.pth') == [5]


def test_no_other_resume_validates_first(tmp_path):
    assert validated(tmp_path, 5) == [2, 4, 5]
    assert validated(tmp_path, 5, resume=tmp_path / 'epoch_3.pth') == [4, 5]
    assert validated(tmp_path / 'later', 5, missed=2) == []
    late = validated(tmp_path / 'later', 5, resume=tmp_path / 'later/epoch_2.pth', val_begin=5)
    assert late == [5]


def test_random_numbers_differ_between_epochs_and_seeds(tmp_path):
    first = trained(tmp_path / 'a', 2).model.shown
    other = trained(tmp_path / 'b', 2, seed=1).model.shown
    assert not set(map(str, first)) & set(map(str, other))
    assert len(set(map(str, first))) == 8
