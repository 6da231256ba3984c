"""What the options of tools/train.py ask of mmengine."""

import importlib.util
import sys

import pytest

from tests.tools.toy_run import CONFIG, ROOT


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ([], {'compile': None, 'sync_bn': None}),
        (['--compile'], {'compile': True, 'sync_bn': None}),
        (['--sync-bn'], {'compile': None, 'sync_bn': 'torch'}),
        (
            ['--compile', '--cfg-options', 'compile.backend=eager'],
            {'compile': {'backend': 'eager'}, 'sync_bn': None},
        ),
    ],
)
def test_compiling_and_shared_batch_norm_are_options(tmp_path, monkeypatch, options, expected):
    spec = importlib.util.spec_from_file_location('train', ROOT / 'tools/train.py')
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    configs = []
    monkeypatch.setattr(train, 'train_and_test', lambda cfg, args: configs.append(cfg))
    arguments = ['train.py', str(CONFIG), '--work-dir', str(tmp_path / 'run'), *options]
    monkeypatch.setattr(sys, 'argv', arguments)
    train.run(train.parse_args())
    assert {name: configs[0].get(name) for name in expected} == expected
