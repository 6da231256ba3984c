"""MR-GAN through the runner: resumed, in several processes, in mixed precision."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.models import ResNet

from par_plugins.apis import build_runner, evaluate_best, last_whole_checkpoint, train
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.structures import InputError
from tests.engine.hooks.mrgan_run import CONFIG, mrgan_config
from tests.tools.toy_run import TIME_LIMIT

ROOT = Path(__file__).parents[2]


def tensors(value, name=''):
    """Every tensor of nested dicts and lists, by its place."""
    if isinstance(value, torch.Tensor):
        return {name: value}
    if not isinstance(value, dict | list | tuple):
        return {}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {k: v for key, part in items for k, v in tensors(part, f'{name}.{key}').items()}


def epochs(toy_root, work_dir, number, resume=False, **options):
    cfg = mrgan_config(toy_root, work_dir, **{'train_cfg.max_epochs': number, **options})
    cfg.resume, cfg.load_from = resume, last_whole_checkpoint(work_dir) if resume else None
    runner = build_runner(cfg)
    runner.train()
    return runner


def test_one_step_and_one_resumed_are_two_in_both_networks_and_optimisers(toy_root, tmp_path):
    epochs(toy_root, tmp_path / 'whole', 2)
    epochs(toy_root, tmp_path / 'parts', 1)
    assert epochs(toy_root, tmp_path / 'parts', 2, resume=True).iter == 2
    whole, parts = (
        load_checkpoint_file(str(tmp_path / name / 'epoch_2.pth')) for name in ('whole', 'parts')
    )
    for content in ('state_dict', 'optimizer'):
        found, expected = tensors(parts[content]), tensors(whole[content])
        assert found.keys() == expected.keys() and len(found) > 40
        assert all(found[name].equal(expected[name]) for name in expected)
    assert set(whole['optimizer']) == {'generator', 'discriminator'}
    assert whole['state_dict']['generator_ema.steps'] == 2
    prior = whole['state_dict']['label_vectors.prior']
    assert (whole['state_dict']['label_vectors.examples'] >= 0).all()
    assert ((prior > 0) & (prior < 1)).any() and not (prior == 0.5).all()


def test_bfloat16_trains_on_the_cpu(toy_root, tmp_path):
    options = {'optim_wrapper.type': 'BFloat16OptimWrapper'}
    runner = epochs(toy_root, tmp_path, 1, **options)
    assert all(p.dtype == torch.float32 and p.isfinite().all() for p in runner.model.parameters())
    plain = epochs(toy_root, tmp_path / 'plain', 1)
    moved = [
        (a - b).abs().max().item()
        for a, b in zip(runner.model.parameters(), plain.model.parameters(), strict=True)
    ]
    assert 0 < max(moved) < 1e-3  # other roundings, the same step


def scored(toy_root, work_dir, checkpoint):
    """A run that validates and tests with FID of a given extractor."""
    plain = Config.fromfile(CONFIG)
    loader = dict(plain.test_dataloader, batch_size=4, num_workers=0)
    loader['dataset'] = dict(loader['dataset'], data_root=str(toy_root))
    backbone = dict(type='ResNet', depth=18)
    fid = dict(
        type='FIDMetric',
        extractor=dict(type='ImageClassifier', backbone=backbone),
        checkpoint=str(checkpoint),
    )
    cfg = mrgan_config(toy_root, work_dir)
    for split in ('val', 'test'):
        cfg[f'{split}_dataloader'], cfg[f'{split}_evaluator'] = loader, fid
        cfg[f'{split}_cfg'] = dict()
    return cfg


def test_testing_its_checkpoint_finds_the_fid_that_training_ended_with(toy_root, tmp_path):
    extractor = tmp_path / 'extractor.pth'
    backbone = ResNet(depth=18)
    backbone.init_weights()
    torch.save({f'backbone.{k}': v for k, v in backbone.state_dict().items()}, extractor)
    runner = build_runner(scored(toy_root, tmp_path / 'train', extractor))
    runner.train()
    expected = evaluate_best(runner)
    assert expected['gan/fid'] > 0
    cfg = scored(toy_root, tmp_path / 'test', extractor)
    cfg.load_from = str(next((tmp_path / 'train').glob('best_gan_fid_*.pth')))
    assert build_runner(cfg).test() == pytest.approx(expected, rel=1e-6)
    written = json.loads((tmp_path / 'train' / 'test_scores.json').read_text(encoding='utf-8'))
    assert written['scores'] == expected


def test_training_images_that_make_no_batch_are_refused(toy_root, tmp_path):
    cfg = mrgan_config(toy_root, tmp_path, **{'train_dataloader.dataset.indices': 5})
    with pytest.raises(InputError, match='5 images make no batch of 8 with drop_last=True'):
        train(build_runner(cfg))


def test_amp_without_a_gpu_is_refused_for_both_networks(toy_root, tmp_path):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    with pytest.raises(InputError, match='needs a GPU'):
        epochs(toy_root, tmp_path, 1, **{'optim_wrapper.type': 'AmpOptimWrapper'})


def test_two_processes_train_one_model_whose_checkpoint_one_process_resumes(toy_root, tmp_path):
    cfg = mrgan_config(toy_root, tmp_path, **{'train_dataloader.batch_size': 4})
    del cfg.default_hooks.sample_grid
    cfg.dump(str(tmp_path / CONFIG.name))
    environment = {
        **os.environ,
        'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}',
    }
    command = ['bash', 'tools/dist_train.sh', tmp_path / CONFIG.name, '2', '--work-dir', tmp_path]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    state = load_checkpoint_file(str(tmp_path / 'epoch_1.pth'))
    alone = epochs(toy_root, tmp_path / 'alone', 1)
    assert state['state_dict'].keys() == alone.model.state_dict().keys()
    assert state['meta']['iter'] == 1
    resumed = epochs(toy_root, tmp_path, 2, resume=True)
    assert resumed.iter == 2 and int(resumed.model.generator_ema.steps) == 2


@pytest.mark.gpu
def test_mixed_precision_trains_on_a_gpu(toy_root, tmp_path):
    runner = epochs(toy_root, tmp_path, 2, **{'optim_wrapper.type': 'AmpOptimWrapper'})
    assert all(p.isfinite().all() for p in runner.model.parameters())
