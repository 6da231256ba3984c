"""The inferencer says what a test says, of whatever it is given."""

import pickle

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose, default_collate
from mmengine.registry import DefaultScope

from par_plugins.apis import build_runner
from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.evaluation.functional import fit_answer_rules
from par_plugins.inference import AttributeInferencer
from par_plugins.inference.attribute_inferencer import prefetched
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.load_model import load_model
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored
from tests.tools.toy_run import toy_config

PEOPLE = ToyPedestrians(7)
IMAGES = [PEOPLE.image(index) for index in range(7)]


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    return stored(config(), tmp_path_factory.mktemp('model') / 'toy.pth')


@pytest.fixture
def folder(tmp_path):
    for number, image in enumerate(IMAGES):
        cv2.imwrite(str(tmp_path / f'{number}.png'), image)
    return tmp_path


def by_hand(cfg, weights, paths, batch_size):
    """A forward pass as a reader of the config would write it."""
    model = load_model(cfg, weights, 'cpu').model
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        pipeline = Compose(cfg.test_dataloader.dataset.pipeline)
    rows = []
    for start in range(0, len(paths), batch_size):
        batch = [pipeline({'img_path': str(path)}) for path in paths[start : start + batch_size]]
        data = model.data_preprocessor(default_collate(batch), False)
        with torch.no_grad():
            logits = model.head(model.extract_feat(data['inputs']))
        rows.append(logits.sigmoid())
    return torch.cat(rows).numpy()


def probabilities(results):
    return np.array(
        [
            [answer['probability'] for answer in person['attributes'].values()]
            for picture in results['predictions']
            for person in picture['people']
        ]
    )


def test_probabilities_are_those_of_a_forward_pass_by_hand(weights, folder):
    paths = [folder / f'{number}.png' for number in range(7)]
    expected = by_hand(config(), weights, paths, 4)
    assert expected.std(axis=0).min() > 0.01  # the network tells pictures apart
    inferencer = AttributeInferencer(config(), weights)
    samples = inferencer(paths, return_datasamples=True, batch_size=4)['predictions']
    found = np.array([row[0].pred_probabilities.numpy() for row in samples])
    assert np.abs(found - expected).max() <= 1e-6
    for batch_size in (1, 3, 7):
        found = probabilities(inferencer(paths, batch_size=batch_size))
        assert np.abs(found - expected).max() <= 1e-5
    assert probabilities(inferencer(IMAGES, batch_size=4)) == pytest.approx(expected, abs=1e-6)


def test_probabilities_are_those_of_the_test_tool(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path, test_evaluator=[
        dict(type='DumpResults', out_file_path=str(tmp_path / 'out.pkl'))
    ])  # fmt: skip
    cfg.load_from = stored(cfg, tmp_path / 'toy.pth')
    build_runner(cfg).test()
    tested = pickle.loads((tmp_path / 'out.pkl').read_bytes())
    expected = np.stack([sample['pred_probabilities'].numpy() for sample in tested])
    paths = [sample['img_path'] for sample in tested]
    inferencer = AttributeInferencer(cfg, cfg.load_from)
    found = inferencer(paths, batch_size=8, return_datasamples=True)['predictions']
    assert len(found) == 11
    rows = np.array([row[0].pred_probabilities.numpy() for row in found])
    assert np.abs(rows - expected).max() <= 1e-6


MIXED = AttributeSchema(['Hat', Attribute('Age', ('young', 'old')), 'Bag'])
HEADS = {
    'AttributeHead': (dict(type='AttributeHead', in_channels=1280, num_attributes=26), SCHEMA),
    'embeddings': (
        dict(type='AttributeHead', in_channels=1280, schema=MIXED.to_dict(), embedding_channels=4),
        MIXED,
    ),
    'of the dataset': (dict(type='AttributeHead', in_channels=1280, schema='dataset'), MIXED),
    'APRHead': (
        dict(type='APRHead', in_channels=1280, num_identities=5, schema=MIXED.to_dict()),
        MIXED,
    ),
    'AuxiliaryClassHead': (
        dict(type='AuxiliaryClassHead', in_channels=1280, num_attributes=26),
        SCHEMA,
    ),
}


