"""A release is whole, says what was measured, and nothing of the machine that made it."""

import getpass
import json
import re
import socket
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml
from mmengine.config import Config
from mmengine.registry import DATASETS

from par_plugins.apis import build_runner
from par_plugins.deployment.checksums import SUMS, checksums
from par_plugins.deployment.measured_scores import measured_scores
from par_plugins.deployment.model_card import score_tables
from par_plugins.deployment.predicted_test_set import PredictedTestSet, predict_test_set
from par_plugins.deployment.private_traces import refuse_private_traces
from par_plugins.deployment.release import release
from par_plugins.deployment.release_notes import ReleaseNotes
from par_plugins.deployment.run_record import training_scalars
from par_plugins.deployment.verify import verify
from par_plugins.evaluation.functional import attribute_scores
from par_plugins.inference import AttributeInferencer
from par_plugins.structures import AnswerRules, AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.deployment.released_toy import NOTES
from tests.deployment.skip_without_exporter import skip_without_exporter

pytest.importorskip('safetensors', reason='releases need safetensors')
skip_without_exporter()


def only_checkpoint(folder):
    (path,) = folder.glob('*.pth')
    return path


def scores_of(folder):
    return json.loads((folder / 'test_scores.json').read_text(encoding='utf-8'))


def test_it_has_every_file_that_it_promises(toy):
    names = {path.name for path in toy.out.iterdir()}
    assert re.fullmatch(r'toy-walkers-[0-9a-f]{8}\.pth', only_checkpoint(toy.out).name)
    assert names - {only_checkpoint(toy.out).name} >= {
        'model.safetensors', 'model.onnx', 'parity.json', 'config.py', 'schema.json',
        'README.md', 'metafile.yml',
        'training.log', 'scalars.jsonl', 'test_scores.json', 'test_answers.npz',
        'environment.json', 'dataset.json', 'golden.npz', 'SHA256SUMS', '.gitattributes',
    }  # fmt: skip


def test_the_same_input_gives_the_same_bytes(toy, tmp_path):
    release(toy.config(), str(toy.checkpoint), tmp_path / 'again', NOTES)
    for path in toy.out.iterdir():
        assert path.read_bytes() == (tmp_path / 'again' / path.name).read_bytes(), path.name


def test_what_is_released_are_the_averaged_weights_and_plain_data_alone(toy):
    content = torch.load(only_checkpoint(toy.out), weights_only=True)
    trained = torch.load(toy.folder / 'run/epoch_1.pth', weights_only=True)
    moving, average = trained['ema_state_dict'], trained['state_dict']
    name = 'head.classifier.weight'
    assert not torch.equal(average[name], moving[f'module.{name}'])
    assert torch.equal(content['state_dict'][name], average[name])
    assert set(content) == {'state_dict', 'meta'}
    assert set(content['meta']) == {'dataset_meta', 'operating_points', 'answer_rules'}
    priors = content['meta']['answer_rules']['priors']
    labels = np.stack([np.asarray(row) for row in toy_labels(toy)])
    assert list(priors.values()) == pytest.approx(labels.mean(axis=0).tolist())


def toy_labels(toy):
    dataset = DATASETS.build({**toy.config().train_dataloader.dataset, 'pipeline': []})
    return [dataset.get_data_info(index)['gt_attributes'] for index in range(len(dataset))]


def test_nothing_of_this_machine_is_in_any_file(toy):
    """Beyond what the release itself looks for: any absolute path in any text."""
    places = [toy.folder, toy.data, Path.home(), Path.cwd(), sys.prefix, Path(__file__).parents[2]]
    private = [str(place) for place in places]
    words = {getpass.getuser(), socket.gethostname()} - {'root'}
    for path in toy.out.iterdir():
        content = path.read_bytes()
        assert not [place for place in private if place.encode() in content], path.name
        if path.suffix not in ('.pth', '.safetensors', '.npz', '.onnx'):
            text = content.decode()
            assert not [w for w in words if re.search(rf'(?<![\w-]){re.escape(w)}(?![\w-])', text)]
            assert not re.search(r'(?<![\w.:/])/(?:home|root|tmp|usr|opt|mnt|var|private)\b', text)


