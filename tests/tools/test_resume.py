"""Runs survive: killed, cut, interrupted, out of space, or robbed of a worker."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook

from par_plugins.apis import build_runner, last_whole_checkpoint, train
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.structures import InputError
from tests.tools.toy_run import CONFIG, ROOT, TIME_LIMIT, toy_config

PLATEAU = dict(
    type='ReduceOnPlateauLR',
    monitor='attribute/mA',
    rule='less',
    patience=0,
    factor=0.3,
    end=1_000_000,
)


def weights(work_dir, epoch):
    return load_checkpoint_file(str(work_dir / f'epoch_{epoch}.pth'))['state_dict']


def epochs(toy_root, work_dir, number, resume=False, **options):
    """Train with everything that draws random numbers or follows a score."""
    cfg = toy_config(
        toy_root,
        work_dir,
        **{
            'train_cfg.max_epochs': number,
            'model.head.dropout': 0.5,
            'train_dataloader.num_workers': 2,
            **options,
        },
    )
    cfg.param_scheduler = PLATEAU
    cfg.resume, cfg.load_from = resume, last_whole_checkpoint(work_dir) if resume else None
    runner = build_runner(cfg)
    runner.train()
    return runner


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(scope='module')
def uninterrupted(toy_root, tmp_path_factory):
    """Three epochs in one go."""
    work_dir = tmp_path_factory.mktemp('uninterrupted')
    epochs(toy_root, work_dir, 3)
    return work_dir


def test_one_epoch_and_two_resumed_are_three_in_weights_and_best(toy_root, tmp_path, uninterrupted):
    epochs(toy_root, tmp_path, 1)
    runner = epochs(toy_root, tmp_path, 3, resume=True)
    assert same(weights(tmp_path, 3), weights(uninterrupted, 3))
    best, expected = (next(d.glob('best*.pth')).name for d in (tmp_path, uninterrupted))
    assert best == expected
    assert runner.optim_wrapper.get_lr()['lr'][0] < 2e-3  # the plateau did act


def test_a_validation_that_was_not_finished_is_made_up_for(toy_root, tmp_path, uninterrupted):
    class Killed(Exception):
        pass

    cfg = toy_config(toy_root, tmp_path, **{'train_cfg.max_epochs': 3, 'model.head.dropout': 0.5})
    cfg.train_dataloader.num_workers = 2
    cfg.param_scheduler = PLATEAU
    runner = build_runner(cfg)
    runner.val_loop.evaluator.evaluate = lambda size: (_ for _ in ()).throw(Killed())
    with pytest.raises(Killed):
        runner.train()
    assert (tmp_path / 'epoch_1.pth').exists() and not list(tmp_path.glob('best*'))
    epochs(toy_root, tmp_path, 3, resume=True)
    assert same(weights(tmp_path, 3), weights(uninterrupted, 3))


def test_a_cut_checkpoint_falls_back_to_the_one_before_and_says_so(
    toy_root, tmp_path, uninterrupted, capfd
):
    run = tmp_path / 'run'
    shutil.copytree(uninterrupted, run)
    last = run / 'epoch_3.pth'
    last.write_bytes(last.read_bytes()[:-1000])
    assert last_whole_checkpoint(run) == str(run / 'epoch_2.pth')
    assert 'epoch_3.pth: not a whole checkpoint' in ''.join(capfd.readouterr())
    assert last_whole_checkpoint(tmp_path) is None
    epochs(toy_root, run, 3, resume=True)
    assert same(weights(run, 3), weights(uninterrupted, 3))


@pytest.fixture
def start(toy_root):
    """Start a training that goes on until something ends it, at the latest the end of the test."""
    processes = []

    def start_training(work_dir, workers):
        options = [
            'train_cfg.max_epochs=500',
            'default_hooks.logger.interval=1',
            *(f'{s}_dataloader.dataset.data_root={toy_root}' for s in ('train', 'val', 'test')),
            *(f'{s}_dataloader.num_workers={workers}' for s in ('train', 'val', 'test')),
            'train_dataloader.batch_size=4',
        ]
        command = [sys.executable, 'tools/train.py', CONFIG, '--work-dir', work_dir]
        process = subprocess.Popen(
            [*command, '--cfg-options', *options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start_training
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(path, process):
    limit = time.monotonic() + TIME_LIMIT
    while not path.exists():
        assert process.poll() is None and time.monotonic() < limit, process.stderr.read()[-2000:]
        time.sleep(0.05)


@pytest.mark.usefixtures('interrupts_reach_children')
def test_an_interrupt_saves_and_says_how_to_go_on(start, tmp_path):
    process = start(tmp_path, workers=0)
    wait_for(tmp_path / 'epoch_2.pth', process)  # the first validation still imports things
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 1, errors
    saved = list(tmp_path.glob('interrupted_iter_*.pth'))
    assert len(saved) == 1, errors
    assert load_checkpoint_file(str(saved[0]))['optimizer']
    last = errors.strip().splitlines()[-1]
    assert last.startswith('error: interrupted in epoch') and str(saved[0]) in last


class CompiledCode(Hook):
    """Make an error without a cause of ^C, if it comes."""

    def __init__(self, number):
        self.number = number

    def before_train_iter(self, runner, *_, **__):
        with suppress(KeyboardInterrupt):
            if self.number is not None:
                signal.raise_signal(self.number)
        raise ValueError('made by compiled code')


@pytest.mark.usefixtures('interrupts_reach_children')
@pytest.mark.parametrize(
    ('number', 'error', 'saved'),
    [(signal.SIGINT, InputError, ['interrupted_iter_0.pth']), (None, ValueError, [])],
)
def test_an_interrupt_that_other_code_has_made_an_error_of_is_still_one(
    toy_root, tmp_path, number, error, saved
):
    runner = build_runner(toy_config(toy_root, tmp_path))
    runner.register_hook(CompiledCode(number))
    with pytest.raises(error, match='interrupted in epoch 1' if saved else 'made by compiled'):
        train(runner)
    assert [path.name for path in tmp_path.glob('*.pth')] == saved
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if saved:  # before the first step, when the optimiser has no state yet
        cfg = toy_config(toy_root, tmp_path, load_from=str(tmp_path / saved[0]), resume=True)
        build_runner(cfg).train()
        assert (tmp_path / 'epoch_1.pth').exists()


def test_a_worker_that_dies_ends_the_run_with_its_cause(start, tmp_path):
    process = start(tmp_path, workers=1)
    wait_for(tmp_path / 'epoch_1.pth', process)
    limit = time.monotonic() + TIME_LIMIT
    while process.poll() is None and time.monotonic() < limit:
        for child in (
            Path(f'/proc/{process.pid}/task/{process.pid}/children')
            .read_text(encoding='utf-8')
            .split()
        ):
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)
    _, errors = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 1
    last = errors.strip().splitlines()[-1]
    assert last.startswith('error: DataLoader worker') and 'killed by signal' in last
    assert 'Traceback' not in errors


@pytest.mark.slow
def test_killed_runs_end_as_the_one_left_alone(tmp_path):
    done = subprocess.run(
        [sys.executable, 'tools/reliability.py', tmp_path, '--areas', 'kills', '--smoke'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r'\| kills \|.*\| 3 \| 3 \| 0 \| 0 \|', done.stdout), done.stdout
