"""Prediction of exported networks without torch and OpenMMLab."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from par_runtime.installed_files import starter_path

ROOT = Path(__file__).parents[2]
PREDICT = """
import importlib.machinery as machinery, sys

class Allowed(machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.split('.')[0] in {{*{allowed!r}, *sys.stdlib_module_names}}:
            return super().find_spec(name, path, target)

sys.meta_path[:] = [machinery.BuiltinImporter, machinery.FrozenImporter, Allowed]
sys.path.insert(0, {root!r})
try:
    import torch
except ImportError as error:
    print(error)
"""
ANSWER = """
import cv2, json, numpy
from par_runtime import answers, operating_point, records, run_options
from par_runtime.onnx_model import OnnxAttributeModel

model = OnnxAttributeModel({path!r})
picture = cv2.resize(numpy.arange(120 * 50 * 3, dtype='uint8').reshape(120, 50, 3), (50, 120))
(answers,) = model.answer([picture])
print(json.dumps([len(answers), answers['Hat'].threshold]))
"""
INSTALLED = ['par_runtime', 'numpy', 'cv2', 'onnxruntime']


def run(code, tmp_path, allowed=INSTALLED):
    first = PREDICT.format(
        allowed=[*allowed, 'sitecustomize', 'apport_python_hook'], root=str(ROOT)
    )
    environment = {**os.environ, 'HOME': str(tmp_path)}
    environment.pop('XDG_CACHE_HOME', None)
    command = [sys.executable, '-c', first + code]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)


def test_numpy_opencv_and_onnxruntime_are_all_that_answers_take(tmp_path):
    pytest.importorskip('onnxruntime')
    done = run(ANSWER.format(path=str(starter_path())), tmp_path)
    assert done.returncode == 0, done.stderr
    refused, answered = done.stdout.splitlines()
    assert refused == "No module named 'torch'"
    assert answered.startswith('[26, 0.')
    assert list(tmp_path.rglob('*')) == []  # onnxruntime wrote nothing about this user


def test_without_onnxruntime_a_sentence_names_what_installs_it(tmp_path):
    allowed = [name for name in INSTALLED if name != 'onnxruntime']
    done = run(ANSWER.format(path=str(starter_path())), tmp_path, allowed)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("an .onnx file needs onnxruntime: pip install 'par-plugins[deploy]'")


def test_onnxruntime_is_imported_in_one_place():
    imported = [
        path.relative_to(ROOT).as_posix()
        for folder in ('par_plugins', 'par_runtime', 'tools')
        for path in sorted((ROOT / folder).rglob('*.py'))
        if '\n        import onnxruntime' in (text := path.read_text(encoding='utf-8'))
        or '\nimport onnxruntime' in text
    ]
    assert set(imported) == {'par_runtime/onnx_session.py'}
