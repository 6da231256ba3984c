"""A picture is answered without torch as the inferencer answers it, or refused in a sentence."""

import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.installed_files import starter_path
from par_runtime.jpeg_size import MAX_PIXELS
from tests.runtime.test_without_torch import ROOT, run

pytest.importorskip('onnxruntime')
PEOPLE = ToyPedestrians(3)
COMMAND = """
from par_runtime.command_line import main
sys.argv = {!r}
main()
"""


def par(tmp_path, *words):
    return run(COMMAND.format(['par', *map(str, words)]), tmp_path)


@pytest.fixture
def pictures(tmp_path):
    (tmp_path / 'in').mkdir()
    paths = [tmp_path / 'in' / f'{number}.png' for number in range(3)]
    for number, path in enumerate(paths):
        # One lower than the network, one blurred: what is unknown is the same too.
        image = PEOPLE.image(number)
        image = cv2.resize(image, (20, 40)) if number == 1 else image
        cv2.imwrite(str(path), cv2.GaussianBlur(image, (31, 31), 9) if number == 2 else image)
    return paths


def test_records_are_those_of_the_inferencer(pictures, tmp_path):
    from par_plugins.inference import AttributeInferencer

    (tmp_path / 'in/text.jpg').write_text('no picture', encoding='utf-8')
    pictures.append(tmp_path / 'in/text.jpg')
    done = par(tmp_path, 'predict', *pictures, '--format', 'jsonl')
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{')]
    expected = AttributeInferencer()(list(map(str, pictures)))['predictions']
    assert [record['source'] for record in found] == list(map(str, pictures))
    for record, other in zip(found, expected, strict=True):
        assert {**record, 'people': []} == {**other, 'people': []}
        for person, same in zip(record['people'], other['people'], strict=True):
            assert person['box'] == same['box'] and person['quality'] == same['quality']
            for name, answer in person['attributes'].items():
                assert answer['value'] == same['attributes'][name]['value'], name
                assert answer['confidence'] == pytest.approx(
                    same['attributes'][name]['confidence'], abs=2e-6
                )
    values = [answer['value'] for answer in found[1]['people'][0]['attributes'].values()]
    assert values == [None] * 26  # 40 pixels high: the starter says so below 64
    assert found[3]['error'].startswith('not a readable image')


def test_a_picture_alone_prints_a_line_for_each_attribute_and_writes_nothing(pictures, tmp_path):
    before = set(tmp_path.rglob('*'))
    done = par(tmp_path, 'predict', pictures[0])
    assert done.returncode == 0, done.stderr
    refused, source, *lines = done.stdout.splitlines()
    assert (refused, source) == ("No module named 'torch'", str(pictures[0]))
    assert len(lines) == 26 and lines[0].split()[0] == 'Female'
    assert {line.split()[1] for line in lines} <= {'yes', 'no', 'unknown'}
    assert 'the starter answers' in done.stderr
    assert set(tmp_path.rglob('*')) == before


@pytest.mark.parametrize(
    ('words', 'status', 'message'),
    [
        (['predict', 'none.jpg'], 1, 'skipped: none.jpg: no such file'),
        (['predict', 'cut.jpg'], 1, 'skipped: cut.jpg: the image is truncated'),
        (['predict', 'cut.jpg', '--draw'], 2, '--out DIR is needed with --draw'),
        (['predict', 'a.jpg', '--model', 'config.py'], 2, 'a network that was not exported'),
        (['predict', 'a.jpg', '--model', 'cut.onnx'], 1, 'cut.onnx: not a network in ONNX form'),
        (['predict', 'a.jpg', '--thresholds', 'best'], 1, "has no thresholds 'best'"),
        (['predict', 'a.jpg', '--out', 'seen'], 1, 'pip install par-plugins brings it'),
        (['train', 'config.py'], 1, 'pip install par-plugins brings it'),
    ],
)
def test_what_is_wrong_is_one_sentence(words, status, message, tmp_path):
    whole = cv2.imencode('.jpg', np.asarray(PEOPLE.image(0)))[1].tobytes()
    (tmp_path / 'cut.jpg').write_bytes(whole[: len(whole) // 2])
    (tmp_path / 'cut.onnx').write_bytes(starter_path().read_bytes()[:1000])
    done = par(tmp_path, *words)
    assert (done.returncode, 'Traceback' in done.stderr) == (status, False), done.stderr
    assert message in done.stderr


def test_a_few_bytes_that_declare_a_huge_picture_are_refused_before_they_are_decoded(tmp_path):
    jpeg = bytearray(cv2.imencode('.jpg', np.asarray(PEOPLE.image(0)))[1].tobytes())
    start = jpeg.index(b'\xff\xc0') + 5
    jpeg[start : start + 4] = struct.pack('>HH', 6000, 8000)  # allowed, but there is no such room
    (tmp_path / 'grey.jpg').write_bytes(jpeg)
    jpeg[start : start + 4] = struct.pack('>HH', 16000, 65500)
    (tmp_path / 'huge.jpg').write_bytes(jpeg)
    side = math.isqrt(MAX_PIXELS) + 1
    for name in ('huge.png', 'huge.bmp'):
        cv2.imwrite(str(tmp_path / name), np.zeros((side, side), np.uint8))
    done = par(tmp_path, 'predict', 'grey.jpg', 'huge.jpg', 'huge.png', 'huge.bmp')
    assert done.returncode == 1
    assert 'grey.jpg: declares 8000 x 6000 pixels' in done.stderr
    assert f'{len(jpeg)} bytes can hold' in done.stderr
    for name in ('huge.jpg', 'huge.png', 'huge.bmp'):
        assert f'skipped: {name}: declares ' in done.stderr


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='a system without a full device')
def test_answers_that_do_not_arrive_are_a_sentence_and_letters_never_end_the_program(tmp_path):
    cv2.imwrite(str(tmp_path / 'hüt.png'), PEOPLE.image(0))
    command = [sys.executable, str(ROOT / 'tools/predict.py'), 'hüt.png']
    narrow = {**os.environ, 'PYTHONPATH': str(ROOT), 'PYTHONIOENCODING': 'ascii'}
    done = subprocess.run(command, capture_output=True, text=True, env=narrow, cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith('h\\xfct.png\n'), done.stderr
    with Path('/dev/full').open('w', encoding='utf-8') as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=narrow, cwd=tmp_path
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        'error: the answers cannot be written (No space left on device)'
    ]


def test_with_torch_a_module_that_is_missing_is_not_hidden(tmp_path):
    code = f"""
import pathlib, sys
from par_runtime import command_line
command_line.commands = lambda: {{'bad': pathlib.Path({str(tmp_path)!r}, 'bad.py')}}
sys.argv = ['par', 'bad']
command_line.main()
"""
    (tmp_path / 'bad.py').write_text('def main():\n    import not_there\n', encoding='utf-8')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert "ModuleNotFoundError: No module named 'not_there'" in done.stderr
