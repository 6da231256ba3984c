"""The starter, and files that are no network of ours."""

import json

import numpy as np
import pytest

from par_plugins.deployment.golden_pictures import EXACT, read_golden
from par_runtime.answers import AnswerRule
from par_runtime.input_error import InputError
from par_runtime.installed_files import starter_path
from par_runtime.onnx_model import METADATA_KEY, OnnxAttributeModel
from par_runtime.onnx_session import open_session

pytest.importorskip('onnxruntime')
LARGEST = 4_000_000


@pytest.fixture(scope='module')
def starter():
    return OnnxAttributeModel(starter_path())


def test_the_starter_answers_generated_pictures_as_where_it_was_made(starter):
    source = starter_path().with_name('golden.npz')
    pictures, known = read_golden(source.read_bytes(), source=str(source))
    expected = known[EXACT]
    found, embeddings = starter.predict(pictures, batch_size=3)
    # Rounding in 8 bits differs a little between processors.
    assert np.abs(found - expected).mean() < 0.01
    rule = AnswerRule.of_checkpoint(starter.metadata, starter.schema, source='the starter')
    changed = rule.answer(found).values != rule.answer(expected).values
    assert changed.mean() < 0.05 and embeddings.shape == (len(pictures), 1280)


def test_threads_of_a_network_do_not_keep_cores_busy_while_they_wait():
    options = open_session(starter_path()).get_session_options()
    assert options.get_session_config_entry('session.intra_op.allow_spinning') == '0'


def test_the_starter_is_small_and_says_what_its_card_says(starter):
    assert starter_path().stat().st_size <= LARGEST
    record = json.loads(starter_path().with_name('scores.json').read_text(encoding='utf-8'))
    card = starter_path().with_name('README.md').read_text(encoding='utf-8')
    assert starter.metadata['precision'] == 'int8' and len(starter.schema) == 26
    assert record['bytes'] == starter_path().stat().st_size
    mA, low, high = record['test']['int8']['half']['mA']
    assert low < mA < high and f'{mA:.1f} [{low:.1f}, {high:.1f}]' in card
    assert 'CC-BY 4.0' in card and 'Apache-2.0' in card and '1,400' in card
    assert starter.metadata['answer_rules']['smallest_height'] == record['smallest_height']


def test_no_picture_gives_no_row_and_what_is_none_is_named(starter):
    probabilities, embeddings = starter.predict([])
    assert probabilities.shape == (0, 26) and embeddings.shape == (0, 1280)
    good = np.zeros((40, 20, 3), np.uint8)
    for wrong in (
        np.zeros((40, 20), np.uint8),
        np.zeros((40, 20, 3)),
        np.zeros((0, 4, 3), np.uint8),
    ):
        with pytest.raises(
            InputError, match=r'^image 1: expected pixels as uint8 \(H, W, 3\), got'
        ):
            starter.predict([good, wrong])


def test_a_truncated_file_is_one_sentence(tmp_path):
    content = starter_path().read_bytes()
    for length in (0, 7, len(content) // 2, len(content) - 1):
        (tmp_path / 'cut.onnx').write_bytes(content[:length])
        with pytest.raises(InputError, match=r'cut\.onnx: ') as error:
            OnnxAttributeModel(tmp_path / 'cut.onnx')
        assert '\n' not in str(error.value)


def with_metadata(path, change):
    onnx = pytest.importorskip('onnx')
    graph = onnx.load(starter_path())
    metadata = json.loads(graph.metadata_props[0].value)
    changed = change(metadata)
    onnx.helper.set_model_props(graph, {} if changed is None else {METADATA_KEY: changed})
    path.write_bytes(graph.SerializeToString())
    return path


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (lambda data: None, 'does not say which attributes it predicts'),
        (lambda data: '{', 'its metadata are damaged'),
        (lambda data: '[' * 100_000, 'its metadata are damaged'),
        (lambda data: json.dumps({**data, 'schema': None}), 'not an attribute schema'),
        (lambda data: json.dumps({**data, 'input_size': [0, 4]}), 'no width and height'),
        (lambda data: json.dumps({**data, 'pipeline': [{'type': 'Pad'}]}), 'the pipeline has Pad'),
        (
            lambda data: json.dumps({**data, 'schema': {'attributes': ['Hat', 'Bag']}}),
            r'26 outputs, but the schema packs 2 attributes into 2',
        ),
    ],
)
def test_a_file_that_says_too_little_or_something_else_is_one_sentence(change, sentence, tmp_path):
    path = with_metadata(tmp_path / 'other.onnx', change)
    with pytest.raises(InputError, match=rf'^.*other\.onnx: .*{sentence}'):
        OnnxAttributeModel(path)
