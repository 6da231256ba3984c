"""Pictures of predictions: images in one file, a head that compares with training images."""

import importlib.util
import sys

import matplotlib.image
import torch
from mmengine.config import Config

from par_plugins.apis import build_runner
from tests.tools.toy_run import ROOT

CONFIG = ROOT / 'configs/crl/cross-entropy_cifarnet_1xb256-200e_cifar100lt-32x32.py'


def test_images_of_one_file_and_a_gallery_of_training_images_are_no_obstacle(
    monkeypatch, tiny_root, tmp_path
):
    cfg = Config.fromfile(CONFIG)
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        loader.num_workers = 0
        loader.dataset.data_root = str(tiny_root('LongTailedCIFAR100'))
        loader.dataset.indices = 12
    cfg.model.head.type = 'NearestNeighbourHead'
    cfg.custom_hooks.append(dict(type='NearestNeighbourHook'))
    cfg.work_dir, cfg.launcher = str(tmp_path), 'none'
    cfg.dump(tmp_path / 'config.py')
    runner = build_runner(cfg)
    meta = {'dataset_meta': {'schema': cfg.model.head.schema.to_dict()}}
    torch.save({'state_dict': runner.model.state_dict(), 'meta': meta}, tmp_path / 'a.pth')

    path = ROOT / 'tools/analysis/show_predictions.py'
    spec = importlib.util.spec_from_file_location('show_predictions', path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    arguments = [tmp_path / 'config.py', tmp_path / 'a.pth', tmp_path / 'drawn.png']
    arguments += ['--images', '3', '--work-dir', tmp_path / 'pictures']
    monkeypatch.setattr(sys, 'argv', ['show_predictions.py', *map(str, arguments)])
    tool.main()
    assert matplotlib.image.imread(tmp_path / 'drawn.png').std() > 0
