"""Where nothing can be exported, that is said before any work is done."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from par_plugins.deployment import export
from par_plugins.structures import InputError


@pytest.fixture
def installed(monkeypatch):
    """Let other versions be installed; gives a function of their names."""

    def say(**versions):
        def version(package):
            if package not in versions:
                raise PackageNotFoundError(package)
            return versions[package]

        monkeypatch.setattr(export, 'version', version)

    return say


@pytest.mark.parametrize('torch', ['2.4.1+cu121', '2.6.0'])
def test_a_torch_that_cannot_export_is_named_with_the_one_that_can(torch, installed):
    installed(onnx='1.23.2', onnxscript='0.7.2', onnxruntime='1.32.0', torch=torch)
    with pytest.raises(InputError) as error:
        export.require_exporter()
    assert str(error.value) == (
        f'exporting needs torch {export.LOWEST_TORCH} or newer, {torch} is installed: '
        "pip install 'par-plugins[deploy]'"
    )


def test_a_missing_package_is_named_with_what_installs_it(installed):
    installed(onnx='1.23.2', onnxruntime='1.32.0', torch='2.11.0')
    with pytest.raises(InputError, match=r"needs onnxscript: pip install 'par-plugins\[deploy\]'$"):
        export.require_exporter()


@pytest.mark.parametrize('torch', [export.LOWEST_TORCH, '2.11.0+cu130', '2.14.1'])
def test_newer_ones_export(torch, installed):
    installed(onnx='1.23.2', onnxscript='0.7.2', onnxruntime='1.32.0', torch=torch)
    export.require_exporter()


def test_the_extra_installs_what_the_sentence_asks_for():
    text = (Path(__file__).parents[2] / 'pyproject.toml').read_text(encoding='utf-8')
    project = tomllib.loads(text)['project']
    assert f'torch>={export.LOWEST_TORCH}' in project['optional-dependencies']['deploy']
