import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from par_plugins.engine.checkpoint_files import HASH_IN_NAME

TOOL = Path(__file__).parents[2] / 'tools/check_env.py'


@pytest.fixture(scope='module')
def check_env():
    spec = importlib.util.spec_from_file_location('check_env', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pinned(check_env):
    return {'python': '3.11.9', **check_env.PINS}


def test_the_pinned_versions_have_no_problem(check_env, pinned):
    assert len(pinned) == 17
    assert check_env.problems(pinned) == []


BAD = {
    'torchvision of another torch': ({'torchvision': '0.25.0'}, 'pip install torch==2.11.0'),
    'torch without its pair': ({'torch': '2.13.0'}, 'torchvision==0.26.0'),
    'old Python': ({'python': '3.9.1'}, 'install 3.11'),
    'original beside fork': ({'mmengine': '0.10.7'}, 'pip uninstall -y mmengine onedl-mmengine'),
    'two OpenCVs': ({'opencv-python-headless': '5.0.0.93'}, 'overwrite each other'),
}


@pytest.mark.parametrize('case', BAD)
def test_a_known_bad_pair_is_one_line_with_its_remedy(check_env, pinned, case):
    change, remedy = BAD[case]
    lines = check_env.problems({**pinned, **change})
    assert len(lines) == 1 and remedy in lines[0] and '\n' not in lines[0]


@pytest.mark.parametrize('name', ['torch', 'torchvision', 'onedl-mmengine', 'scipy', 'onedl-mmcv'])
def test_a_missing_package_comes_with_the_command_that_installs_it(check_env, pinned, name):
    del pinned[name]
    lines = check_env.problems(pinned)
    assert len(lines) == 1 and f'{name}==' in lines[0] and 'pip install' in lines[0]


def test_the_originals_with_an_old_torch_are_left_alone(check_env, pinned):
    for fork in ('onedl-mmengine', 'onedl-mmcv', 'onedl-mmpretrain'):
        del pinned[fork]
    originals = {'mmengine': '0.10.7', 'mmcv-lite': '2.1.0', 'mmpretrain': '1.2.0'}
    pair = {'torch': '2.4.1', 'torchvision': '0.19.1'}
    assert check_env.problems({**pinned, **originals, **pair}) == []
    assert any('original mmengine' in line for line in check_env.problems({**pinned, **originals}))


def test_the_environment_that_runs_the_tests_is_sound():
    done = subprocess.run([sys.executable, TOOL], capture_output=True, text=True, encoding='utf-8')
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == 'no problem found'
    assert 'operators of mmcv: ' in done.stdout and 'CPU: ' in done.stdout


def test_it_says_where_pretrained_weights_are_looked_for(check_env, tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    files = check_env.pretrained_files()
    assert len(files) == 6
    for address, path in files.items():
        assert path == Path(torch.hub.get_dir(), 'checkpoints', address.split('/')[-1])
        assert HASH_IN_NAME.search(path.name), f'{address} has no hash to be held to'
