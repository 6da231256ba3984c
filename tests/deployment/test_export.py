"""An exported network says what the network says, or is not written."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from torch import nn

from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.deployment.export import export_onnx, generated_pictures
from par_plugins.evaluation.functional import fit_answer_rules
from par_plugins.inference import AttributeInferencer
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.onnx_model import OnnxAttributeModel
from tests.deployment.skip_without_exporter import skip_without_exporter
from tests.inference.toy_model import SIZE, config, stored

skip_without_exporter()
PEOPLE = ToyPedestrians(24)
PICTURES = [cv2.cvtColor(PEOPLE.image(index), cv2.COLOR_BGR2RGB) for index in range(24)]
MIXED = AttributeSchema(
    [Attribute('Hat'), Attribute('Coat', ('none', 'short', 'long')), Attribute('Bag')]
)


def rules():
    """Answer rules of outputs that have nothing to do with labels, but thresholds of their own."""
    generator = torch.Generator().manual_seed(0)
    outputs = torch.rand(200, len(SCHEMA), generator=generator, dtype=torch.float64)
    labels = (torch.rand(outputs.shape, generator=generator) < outputs).long()
    return fit_answer_rules(outputs, labels, SCHEMA, None).to_dict()


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    return stored(config(), tmp_path_factory.mktemp('model') / 'toy.pth', answer_rules=rules())


@pytest.fixture(scope='module')
def exported(weights, tmp_path_factory):
    folder = tmp_path_factory.mktemp('exported')
    report = export_onnx(config(), weights, folder / 'model.onnx', pictures=PICTURES)
    return folder / 'model.onnx', report


def test_no_answer_changes_in_fp32_at_any_batch_size(exported):
    path, report = exported
    assert report.changed_answers == 0 and report.answers == 24 * len(SCHEMA)
    assert report.batch_sizes == (1, 2, 5, 16) and report.largest_difference < 1e-5
    assert report.largest_embedding_difference < 1e-4
    written = json.loads(path.with_name('parity.json').read_text(encoding='utf-8'))
    assert written['changed_answers'] == 0 and written['pictures'] == 24
    assert {file.name for file in path.parent.iterdir()} == {'model.onnx', 'parity.json'}


def test_the_inferencer_says_of_the_file_what_it_says_of_the_checkpoint(exported, weights):
    blue_first = [np.ascontiguousarray(picture[..., ::-1]) for picture in PICTURES]
    by_torch = AttributeInferencer(config(), weights)(blue_first, batch_size=5)['predictions']
    inferencer = AttributeInferencer(exported[0])
    by_onnx = inferencer(blue_first, batch_size=7)['predictions']
    assert inferencer.rule.name == 'f1' and inferencer.schema.names == SCHEMA.names
    values = set()
    for one, other in zip(by_torch, by_onnx, strict=True):
        (expected,), (found,) = one['people'], other['people']
        assert found['box'] == expected['box'] and found['quality'] == expected['quality']
        for name, answer in expected['attributes'].items():
            assert found['attributes'][name]['value'] == answer['value'], name
            assert found['attributes'][name]['threshold'] == answer['threshold']
            for number in ('probability', 'confidence'):
                assert found['attributes'][name][number] == pytest.approx(answer[number], abs=2e-5)
            values.add(answer['value'])
    assert {True, False} <= values


class TwoPeople:
    """A detector that finds one person in each half of a picture."""

    def detect(self, frame):
        height, width = frame.image.shape[:2]
        boxes = np.array([[0, 0, width / 2, height], [width / 2, 3, width, height - 2]], np.float32)
        return PersonBoxes(boxes, np.array([0.9, 0.8], np.float32))


def test_boxes_are_cut_out_in_the_same_way(exported, weights):
    halves = [cv2.resize(PICTURES[row], (60, 130)) for row in (0, 1)]
    picture = np.ascontiguousarray(np.concatenate(halves, axis=1)[..., ::-1])
    by_torch, by_onnx = (
        np.array(
            [
                [answer['probability'] for answer in person['attributes'].values()]
                for person in AttributeInferencer(model, given, detector=TwoPeople(), padding=0.1)(
                    picture
                )['predictions'][0]['people']
            ]
        )
        for model, given in ((config(), weights), (exported[0], None))
    )
    assert np.abs(by_torch[0] - by_torch[1]).max() > 0.01
    assert np.abs(by_torch - by_onnx).max() < 2e-5


def test_the_same_network_gives_the_same_bytes_without_any_path(exported, weights, tmp_path):
    export_onnx(config(), weights, tmp_path / 'other_name.onnx', pictures=PICTURES)
    content = (tmp_path / 'other_name.onnx').read_bytes()
    assert content == exported[0].read_bytes()
    here = Path(__file__).parents[2]
    places = (here, Path(torch.__file__).parent, Path.home(), tmp_path, Path(weights).parent)
    assert not [place for place in places if str(place).encode() in content]
    assert b'.py' not in content


def test_the_file_says_everything_about_itself(exported):
    model = OnnxAttributeModel(exported[0])
    assert model.schema == SCHEMA and model.input_size == SIZE
    assert model.metadata['answer_rules'] == rules()
    assert model.metadata['precision'] == 'fp32' and not model.resize_inside
    assert model.metadata['versions']['torch'] == torch.__version__.partition('+')[0] or (
        model.metadata['versions']['torch'] == torch.__version__
    )


def test_values_of_categorical_attributes_sum_to_one_and_are_the_checkpoints(tmp_path):
    head = dict(type='AttributeHead', in_channels=1280, schema=MIXED.to_dict())
    weights = stored(config(head), tmp_path / 'mixed.pth', schema=MIXED)
    with pytest.warns(UserWarning, match='without thresholds'):
        report = export_onnx(config(head), weights, tmp_path / 'm.onnx', pictures=PICTURES)
    assert report.changed_answers == 0
    probabilities, embeddings = OnnxAttributeModel(tmp_path / 'm.onnx').predict(PICTURES[:3])
    np.testing.assert_allclose(probabilities[:, 1:4].sum(axis=1), 1, rtol=1e-6)
    assert embeddings.shape == (3, 1280)


def test_pictures_of_any_size_are_resized_inside_to_within_a_grey_level(weights, tmp_path):
    pictures = generated_pictures(6)
    report = export_onnx(
        config(), weights, tmp_path / 'inside.onnx', resize_inside=True, pictures=pictures
    )
    assert report.resize_inside and report.answers == 6 * len(SCHEMA)
    by_file = OnnxAttributeModel(tmp_path / 'inside.onnx').predict(pictures)[0]
    at_size = [cv2.resize(picture, SIZE) for picture in pictures]
    by_opencv = OnnxAttributeModel(tmp_path / 'inside.onnx').predict(at_size)[0]
    nudged = [np.clip(picture.astype(int) + 1, 0, 255).astype(np.uint8) for picture in at_size]
    of_a_level = OnnxAttributeModel(tmp_path / 'inside.onnx').predict(nudged)[0]
    assert np.abs(by_file - by_opencv).max() <= 2 * np.abs(of_a_level - by_opencv).max() + 1e-4


def test_whole_numbers_are_a_quarter_of_the_size_and_their_cost_is_counted(
    exported, weights, tmp_path
):
    paths = []
    for row, picture in enumerate(PICTURES):
        cv2.imwrite(str(tmp_path / f'{row}.png'), picture[..., ::-1])
        paths.append(tmp_path / f'{row}.png')
    report = export_onnx(
        config(), weights, tmp_path / 'int8.onnx', precision='int8', calibration=paths,
        max_changed=1.0,
    )  # fmt: skip
    assert report.origin == 'calibration' and report.precision == 'int8'
    small = OnnxAttributeModel(tmp_path / 'int8.onnx')
    by_hand = 0
    known = AttributeInferencer(exported[0]).rule
    one, other = small.predict(PICTURES)[0], OnnxAttributeModel(exported[0]).predict(PICTURES)[0]
    by_hand = int((known.answer(one).values != known.answer(other).values).sum())
    assert 0 < by_hand == report.changed_answers == sum(report.changed_by_attribute.values())
    assert not list(tmp_path.glob('*.onnx*'))[1:]
    with pytest.raises(InputError, match=r'more than 0 % of the answers change: int8'):
        export_onnx(
            config(), weights, tmp_path / 'refused.onnx', precision='int8', calibration=paths,
            max_changed=0.0,
        )  # fmt: skip
    assert not (tmp_path / 'refused.onnx').exists()


def test_half_precision_changes_few_answers_and_halves_the_file(exported, weights, tmp_path):
    report = export_onnx(
        config(), weights, tmp_path / 'half.onnx', precision='fp16', pictures=PICTURES
    )
    assert 0 < report.largest_difference < 0.05
    assert (tmp_path / 'half.onnx').stat().st_size < 0.7 * exported[0].stat().st_size


@MODELS.register_module()
class TrainingSaysOtherwise(nn.Module):
    """A network whose exported form cannot be what it computes: it looks at a global number."""

    calls = 0

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        TrainingSaysOtherwise.calls += 1
        return (self.layer(x) * TrainingSaysOtherwise.calls,)


@MODELS.register_module()
class NotForExport(nn.Module):
    """A network with a step that no graph holds."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        x = self.layer(x)
        return (x * torch.linalg.svdvals(x)[..., :1, None],)


