"""The experiment tool from its file to the published table."""

import importlib.util
import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_an_experiment_trains_compares_and_publishes(monkeypatch, toy_root, tmp_path):
    config = str(ROOT / 'configs/toy/resnet18_toy_pedestrians.py')
    options = {
        f'{split}_dataloader.{key}': value
        for split in ('train', 'test')
        for key, value in {
            'dataset.data_root': str(toy_root),
            'batch_size': 12,
            'num_workers': 0,
        }.items()
    }
    options |= {
        'model.backbone.base_channels': 8,
        'model.backbone.stem_channels': 8,
        'model.head.in_channels': 64,
        'train_cfg.max_epochs': 1,
        'default_hooks.checkpoint.save_best': None,
        'val_cfg': None,
        'val_dataloader': None,
        'val_evaluator': None,
    }
    experiment = tmp_path / 'tiny.yml'
    experiment.write_text(
        yaml.safe_dump(
            {
                'seeds': [4],
                'scores': ['attribute/mA'],
                'baseline': 'plain',
                'options': options,
                'preparations': {'first': {'config': config, 'options': options}},
                'arms': {
                    'plain': {
                        'config': config,
                        'options': {'load_from': '{first}/epoch_1.pth'},
                    }
                },
            }
        )
    )
    readme = tmp_path / 'README.md'
    readme.write_text('before\n<!-- tiny: begin -->\n<!-- tiny: end -->\nafter\n')
    spec = importlib.util.spec_from_file_location('experiment', ROOT / 'tools/experiment.py')
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    arguments = [experiment, '--publish', tmp_path, '--jobs', '2', '--work-dir', tmp_path / 'runs']
    arguments += ['--figure', tmp_path / 'arms.png']
    monkeypatch.setattr(sys, 'argv', ['experiment.py', *map(str, arguments)])
    tool.main()

    results = json.loads((tmp_path / 'results/tiny.json').read_text())
    score = results['runs']['plain']['4']['attribute/mA']
    run = json.loads((tmp_path / 'runs/plain/seed_4/test_scores.json').read_text())
    assert run['seed'] == 4 and run['scores']['attribute/mA'] == score
    assert f'| plain | 1 | {score:.2f} |' in readme.read_text()
    assert (tmp_path / 'arms.png').read_bytes().startswith(b'\x89PNG')
    assert not list((tmp_path / 'runs/plain/seed_4').glob('best*'))

    made = {path: path.stat().st_mtime_ns for path in (tmp_path / 'runs').rglob('*')}
    tool.main()  # goes on where it stopped: nothing is left to do
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / 'runs').rglob('*')} == made