def test_a_file_with_a_trace_is_refused_by_its_name(tmp_path):
    (tmp_path / 'a.txt').write_text('data at /home/somebody/data', encoding='utf-8')
    with pytest.raises(InputError, match=r"a.txt would hold '/home/somebody'"):
        refuse_private_traces(tmp_path, ['/home/somebody'], [])
    with pytest.raises(InputError, match=r"a.txt would hold 'somebody'"):
        refuse_private_traces(tmp_path, [], ['somebody'])
    refuse_private_traces(tmp_path, ['/home/else', '/some', '/data'], ['some'])
    (tmp_path / 'a.txt').write_text('https://example.org/data/x data/data/y', encoding='utf-8')
    refuse_private_traces(tmp_path, ['/data', '/example'], ['exam'])
    (tmp_path / 'a.txt').write_text('file:///home/somebody/x', encoding='utf-8')
    with pytest.raises(InputError, match=r"a.txt would hold '/home/somebody'"):
        refuse_private_traces(tmp_path, ['/home/somebody'], [])
    (tmp_path / 'a.txt').unlink()
    (tmp_path / 'b.bin').write_bytes(b'\xff\x00A/home/somebody/x')
    with pytest.raises(InputError, match=r"b.bin would hold '/home/somebody'"):
        refuse_private_traces(tmp_path, ['/home/somebody'], [])


def test_the_config_is_the_runs_without_local_paths(toy):
    config = Config.fromfile(toy.out / 'config.py')
    expected = toy.config()
    assert config.test_dataloader.dataset.data_root == f'data/{toy.data.name}'
    assert config.model.head.to_dict() == expected.model.head.to_dict()
    assert config.train_dataloader.dataset.pipeline == expected.train_dataloader.dataset.pipeline
    assert not {'work_dir', 'load_from', 'resume', 'launcher'} & set(config)


def test_its_numbers_are_those_of_the_test_tool(toy, tmp_path):
    cfg = Config.fromfile(toy.out / 'config.py')
    cfg.work_dir, cfg.launcher = str(tmp_path), 'none'
    cfg.test_dataloader.dataset.data_root = str(toy.data)
    cfg.test_evaluator = [
        dict(type='AttributeMetric'),
        dict(type='OperatingPointMetric', rule='prior'),
    ]
    cfg.load_from = str(only_checkpoint(toy.out))
    tested = build_runner(cfg).test()
    scores = scores_of(toy.out)
    for name in ('mA', 'accuracy', 'precision', 'recall', 'f1'):
        found = {rule: scores['rules'][rule]['scores'][name] for rule in ('half', 'prior')}
        assert found['half'] == pytest.approx(tested[f'attribute/{name}'], abs=0.005)
        assert found['prior'] == pytest.approx(tested[f'attribute/prior/{name}'], abs=0.005)
    assert scores['mAP'] == pytest.approx(tested['attribute/mAP'], abs=0.005)


def test_the_card_has_every_attribute_and_says_protocol_and_thresholds(toy):
    card = (toy.out / 'README.md').read_text(encoding='utf-8')
    scores = scores_of(toy.out)
    rows = {line.split(' | ')[0].strip('| '): line for line in card.splitlines() if '|' in line}
    for cell in scores['attributes']:
        assert f'{cell["positives"]} / {cell["negatives"]}' in rows[cell['name']]
        assert f'{scores["rules"]["f1"]["thresholds"][cell["name"]]:.4f}' in rows[cell['name']]
    for rule, found in scores['rules'].items():
        (row,) = (line for name, line in rows.items() if name.startswith(f'`{rule}`'))
        low, high = found['intervals']['mA']
        assert f'{found["scores"]["mA"]:.2f} [{low:.2f}, {high:.2f}]' in row
    assert 'protocol `rap`' in card and 'generated pedestrians' in card and 'Apache-2.0' in card
    assert f'{scores["pictures"]} pictures' in card and 'not meant' in card


