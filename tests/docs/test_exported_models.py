"""The code on the pages about exported models runs, and says what the inferencer says."""

import shutil
from pathlib import Path

import cv2
import pytest

from par_plugins.inference import AttributeInferencer
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.installed_files import starter_path
from tests.docs.test_commands import ROOT, blocks

pytest.importorskip('onnxruntime')


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A folder with what the pages name, and what is to be said of its picture."""
    (tmp_path / 'model_zoo').symlink_to(ROOT / 'model_zoo')
    shutil.copy(starter_path(), tmp_path / 'model.onnx')
    cv2.imwrite(str(tmp_path / 'person.jpg'), ToyPedestrians(1).image(0))
    monkeypatch.chdir(tmp_path)
    (person,) = AttributeInferencer()('person.jpg')['predictions'][0]['people']
    return person['attributes']


def code(page: str) -> list[str]:
    return [text for kind, text in blocks(Path(ROOT, page)) if kind == 'python']


def test_the_blocks_about_export_predict(answers):
    by_inferencer, without_torch = code('docs/export.md')
    exec(by_inferencer, {})
    names: dict = {}
    exec(without_torch, names)
    assert names['model'].schema.names == tuple(answers)
    expected = [answer['probability'] for answer in answers.values()]
    assert names['probabilities'][0].tolist() == pytest.approx(expected, abs=2e-6)
    assert len(names['embeddings']) == 1


def test_the_card_of_the_starter_prints_its_answers(answers):
    (block,) = code('model_zoo/starter/README.md')
    printed = []
    exec(block, {'print': lambda *words: printed.append(words)})
    assert [words[:2] for words in printed] == [(n, a['value']) for n, a in answers.items()]
    for (_, _, confidence), answer in zip(printed, answers.values(), strict=True):
        assert confidence == pytest.approx(answer['confidence'], abs=0.006)
