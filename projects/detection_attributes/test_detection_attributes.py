"""A loss and a head of par_plugins work inside a detector of mmdet, by type strings alone."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope

pytest.importorskip('mmcv.ops', reason="mmcv's compiled operators are missing: make install-det")
pytest.importorskip('mmdet', reason='mmdet is not installed: make install-det')

from mmdet.registry import DATASETS

from par_plugins.apis import build_runner
from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import AttributeCrossEntropyLoss
from par_plugins.structures import InputError
from projects.detection_attributes.write_toy_scenes import write_toy_scenes

CONFIG = Path(__file__).parent / 'configs/faster_rcnn_resnet18_toy_scenes.py'
NUM_STEPS = 30


@pytest.fixture(scope='module')
def scenes(tmp_path_factory):
    root = tmp_path_factory.mktemp('scenes')
    write_toy_scenes(root, 'train', num_images=8, seed=0)
    write_toy_scenes(root, 'val', num_images=3, seed=1)
    return root


@pytest.fixture(scope='module')
def runner(scenes, tmp_path_factory):
    """A training run of as many steps as epochs."""
    cfg = Config.fromfile(CONFIG)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.update(batch_size=4, num_workers=0)
        loader.dataset.data_root = str(scenes)
    cfg.val_evaluator.ann_file = str(scenes / 'val.json')
    cfg.train_cfg.update(max_epochs=NUM_STEPS // 2, val_interval=NUM_STEPS // 2)
    cfg.default_hooks.checkpoint = None
    cfg.work_dir, cfg.launcher = str(tmp_path_factory.mktemp('run')), 'none'
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # tiny layers: threads cost more than they give
    runner = build_runner(cfg)
    runner.train()
    yield runner
    torch.set_num_threads(threads)


@pytest.fixture
def batch(runner):
    return next(iter(runner.val_dataloader))


def dataset_of(annotations, folder, **options):
    """A dataset of one picture of 10 x 10 pixels."""
    image = {'id': 1, 'file_name': 'a.jpg', 'height': 10, 'width': 10}
    common = {'image_id': 1, 'category_id': 1, 'iscrowd': 0, 'area': 4, 'bbox': [1, 1, 2, 2]}
    annotations = [{'id': i, **common, **own} for i, own in enumerate(annotations, start=1)]
    content = {
        'images': [image],
        'annotations': annotations,
        'categories': [{'id': 1, 'name': 'person'}],
    }
    (folder / 'a.json').write_text(json.dumps(content), encoding='utf-8')
    Config.fromfile(CONFIG)  # imports what it names
    init_default_scope('mmdet')
    return DATASETS.build(
        {
            'type': 'AttributedPersons',
            'schema': {'attributes': ['Hat', {'name': 'Age', 'values': ['young', 'old', 'older']}]},
            'data_root': str(folder),
            'ann_file': 'a.json',
            'data_prefix': {'img': ''},
            **options,
        }
    )


def test_our_head_and_loss_are_inside_the_detector(runner):
    head = runner.model.roi_head.attribute_head
    assert type(head) is AttributeHead
    assert type(head.losses['ce']) is AttributeCrossEntropyLoss
    assert head.layout.schema == runner.train_dataloader.dataset.metainfo['schema']
    assert head.losses['ce'].value_weights is not None, 'the hook has not counted the labels'


@pytest.mark.parametrize('name', ['loss', 'loss_attribute_ce'])
def test_the_loss_falls_over_the_steps(runner, name):
    losses, _ = runner.message_hub.get_scalar(f'train/{name}').data
    assert len(losses) == NUM_STEPS and np.isfinite(losses).all()
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5]), losses


def test_boxes_are_scored(runner):
    assert 0 <= runner.message_hub.get_scalar('val/coco/bbox_mAP').current() <= 1


def test_every_predicted_box_carries_the_probabilities_of_its_attributes(runner, batch):
    samples = runner.model.val_step(batch)
    assert len(samples) == 3 and sum(len(sample.pred_instances) for sample in samples) > 0
    for sample in samples:
        predicted = sample.pred_instances
        assert predicted.attribute_probabilities.shape == (len(predicted.bboxes), 6)
        assert (
            (predicted.attribute_probabilities >= 0) & (predicted.attribute_probabilities <= 1)
        ).all()


def test_the_scale_of_the_boxes_does_not_touch_the_attributes(runner, batch):
    model = runner.model.eval()
    batch = model.data_preprocessor(batch, False)
    for sample in batch['data_samples']:
        sample.set_metainfo({'scale_factor': (0.5, 0.8)})
    with torch.no_grad():
        own, rescaled = (
            [sample.pred_instances for sample in model.predict(*batch.values(), rescale=rescale)]
            for rescale in (False, True)
        )
    for one, other in zip(own, rescaled, strict=True):
        torch.testing.assert_close(
            other.bboxes * other.bboxes.new_tensor([0.5, 0.8, 0.5, 0.8]), one.bboxes
        )
        torch.testing.assert_close(one.attribute_probabilities, other.attribute_probabilities)


def test_a_picture_without_persons_trains_and_predicts(runner, monkeypatch):
    model = runner.model
    batch = pseudo_collate([runner.train_dataloader.dataset[0]])
    for sample in batch['data_samples']:
        sample.gt_instances = sample.gt_instances[:0]
    batch = model.data_preprocessor(batch, True)
    losses = model.train().loss(*batch.values())
    assert losses['loss_attribute_ce'] == 0
    losses['loss_attribute_ce'].backward()
    monkeypatch.setitem(model.eval().roi_head.test_cfg, 'score_thr', 2.0)  # none is so sure
    with torch.no_grad():
        (sample,) = model.predict(*batch.values())
    assert sample.pred_instances.attribute_probabilities.shape == (0, 6)


def test_the_attributes_belong_to_the_box(runner, batch):
    """Any box alone gives the probabilities that it was predicted with."""
    model = runner.model.eval()
    batch = model.data_preprocessor(batch, False)
    head = model.roi_head
    with torch.no_grad():
        samples = model.predict(*batch.values(), rescale=False)
        levels = model.extract_feat(batch['inputs'])
        for number, sample in enumerate(samples):
            for box, probabilities in zip(
                sample.pred_instances.bboxes,
                sample.pred_instances.attribute_probabilities,
                strict=True,
            ):
                roi = torch.cat([box.new_tensor([number]), box])[None]
                pooled = head.attribute_roi_extractor(levels[:4], roi).flatten(1)
                alone = head.attribute_head((pooled,)).sigmoid()[0]
                torch.testing.assert_close(alone, probabilities, atol=1e-5, rtol=1e-4)


def test_attributes_are_read_by_name_and_unknown_where_they_are_not_listed(tmp_path):
    dataset = dataset_of(
        [{'attributes': {'Age': 2, 'Hat': 1, 'Wings': 1}}, {'attributes': {'Hat': 0}}, {}], tmp_path
    )
    assert dataset.targets.tolist() == [[1, 2], [0, -1], [-1, -1]]


def test_a_box_that_is_dropped_takes_its_attributes_along(tmp_path):
    kept = {'attributes': {'Hat': 1, 'Age': 1}}
    dropped = {'attributes': {'Hat': 0, 'Age': 0}, 'bbox': [1, 1, 0, 2]}
    dataset = dataset_of([dropped, kept, dropped], tmp_path)
    assert dataset.targets.tolist() == [[1, 1]]
    assert len(dataset.get_data_info(0)['instances']) == 1


@pytest.mark.parametrize(
    ('attributes', 'message'),
    [
        ({'Hat': 1, 'Age': 3}, r"a\.json.*'Age': label 3"),
        ({'Hat': 1}, r"a\.json: no person has a label of 'Age'"),
    ],
)
def test_labels_that_do_not_fit_the_schema_are_refused(tmp_path, attributes, message):
    with pytest.raises(InputError, match=message):
        dataset_of([{'attributes': attributes}], tmp_path)