def test_the_front_matter_is_what_hubs_read(toy):
    _, front, _ = (toy.out / 'README.md').read_text(encoding='utf-8').split('---\n', 2)
    matter = yaml.safe_load(front)
    assert matter['license'] == 'apache-2.0'
    (result,) = matter['model-index'][0]['results']
    metrics = {metric['type']: metric for metric in result['metrics']}
    assert metrics['half/mA']['value'] == scores_of(toy.out)['rules']['half']['scores']['mA']
    assert all('protocol rap' in m['name'] for key, m in metrics.items() if key != 'mAP')


def test_the_entry_for_the_index_names_weights_and_their_hash(toy):
    content = yaml.safe_load((toy.out / 'metafile.yml').read_text(encoding='utf-8'))
    (entry,) = content['Models']
    path = only_checkpoint(toy.out)
    assert entry['Weights'] == f'https://example.org/toy/{path.name}'
    assert entry['Metadata']['SHA256'].startswith(path.stem.rpartition('-')[2])
    parameters = torch.load(path, weights_only=True)['state_dict']
    trained = [w for n, w in parameters.items() if not re.search('running|num_batches', n)]
    assert entry['Metadata']['Parameters'] == sum(weight.numel() for weight in trained)


def test_log_and_scalars_are_of_the_training(toy):
    log = (toy.out / 'training.log').read_text(encoding='utf-8').splitlines()
    assert log and all(re.search(r'(Epoch|Iter)\((train|val|test)\)', line) for line in log)
    rows = [
        json.loads(r) for r in (toy.out / 'scalars.jsonl').read_text(encoding='utf-8').splitlines()
    ]
    assert any('loss' in row for row in rows) and any('attribute/mA' in row for row in rows)
    versions = json.loads((toy.out / 'environment.json').read_text(encoding='utf-8'))
    assert versions['torch'] == torch.__version__.partition('+')[0]
    assert all(re.match(r'\d+\.\d+', version) for version in versions.values())


def blocks_of(folder):
    text = (folder / 'README.md').read_text(encoding='utf-8')
    return dict(re.findall(r'^With (\w+).*?:\n\n```python\n(.*?)```', text, re.M | re.S))


@pytest.mark.parametrize('name', ['par_plugins', 'mmpretrain', 'torch', 'onnxruntime'])
def test_each_block_of_the_card_runs_and_says_what_the_inferencer_says(
    name, toy, tmp_path, monkeypatch
):
    code = blocks_of(toy.out)[name]
    assert len(code.splitlines()) <= 10
    folder = toy.copy(tmp_path)
    cv2.imwrite(str(folder / 'person.jpg'), ToyPedestrians(1).image(0))
    monkeypatch.chdir(folder)
    shown = []
    exec(code, {'print': shown.append})
    (person,) = AttributeInferencer('.')('person.jpg')['predictions'][0]['people']
    answers = person['attributes']
    if name == 'par_plugins':
        assert shown[0] == {key: answer['value'] for key, answer in answers.items()}
    else:
        expected = [answer['probability'] for answer in answers.values()]
        assert np.asarray(shown[0]).ravel() == pytest.approx(expected, abs=1e-4)


def test_a_folder_answers_as_config_and_checkpoint_do(toy):
    images = [ToyPedestrians(3).image(index) for index in range(3)]
    of_folder = AttributeInferencer(toy.out)(images)['predictions']
    of_files = AttributeInferencer(toy.config(), toy.checkpoint)(images)['predictions']
    assert of_folder == of_files and of_folder[0]['people'][0]['attributes']


