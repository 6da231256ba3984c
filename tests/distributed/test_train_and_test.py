"""Several processes give what one gives, through the command lines."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from tests.tools.toy_run import TIME_LIMIT

ROOT = Path(__file__).parents[2]
CONFIG = 'configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'


def run(work_dir, toy_root, script, *arguments, config=CONFIG, more_options=()):
    """Run a script of tools/ on the toy benchmark and return its last test scores."""
    options = [
        f'{split}_dataloader.{key}={value}'
        for split in ('train', 'val', 'test')
        for key, value in {
            'batch_size': 4,
            'num_workers': 0,
            'dataset.data_root': toy_root,
        }.items()
    ]
    environment = {
        **os.environ,
        'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}',
    }
    done = subprocess.run(
        [
            *(['bash'] if script.endswith('.sh') else [sys.executable]),
            f'tools/{script}',
            config,
            *map(str, arguments),
            '--work-dir',
            work_dir,
            '--cfg-options',
            'train_cfg.max_epochs=1',
            *options,
            *more_options,
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((work_dir / 'test_scores.json').read_text(encoding='utf-8'))['scores']


@pytest.fixture(scope='module')
def trained(toy_root, tmp_path_factory):
    """A checkpoint trained by two processes, and the scores they ended with."""
    work_dir = tmp_path_factory.mktemp('two')
    scores = run(work_dir, toy_root, 'dist_train.sh', 2)
    return next(work_dir.glob('best_attribute_mA_*.pth')), scores


def test_one_process_repeats_the_scores_of_two_on_an_uneven_test_set(trained, toy_root, tmp_path):
    checkpoint, scores = trained
    alone = run(tmp_path, toy_root, 'test.py', checkpoint)
    assert 'attribute/mA' in alone
    assert alone == pytest.approx(scores, abs=1e-6)
    # The scores do depend on the network: other weights, other scores.
    other = load_checkpoint_file(str(checkpoint))
    torch.manual_seed(0)
    for name in ('head.classifier.weight', 'head.classifier.bias'):
        other['state_dict'][name].normal_()
    torch.save(other, tmp_path / 'other.pth')
    assert run(tmp_path, toy_root, 'test.py', tmp_path / 'other.pth') != scores


def test_three_processes_repeat_them_too(trained, toy_root, tmp_path):
    checkpoint, scores = trained
    together = run(tmp_path, toy_root, 'dist_test.sh', checkpoint, 3)
    assert together == pytest.approx(scores, abs=1e-6)


AVERAGES = {
    "mmpretrain's": "dict(type='mmpretrain.EMAHook', momentum=0.1)",
    "mmengine's, with buffers": "dict(type='mmengine.EMAHook', momentum=0.1, update_buffers=True)",
}


@pytest.mark.parametrize('average', AVERAGES)
def test_the_moving_average_that_processes_validate_is_the_one_that_is_saved(
    average, toy_root, tmp_path
):
    """Their batch norms have averages of their own batches: one process's would score otherwise."""
    config = tmp_path / 'average.py'
    hooks = f'[*_base_.custom_hooks, {AVERAGES[average]}]'
    config.write_text(f"_base_ = ['{ROOT / CONFIG}']\ncustom_hooks = {hooks}\n", encoding='utf-8')
    scores = run(tmp_path / 'two', toy_root, 'dist_train.sh', 2, config=config)
    best = next((tmp_path / 'two').glob('best_attribute_mA_*.pth'))
    validated = json.loads((tmp_path / 'two/val_scores.json').read_text(encoding='utf-8'))['scores']
    assert run(tmp_path / 'one', toy_root, 'test.py', best, config=config) == pytest.approx(
        scores, abs=1e-6
    )
    again = run(
        tmp_path / 'val',
        toy_root,
        'test.py',
        best,
        config=config,
        more_options=['test_dataloader.dataset.split=val'],
    )
    # Thresholds that were found on these very pictures have a name of their own.
    in_sample = {name.replace('/prior/', '/prior_in_sample/'): x for name, x in again.items()}
    assert in_sample == pytest.approx(validated, abs=1e-6)


def test_a_launcher_that_did_not_start_the_process_is_named(toy_root, tmp_path):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    environment = {k: v for k, v in os.environ.items() if k != 'RANK'}
    done = subprocess.run(
        [sys.executable, 'tools/train.py', CONFIG, '--launcher', 'pytorch', '--work-dir', tmp_path],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('error: --launcher pytorch: the environment variable RANK is not set')


@pytest.mark.gpu
def test_training_with_nccl_and_mixed_precision_on_every_gpu(toy_root, tmp_path):
    scores = run(tmp_path, toy_root, 'dist_train.sh', torch.cuda.device_count(), '--amp')
    assert 0 <= scores['attribute/mA'] <= 100
    shutil.rmtree(tmp_path)