@pytest.mark.parametrize(
    ('backbone', 'sentence'),
    [
        ('TrainingSaysOtherwise', r'model.onnx is not written, it says other things than the'),
        ('NotForExport', r'x.pth: cannot be exported \(.+\)$'),
    ],
)
def test_what_does_not_survive_the_export_is_one_sentence_and_no_file(backbone, sentence, tmp_path):
    cfg = config(dict(type='AttributeHead', in_channels=4, num_attributes=26))
    cfg.model.backbone = dict(type=backbone)
    weights = stored(cfg, tmp_path / 'x.pth', answer_rules=rules())
    with pytest.raises(InputError, match=sentence) as error:
        export_onnx(cfg, weights, tmp_path / 'model.onnx', pictures=PICTURES[:4])
    assert '\n' not in str(error.value)
    assert [file.name for file in tmp_path.iterdir()] == ['x.pth']


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (dict(type='CenterCrop', crop_size=32), 'CenterCrop: an exported network is fed by Resize'),
        (dict(type='Resize', scale=SIZE, keep_ratio=True), 'has keep_ratio=True'),
    ],
)
def test_a_pipeline_that_nobody_else_could_follow_is_refused(change, sentence, weights, tmp_path):
    cfg = config()
    cfg.test_dataloader.dataset.pipeline.insert(2, change)
    with pytest.raises(InputError, match=sentence):
        export_onnx(cfg, weights, tmp_path / 'model.onnx')


def test_whole_numbers_need_pictures_and_no_other_form_takes_any(weights, tmp_path):
    for precision, calibration in (('int8', None), ('fp32', ['a.png'])):
        with pytest.raises(InputError, match='int8 needs calibration pictures, and no other'):
            export_onnx(
                config(), weights, tmp_path / 'x.onnx', precision=precision, calibration=calibration
            )