@pytest.mark.parametrize('name', HEADS)
def test_every_head_of_ours_predicts_with_its_own_names(name, tmp_path):
    head, schema = HEADS[name]
    cfg = config(head)
    built = config({**head, 'schema': schema.to_dict()} if 'schema' in head else head)
    weights = stored(built, tmp_path / 'toy.pth', schema)
    person = AttributeInferencer(cfg, weights)(IMAGES[0])['predictions'][0]['people'][0]
    assert tuple(person['attributes']) == schema.names
    if schema is MIXED:
        age = person['attributes']['Age']
        assert age['value'] in ('young', 'old') and sum(age['probability'].values()) == (
            pytest.approx(1, abs=1e-5)
        )


@pytest.mark.parametrize('head_type', ['MultiLabelLinearClsHead', 'CSRAClsHead'])
def test_multi_label_heads_of_mmpretrain_predict_their_classes(head_type, tmp_path):
    options = {'num_heads': 1, 'lam': 0.1} if head_type == 'CSRAClsHead' else {}
    cfg = config(dict(type=head_type, in_channels=1280, num_classes=3, **options))
    if head_type == 'CSRAClsHead':
        cfg.model.neck = None
    weights = stored(cfg, tmp_path / 'a.pth', None, dataset_meta={'classes': ('cat', 'dog', 'cow')})
    inferencer = AttributeInferencer(cfg, weights)
    expected = inferencer(IMAGES[:2], return_datasamples=True)['predictions'][1][0].pred_score
    person = inferencer(IMAGES[:2])['predictions'][1]['people'][0]
    assert list(person['attributes']) == ['cat', 'dog', 'cow']
    found = [answer['probability'] for answer in person['attributes'].values()]
    assert found == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_head_of_one_class_only_is_refused(tmp_path):
    cfg = config(dict(type='LinearClsHead', in_channels=1280, num_classes=3))
    with pytest.raises(InputError, match='LinearClsHead tells no attributes'):
        AttributeInferencer(cfg, stored(cfg, tmp_path / 'a.pth', None))


class TwoBoxes:
    """One box that hangs over the edge, one of no size, one outside, and one whole."""

    def detect(self, frame):
        boxes = np.array([[-9, -9, 30, 60], [5, 5, 5, 40], [900, 1, 950, 90], [0, 5, 40, 99.0]])
        return PersonBoxes(boxes.astype(np.float32), np.full(4, 0.5, np.float32))


