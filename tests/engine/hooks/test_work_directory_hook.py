"""Resuming deletes nothing outside its own work directory."""

import shutil

import pytest
import torch
from mmengine.hooks import Hook

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.structures import InputError
from tests.engine.hooks.tiny_run import tiny_runner


class ScoreOfTheEpoch(Hook):
    """Validate with a score that is better every epoch, for ``CheckpointHook`` to follow."""

    priority = 'LOWEST'

    def after_train_epoch(self, runner):
        runner.train_loop._epoch += 1  # as when mmengine validates
        for hook in runner.hooks:
            if hook is not self:
                hook.after_val_epoch(runner, {'score': float(runner.epoch)})
        runner.train_loop._epoch -= 1


def train(work_dir, epochs, resume=None, **checkpoint):
    runner = tiny_runner(
        work_dir,
        resume=resume,
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        default_hooks=dict(
            logger=None,
            checkpoint=dict(
                type='CheckpointHook', save_best='score', rule='greater', interval=1, **checkpoint
            ),
        ),
    )
    runner.register_hook(ScoreOfTheEpoch())
    runner.train()
    return runner


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def test_a_copied_run_that_is_resumed_leaves_the_files_of_the_first_alone(tmp_path):
    train(tmp_path / 'a', 2)
    shutil.copytree(tmp_path / 'a', tmp_path / 'b')
    before = files(tmp_path / 'a')
    train(tmp_path / 'b', 3, resume=tmp_path / 'b/epoch_2.pth')
    assert files(tmp_path / 'a') == before
    assert [path.name for path in (tmp_path / 'b').glob('best_*')] == ['best_score_epoch_3.pth']


def test_checkpoints_in_a_folder_of_their_own_stay_in_it(tmp_path):
    for name in ('a', 'b'):
        train(tmp_path / 'runs/x', 2, out_dir=str(tmp_path / name))
    before = files(tmp_path / 'a')
    # Copies of a's, resumed to b.
    shutil.copytree(tmp_path / 'a', tmp_path / 'b', dirs_exist_ok=True)
    train(tmp_path / 'runs/x', 3, tmp_path / 'b/x/epoch_2.pth', out_dir=str(tmp_path / 'b'))
    assert files(tmp_path / 'a') == before
    assert [path.name for path in (tmp_path / 'b/x').glob('best_*')] == ['best_score_epoch_3.pth']


@pytest.mark.parametrize(
    'named',
    ['{victim}', '../victim.txt', '{run}/../victim.txt', '{run}/notes.txt', 'C:\\notes.txt', 3],
)
def test_a_checkpoint_that_calls_any_file_the_best_does_not_have_it_deleted(tmp_path, named):
    run, victim = tmp_path / 'run', tmp_path / 'victim.txt'
    train(run, 1)
    for path in (victim, run / 'notes.txt'):
        path.write_text('of somebody', encoding='utf-8')
    path = run / 'epoch_1.pth'
    checkpoint = load_checkpoint_file(str(path))
    info = checkpoint['message_hub']['runtime_info']
    info['best_ckpt'] = named.format(victim=victim, run=run) if isinstance(named, str) else named
    info['last_ckpt'], info['best_score'] = str(victim), -1.0
    info['keep_ckpt_ids'] = ['../../victim', '1/../../victim', 7]
    torch.save(checkpoint, path)
    runner = train(run, 2, resume=path, max_keep_ckpts=1)
    assert victim.exists() and (run / 'notes.txt').exists()
    assert runner.message_hub.get_info('best_ckpt') == str(run / 'best_score_epoch_2.pth')


def test_a_best_checkpoint_that_is_left_behind_is_said_and_chosen_anew(tmp_path, caplog):
    train(tmp_path / 'a', 2)
    checkpoint = tmp_path / 'a/epoch_2.pth'
    content = load_checkpoint_file(str(checkpoint))
    content['message_hub']['runtime_info']['best_score'] = 100.0
    torch.save(content, checkpoint)
    runner = train(tmp_path / 'c', 3, resume=checkpoint)
    assert (tmp_path / 'c/best_score_epoch_3.pth').exists()
    assert runner.message_hub.get_info('best_score') == 3
    log = next((tmp_path / 'c').glob('*/*.log')).read_text(encoding='utf-8')
    assert log.count('the best is chosen anew from here on') == 1


def test_a_checkpoint_that_is_only_tested_or_begun_from_says_nothing_of_the_best(tmp_path):
    train(tmp_path / 'a', 2)
    runner = tiny_runner(tmp_path / 'b')
    runner._load_from = str(tmp_path / 'a/epoch_2.pth')
    runner.train()
    log = next((tmp_path / 'b').glob('*/*.log')).read_text(encoding='utf-8')
    assert runner._has_loaded
    assert 'the best' not in log


def test_weights_alone_cannot_be_resumed(tmp_path):
    train(tmp_path, 1)
    with pytest.raises(InputError, match='no state of the optimiser'):
        train(tmp_path, 2, resume=tmp_path / 'best_score_epoch_1.pth')


def test_a_test_after_training_says_nothing_of_where_the_best_checkpoint_is(tmp_path, caplog):
    runner = train(tmp_path / 'run', 2)
    runner.logger.addHandler(caplog.handler)
    runner._load_from = str(next((tmp_path / 'run').glob('best_*')))
    runner._resume = runner._has_loaded = False
    runner.load_or_resume()
    assert 'Load checkpoint from' in caplog.text
    assert 'chosen anew' not in caplog.text