def test_bad_input_is_one_sentence_and_leaves_nothing(toy, tmp_path, monkeypatch):
    content = torch.load(toy.checkpoint, weights_only=True)

    def refused(message, cfg=None, notes=NOTES, **meta):
        path = tmp_path / 'weights.pth'
        torch.save({**content, 'meta': {**content['meta'], **meta}}, path)
        with pytest.raises(InputError, match=message) as caught:
            release(cfg or toy.config(), str(path), tmp_path / 'out', notes)
        assert '\n' not in str(caught.value)
        assert [file.name for file in tmp_path.iterdir()] == ['weights.pth']

    refused('has no operating points.*fit_operating_points', answer_rules=None)
    other = AttributeSchema(reversed(AttributeSchema.from_dict(schema_of(content)).names))
    refused('the same attributes in another order', dataset_meta={'schema': other.to_dict()})
    refused('does not say which attributes', dataset_meta={})
    refused("name 'a/b'", notes=ReleaseNotes('a/b'))
    refused('no test_dataloader', cfg=toy.config(test_dataloader=None))
    refused('model.head.losses.*no value|not a name in a registry', cfg=with_code(toy))
    (tmp_path / 'weights.pth').write_bytes(toy.checkpoint.read_bytes()[:5000])
    with pytest.raises(InputError, match='weights.pth: not a whole checkpoint'):
        release(toy.config(), str(tmp_path / 'weights.pth'), tmp_path / 'out', NOTES)
    with pytest.raises(InputError, match='is there already and not empty'):
        release(toy.config(), str(toy.checkpoint), tmp_path, NOTES)
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    with pytest.raises(InputError, match='is the folder in which this runs'):
        release(toy.config(), str(toy.checkpoint), '.', NOTES)


def test_the_last_line_that_a_kill_cut_off_is_left_out_of_the_scalars(tmp_path):
    folder = tmp_path / '20260101_000000/vis_data'
    folder.mkdir(parents=True)
    (folder / 'scalars.json').write_text('{"loss": 0.5, "step": 1}\n{"loss": 0.', encoding='utf-8')
    assert training_scalars(tmp_path) == '{"loss": 0.5, "step": 1}\n'


def test_names_of_attributes_are_no_markup_on_the_card():
    name = r'a|b & <img src=//x.example> [c](//y.example) `d` \|'
    schema = AttributeSchema([name])
    said, known = np.array([[0.9], [0.2]], np.float32), np.array([[1], [0]])
    tested = PredictedTestSet(said, known, np.array([90, 90]), np.array([-1, -1]), [], {})
    scores = measured_scores(tested, AnswerRules.without_any(schema))
    escaped = r'a\|b & \<img src=//x.example\> \[c\](//y.example) \`d\` \\\|'
    _, attributes, groups = score_tables(scores)
    assert attributes.splitlines()[2].startswith(f'| {escaped} | ')
    assert [row for row in groups.splitlines() if row.startswith(f'| {escaped}: yes | ')]


def schema_of(content):
    return content['meta']['dataset_meta']['schema']


def with_code(toy):
    cfg = toy.config()
    cfg.model.head.losses.ce.type = 'builtins.print'
    return cfg


def test_a_form_in_whole_numbers_is_released_with_what_it_costs(toy, tmp_path):
    calibration = sorted(map(str, toy.data.rglob('*.jpg')))[:8]
    out, config, options = tmp_path / 'out', toy.config(), dict(calibration=calibration)
    release(config, str(toy.checkpoint), out, NOTES, **options)
    scores = scores_of(out)
    inferencer = AttributeInferencer(out / 'model-int8.onnx')
    tested = predict_test_set(inferencer.loaded, config)
    measured = attribute_scores(tested.probabilities, tested.targets)  # the toys have binary ones
    found = scores['forms']['model-int8.onnx']['rules']['half']['scores']
    assert found['mA'] == pytest.approx(measured['mA'], abs=0.005)
    assert found['f1'] == pytest.approx(measured['f1'], abs=0.005)
    card = (out / 'README.md').read_text(encoding='utf-8')
    assert card.count(f'{found["mA"]:.2f} [') > 0 and 'The same of `model-int8.onnx`' in card
    parity = json.loads((out / 'parity-int8.json').read_text(encoding='utf-8'))
    assert parity['precision'] == 'int8' and f'{parity["changed_answers"]} of' in card
    found = verify(out, data=toy.data)
    assert found and any('model-int8.onnx on 8 generated' in line for line in found.passed)
    assert any('to the last digit' in line for line in found.passed)
    with np.load(out / 'golden.npz') as file:
        arrays = dict(file)
    arrays['model-int8.onnx'] += 0.1
    np.savez(out / 'golden.npz', **arrays)
    (out / SUMS).write_text(checksums(out), encoding='utf-8')
    assert 'probabilities of model-int8.onnx differ by 0.1' in verify(out).faults[0]