def test_people_of_scenes_are_cut_to_the_picture_and_predicted_as_crops(weights):
    scene = np.hstack([IMAGES[0], cv2.resize(IMAGES[1], IMAGES[0].shape[1::-1])])
    inferencer = AttributeInferencer(config(), weights, detector=TwoBoxes())
    results = inferencer([scene, scene], batch_size=3)  # people of two pictures share a batch
    boxes = [person['box'] for person in results['predictions'][1]['people']]
    assert boxes == [[0, 0, 30, 60], [0, 5, 40, 99]]
    crops = [scene[0:60, 0:30], scene[5:99, 0:40]]
    expected = probabilities(AttributeInferencer(config(), weights)([*crops, *crops]))
    assert probabilities(results) == pytest.approx(expected, abs=1e-5)
    assert results['predictions'][0]['people'][0]['quality']['cut']


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(weights, folder):
    (folder / 'note.txt').write_text('no picture', encoding='utf-8')
    (folder / 'text.jpg').write_text('no picture either', encoding='utf-8')
    whole = (folder / '0.png').read_bytes()
    (folder / 'cut.png').write_bytes(whole[: len(whole) // 2])
    (folder / '.hidden.png').write_bytes(whole)
    results = AttributeInferencer(config(), weights)(str(folder))
    reasons = {item['source'].rpartition('/')[2]: item['reason'] for item in results['skipped']}
    assert set(reasons) == {'note.txt', 'text.jpg', 'cut.png'}
    assert 'not a readable image' in reasons['text.jpg'] and 'truncated' in reasons['cut.png']
    assert len(probabilities(results)) == 7


@pytest.mark.parametrize(
    ('inputs', 'message'),
    [
        ('nowhere', 'nowhere: there is no such file, folder or pattern'),
        ([3], 'int is no picture, path or array'),
        ('https://example.org/a.jpg', 'addresses are only opened when asked for'),
    ],
)
def test_inputs_that_are_none_are_one_sentence(weights, inputs, message):
    with pytest.raises(InputError, match=message):
        AttributeInferencer(config(), weights)(inputs)


def test_an_empty_folder_is_one_sentence(weights, tmp_path):
    with pytest.raises(InputError, match='no picture and no video in it'):
        AttributeInferencer(config(), weights)(tmp_path)


def test_weights_that_are_incomplete_or_missing_are_refused(weights, tmp_path):
    content = torch.load(weights, weights_only=True)
    del content['state_dict']['head.classifier.bias']
    torch.save(content, tmp_path / 'part.pth')
    with pytest.raises(InputError, match=r'part.pth: .*head.classifier.bias \(missing\)'):
        AttributeInferencer(config(), tmp_path / 'part.pth')
    with pytest.raises(InputError, match='a checkpoint is needed'):
        AttributeInferencer(config())
    with pytest.raises(InputError, match='no such config'):
        AttributeInferencer('nowhere.py', weights)


def test_stored_rules_give_the_answers_and_small_people_are_unknown(tmp_path):
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, (60, 26))
    rules = fit_answer_rules(generator.random((60, 26)), targets, SCHEMA).to_dict()
    rules['smallest_height'] = 100.0
    weights = stored(config(), tmp_path / 'toy.pth', answer_rules=rules)
    small = cv2.resize(IMAGES[0], (32, 64))
    results = AttributeInferencer(config(), weights, thresholds='prior')([IMAGES[0], small])
    large, unseen = (picture['people'][0]['attributes'] for picture in results['predictions'])
    hat = rules['rules']['prior']['thresholds']['Hat']
    assert large['Hat']['threshold'] == pytest.approx(hat, abs=1e-6)
    assert large['Hat']['value'] in (None, large['Hat']['probability'] >= hat)
    assert all(answer['value'] is None for answer in unseen.values())


def test_drawn_pictures_and_predictions_go_to_a_folder(weights, folder, tmp_path):
    out = tmp_path / 'out'
    results = AttributeInferencer(config(), weights)(str(folder), return_vis=True, out_dir=out)
    assert len(results['visualization']) == 7
    assert len(list((out / 'drawn').iterdir())) == 7 and (out / 'predictions.json').is_file()


def test_things_are_made_ahead_in_their_order_and_no_more_than_asked_for():
    taken = []

    def source():
        for number in range(100):
            taken.append(number)
            yield number

    made = prefetched(lambda number: number * 2, source(), threads=2, ahead=3)
    for place in range(10):
        assert next(made) == 2 * place
        assert len(taken) <= place + 1 + 5
    made.close()
    assert len(taken) <= 15


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        ({'strictness': float('nan')}, 'strictness must be a number, got nan'),
        ({'padding': -3.0}, r'padding must be in \[0, 2\], got -3.0'),
        ({'padding': float('nan')}, 'padding must be in'),
        ({'num_workers': -2}, 'num_workers must be a whole number, at least 1, got -2'),
        ({'device': 'potato'}, "device 'potato' cannot be used here"),
        ({'device': 'cuda:99'}, "device 'cuda:99' cannot be used here"),
        ({'min_score': float('nan')}, 'min_score must be in'),
        ({'min_score': 3.0}, 'min_score must be in'),
    ],
)
def test_an_option_that_means_nothing_is_refused_also_by_the_starter(options, sentence):
    with pytest.raises(InputError, match=sentence):
        AttributeInferencer(**options)


def test_a_model_that_is_no_config_is_one_sentence(tmp_path):
    for name in ('video.mp4', 'broken.py'):
        (tmp_path / name).write_bytes(b'model = (')
        with pytest.raises(InputError, match=f'{name}: no config'):
            AttributeInferencer(tmp_path / name, tmp_path / 'none.pth')


def test_a_leaf_goes_by_its_name(tmp_path):
    leaf = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64'
    with pytest.raises(InputError, match=r'none\.pth: no such checkpoint'):
        AttributeInferencer(leaf, tmp_path / 'none.pth')
    with pytest.raises(InputError, match='resnet: there is no such config or leaf'):
        AttributeInferencer('resnet', tmp_path / 'none.pth')
