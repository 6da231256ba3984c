"""The wheel brings everything that the commands need, and they work without the source."""

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ('par_plugins', 'par_runtime', 'configs', 'tools', 'model_zoo')
FILES = ('pyproject.toml', 'README.md', 'LICENSE', 'model-index.yml', 'requirements.txt')
LEAF = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64'
BUILD = 'import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))'


def files_below(folder):
    paths = [path for path in folder.rglob('*') if path.is_file() and path.suffix != '.pyc']
    return {path.relative_to(ROOT).as_posix() for path in paths}


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    try:
        version = metadata.version('setuptools')
    except metadata.PackageNotFoundError:
        version = '0'
    if int(version.split('.')[0]) < 77:
        pytest.skip(f'pyproject.toml needs setuptools 77 or newer to build, here is {version}')
    source, out = tmp_path_factory.mktemp('source'), tmp_path_factory.mktemp('wheel')
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, symlinks=True)
    for name in FILES:
        shutil.copy(ROOT / name, source)
    command = [sys.executable, '-c', BUILD, out]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ZipFile(out / done.stdout.split()[-1])


def test_it_holds_configs_tools_and_the_index_where_mim_looks(wheel):
    expected = files_below(ROOT / 'configs') | files_below(ROOT / 'tools')
    expected |= files_below(ROOT / 'model_zoo') | {'model-index.yml', 'requirements.txt'}
    assert 'model_zoo/starter/model.onnx' in expected
    prefix = 'par_plugins/.mim/'
    assert {n.removeprefix(prefix) for n in wheel.namelist() if n.startswith(prefix)} == expected
    modules = {name for name in wheel.namelist() if name.endswith('.py') and '.mim' not in name}
    packages = [ROOT / 'par_plugins', ROOT / 'par_runtime']
    sources = {path.relative_to(ROOT) for package in packages for path in package.rglob('*.py')}
    assert modules == {path.as_posix() for path in sources if '.mim' not in path.parts}
    page = files_below(ROOT / 'par_plugins/web/page')
    assert len(page) > 5 and page <= set(wheel.namelist())


def test_its_commands_find_leaves_in_an_empty_folder(wheel, tmp_path):
    installed, empty = tmp_path / 'installed', tmp_path / 'empty'
    empty.mkdir()
    wheel.extractall(installed)
    entry = next(name for name in wheel.namelist() if name.endswith('entry_points.txt'))
    assert 'par = par_runtime.command_line:main' in wheel.read(entry).decode()
    command = f'import sys; sys.path.insert(0, {str(installed)!r})\n'
    command += 'from par_runtime.command_line import main; main()'
    done = subprocess.run(
        [sys.executable, '-I', '-c', command, 'info', LEAF],
        cwd=empty,
        capture_output=True,
        text=True,
    )
    assert f'Config: {installed}/par_plugins/.mim/configs/toy/{LEAF}.py' in done.stdout, done.stderr
