"""Components of this project and of mmpretrain work in each other's places."""

import importlib

import cv2
import mmpretrain.models  # noqa: F401
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.fileio import load
from mmengine.registry import METRICS, MODELS
from mmpretrain.apis import ImageClassificationInferencer
from mmpretrain.structures import DataSample
from mmpretrain.visualization import UniversalVisualizer
from sklearn.metrics import average_precision_score

from par_plugins import models
from par_plugins.datasets import PA100K
from par_plugins.datasets.transforms import PackAttributeInputs
from par_plugins.models.losses import EmbeddingLoss
from par_plugins.models.losses.label_loss import LabelLoss
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.contracts.registered import registered

BINARY = AttributeSchema(['Female', 'Hat', 'Bag', 'Boots'])
AGE = AttributeSchema([Attribute('Age', ('child', 'adult', 'old'))])
FEATURES = 6
LOSSES = registered(MODELS, 'par_plugins.models.losses')


def labels_of(schema, num_images=40, unknown=0.2):
    generator = np.random.default_rng(0)
    labels = generator.integers(0, schema.num_values, (num_images, len(schema)))
    labels[generator.random(labels.shape) < unknown] = -1
    return labels


def packed(labels, schema):
    """Data samples as a dataset of this project makes them."""
    pack = PackAttributeInputs()
    image = np.zeros((4, 2, 3), np.uint8)
    shared = {'img': image, 'schema': schema}
    return [
        pack({**shared, 'img_path': f'{row}.jpg', 'gt_attributes': label})['data_samples']
        for row, label in enumerate(labels)
    ]


def predicted(head, schema, **options):
    """Features, and the samples that a head has filled."""
    torch.manual_seed(0)
    labels = labels_of(schema, **options)
    features = torch.randn(len(labels), FEATURES)
    head = MODELS.build({'in_channels': FEATURES, **head}).eval()
    return head, features, labels, head.predict((features,), packed(labels, schema))


def scores(metric, samples, schema):
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = {'schema': schema}
    evaluator.process(samples)
    return evaluator.evaluate(len(samples))


OURS = {'type': 'AttributeHead', 'num_attributes': len(BINARY)}


def test_labels_are_packed_as_upstream_reads_them():
    (binary,) = packed([[1, -1, 0, 1]], BINARY)
    assert binary.gt_score.tolist() == [1, -1, 0, 1] and 'gt_label' not in binary
    (age,) = packed([[2]], AGE)
    assert age.gt_label.tolist() == [2] and 'gt_score' not in age
    mixed = AttributeSchema([*BINARY.attributes, *AGE.attributes])
    (both,) = packed([[1, -1, 0, 1, 2]], mixed)
    assert 'gt_score' not in both and 'gt_label' not in both


def test_a_dataset_tells_its_pipeline_the_schema(toy_root):
    pipeline = [dict(type='LoadPersonImage'), dict(type='PackAttributeInputs')]
    data = PA100K(data_root=str(toy_root), pipeline=pipeline)
    sample = data[3]['data_samples']
    assert sample.gt_score.tolist() == data.targets[3].tolist()


def test_images_that_upstream_mixes_without_our_labels_are_refused():
    config = classifier({'type': 'mmpretrain.ResNet', 'depth': 18}, 512)
    config['train_cfg'] = {'augments': {'type': 'Mixup', 'alpha': 1.0}}
    model = MODELS.build(config)
    images = [torch.full((3, 64, 32), 100 + row, dtype=torch.uint8) for row in range(4)]
    samples = packed(labels_of(BINARY, num_images=4, unknown=0), BINARY)
    torch.manual_seed(0)
    batch = model.data_preprocessor({'inputs': images, 'data_samples': samples}, True)
    with pytest.raises(RuntimeError, match='gt_score is not gt_attributes'):
        model(**batch, mode='loss')


def test_upstreams_precision_and_recall_are_those_of_our_heads_known_labels():
    _, _, labels, samples = predicted(OURS, BINARY)
    found = scores({'type': 'mmpretrain.MultiLabelMetric'}, samples, BINARY)
    said = np.stack([sample.pred_probabilities.detach().numpy() >= 0.5 for sample in samples])
    precisions, recalls = [], []
    for column in range(len(BINARY)):
        known = labels[:, column] >= 0
        yes, true = said[known, column], labels[known, column] == 1
        precisions.append(100 * (yes & true).sum() / max(yes.sum(), 1))
        recalls.append(100 * (yes & true).sum() / true.sum())
    assert found['multi-label/precision'] == pytest.approx(np.mean(precisions), abs=1e-3)
    assert found['multi-label/recall'] == pytest.approx(np.mean(recalls), abs=1e-3)


def test_upstreams_average_precision_is_that_of_our_heads_known_labels():
    _, _, labels, samples = predicted(OURS, BINARY)
    found = scores({'type': 'mmpretrain.AveragePrecision'}, samples, BINARY)
    probabilities = torch.stack([sample.pred_score for sample in samples]).detach().numpy()
    expected = []
    for column in range(len(BINARY)):
        known = labels[:, column] >= 0
        expected.append(
            average_precision_score(labels[known, column], probabilities[known, column])
        )
    assert found['multi-label/mAP'] == pytest.approx(100 * np.mean(expected), abs=1e-3)
    ours = scores({'type': 'AttributeMetric'}, samples, BINARY)
    assert ours['attribute/mAP'] == pytest.approx(found['multi-label/mAP'], abs=1e-3)


def test_dumped_results_hold_the_predictions(tmp_path):
    _, _, _, samples = predicted(OURS, BINARY)
    path = tmp_path / 'results.pkl'
    scores({'type': 'DumpResults', 'out_file_path': str(path)}, samples, BINARY)
    dumped = load(path)
    assert len(dumped) == len(samples)
    for row, sample in zip(dumped, samples, strict=True):
        assert row['pred_score'].equal(sample.pred_score)
        assert row['gt_score'].equal(sample.gt_score)


def test_upstreams_visualiser_draws_what_our_head_says():
    _, _, _, samples = predicted(OURS, BINARY)
    sample = max(samples, key=lambda sample: len(sample.pred_label))
    assert sample.pred_label.tolist() == (sample.pred_score >= 0.5).nonzero()[:, 0].tolist()
    image = np.full((120, 200, 3), 128, np.uint8)
    drawn = UniversalVisualizer().visualize_cls(image, sample, classes=BINARY.names)
    blank = UniversalVisualizer().visualize_cls(image, DataSample(), classes=BINARY.names)
    assert drawn.shape == blank.shape and (drawn != blank).any()


def classifier(backbone, channels, neck=True, head=OURS):
    return {
        'type': 'mmpretrain.ImageClassifier',
        'data_preprocessor': {'mean': [127.5] * 3, 'std': [50.0] * 3, 'to_rgb': True},
        'backbone': {'init_cfg': None, **backbone},
        'neck': {'type': 'mmpretrain.GlobalAveragePooling'} if neck else None,
        'head': {**head, 'in_channels': channels},
    }


def test_upstreams_inferencer_runs_our_pipeline_and_head_on_paths_and_arrays(tmp_path):
    backbone = {'type': 'mmpretrain.ResNet', 'depth': 18}
    model = MODELS.build(classifier(backbone, 512)).eval()
    pipeline = [
        dict(type='LoadPersonImage'),
        dict(type='Resize', scale=(32, 64)),
        dict(type='PackAttributeInputs'),
    ]
    model._config = Config({'test_dataloader': {'dataset': {'pipeline': pipeline}}})
    image = np.random.default_rng(0).integers(0, 255, (70, 40, 3), dtype=np.uint8)
    path = str(tmp_path / 'a.png')
    cv2.imwrite(path, image)
    inferencer = ImageClassificationInferencer(model, classes=BINARY.names)
    from_path, from_array = inferencer([path, image], batch_size=2, show_dir=str(tmp_path / 'out'))
    resized = torch.from_numpy(cv2.resize(image, (32, 64))).permute(2, 0, 1)
    (expected,) = model.test_step({'inputs': [resized], 'data_samples': [DataSample()]})
    for found in (from_path, from_array):
        probabilities = expected.pred_probabilities.numpy(force=True)
        np.testing.assert_allclose(found['pred_scores'], probabilities, rtol=1e-4)
        assert found['pred_class'] == BINARY.names[probabilities.argmax()]
    assert (tmp_path / 'out/a.png').is_file()


ATTRIBUTE_METRICS = [
    'AttributeAccuracyMetric',
    'AttributeMetric',
    'BalancedAccuracyMetric',
    'OperatingPointMetric',
    'PositiveProbabilityMetric',
    'TopKRecallMetric',
]


@pytest.mark.parametrize('metric', ATTRIBUTE_METRICS)
def test_our_metrics_score_upstreams_multi_label_head_as_ours(metric):
    head, features, _, samples = predicted(
        {'type': 'mmpretrain.MultiLabelLinearClsHead', 'num_classes': len(BINARY)}, BINARY
    )
    found = scores({'type': metric}, samples, BINARY)
    ours = MODELS.build({**OURS, 'in_channels': FEATURES}).eval()
    ours.classifier.load_state_dict(head.fc.state_dict())
    own = ours.predict((features,), packed(labels_of(BINARY), BINARY))
    assert found == pytest.approx(scores({'type': metric}, own, BINARY), abs=1e-4)
    without = [DataSample(metainfo={'img_path': 'a.jpg'}) for _ in samples]
    for bare, sample in zip(without, samples, strict=True):  # as upstream's datasets give them
        bare.set_pred_score(sample.pred_score).set_gt_score(sample.gt_score)
    assert scores({'type': metric}, without, BINARY) == found


@pytest.mark.parametrize(
    'metric', ['AttributeAccuracyMetric', 'BalancedAccuracyMetric', 'TopKRecallMetric']
)
def test_our_metrics_score_upstreams_single_label_head_as_ours(metric):
    head, features, _, samples = predicted(
        {'type': 'mmpretrain.LinearClsHead', 'num_classes': 3}, AGE, unknown=0
    )
    found = scores({'type': metric}, samples, AGE)
    ours = MODELS.build({'type': 'AttributeHead', 'in_channels': FEATURES, 'schema': AGE}).eval()
    ours.classifier.load_state_dict(head.fc.state_dict())
    own = ours.predict((features,), packed(labels_of(AGE, unknown=0), AGE))
    assert found == pytest.approx(scores({'type': metric}, own, AGE), abs=1e-4)
    for sample in samples:
        del sample.gt_attributes
    assert scores({'type': metric}, samples, AGE) == found


def test_every_metric_on_attributes_is_tried():
    others = {'FIDMetric', 'ReIDMetric'}
    assert set(registered(METRICS, 'par_plugins.evaluation.metrics')) - others == set(
        ATTRIBUTE_METRICS
    )


OPTIONS = {
    'ClassRectificationLoss': {'alpha': 0.5},
    'ClassRectificationLossTPAMI2019': {'alpha': 0.5},
}
NEEDS_FEATURES = {'ClassRectificationLossICCV2017', 'LMLELoss', 'SemiHardTripletLoss'}
UPSTREAMS = {
    'multi-label': ('mmpretrain.MultiLabelLinearClsHead', len(BINARY), BINARY),
    'single-label': ('mmpretrain.LinearClsHead', 3, AGE),
}


def test_every_loss_is_tried():
    assert len(LOSSES) == 10
    features = {name for name, loss in LOSSES.items() if issubclass(loss, EmbeddingLoss)}
    assert features | {'ClassRectificationLossICCV2017'} == NEEDS_FEATURES


def over_images(loss, logits, targets):
    """What upstream's heads ask for: the sum over the number of images, or a mean of its own."""
    if issubclass(type(loss), LabelLoss):
        return loss(logits, targets, reduction_override='sum') / len(targets)
    return loss(logits, targets)


@pytest.mark.parametrize('kind', UPSTREAMS)
@pytest.mark.parametrize('name', sorted(set(LOSSES) - NEEDS_FEATURES))
def test_our_losses_train_upstreams_heads(name, kind):
    upstream, num_classes, schema = UPSTREAMS[kind]
    config = {'type': name, **OPTIONS.get(name, {})}
    labels = labels_of(schema, unknown=0)
    features = torch.randn(len(labels), FEATURES, generator=torch.Generator().manual_seed(0))
    head = MODELS.build(
        {'type': upstream, 'num_classes': num_classes, 'in_channels': FEATURES, 'loss': config}
    )
    losses = head.loss((features,), packed(labels, schema))
    losses['loss'].backward()
    assert head.fc.weight.grad.any()
    alone = MODELS.build(config)
    alone.set_schema(schema)
    logits, targets = head((features,)), torch.from_numpy(labels)
    torch.testing.assert_close(losses['loss'], over_images(alone, logits, targets))


@pytest.mark.parametrize('name', sorted(LOSSES))
def test_every_loss_takes_what_heads_hand_over(name):
    loss = MODELS.build({'type': name, **OPTIONS.get(name, {})})
    loss.set_schema(BINARY)
    labels = torch.from_numpy(labels_of(BINARY, unknown=0))
    logits = torch.randn(labels.shape, generator=torch.Generator().manual_seed(0))
    if name in NEEDS_FEATURES:
        with pytest.raises(InputError, match='hang it on a head of this project'):
            loss(logits, labels, weight=None, avg_factor=40, reduction_override=None)
        return
    for weight in (torch.ones(len(labels)), torch.ones(labels.shape)):
        handed = loss(logits, labels, weight=weight, avg_factor=len(labels))
        torch.testing.assert_close(handed, over_images(loss, logits, labels))
    try:
        losses = loss(logits, labels, reduction_override='none')
    except InputError as error:
        assert 'reduction_override must be one of None, mean' in str(error)
        torch.testing.assert_close(
            loss(logits, labels, reduction_override='mean'), loss(logits, labels)
        )
    else:
        assert losses.shape == labels.shape


SMALL_SWIN = {'embed_dims': 12, 'depths': [1, 1, 1, 1], 'num_heads': [1, 2, 3, 4]}
BACKBONES = {
    'ConvNeXt': ({'arch': 'atto', 'type': 'mmpretrain.ConvNeXt'}, 320, False),
    'Swin': (
        {'arch': SMALL_SWIN, 'type': 'mmpretrain.SwinTransformer', 'pad_small_map': True},
        96,
        True,
    ),
    'ViT': (
        {'arch': 'deit-tiny', 'type': 'mmpretrain.VisionTransformer', 'img_size': (64, 32)},
        192,
        False,
    ),
    'EfficientNet': ({'arch': 'b0', 'type': 'mmpretrain.EfficientNet'}, 1280, True),
    'timm': ({'type': 'mmpretrain.TIMMBackbone', 'model_name': 'resnet18'}, 512, True),
}


@pytest.mark.parametrize('name', BACKBONES)
def test_upstreams_backbones_carry_our_head(name):
    if name == 'timm':
        pytest.importorskip('timm')
    model = MODELS.build(classifier(*BACKBONES[name]))
    images = [torch.full((3, 64, 32), 100 + row, dtype=torch.uint8) for row in range(2)]
    samples = packed([[1, 0, -1, 1], [0, 1, 1, 0]], BINARY)
    batch = model.data_preprocessor({'inputs': images, 'data_samples': samples}, True)
    losses = model(**batch, mode='loss')
    assert losses['loss_ce'].isfinite()
    losses['loss_ce'].backward()
    assert any(parameter.grad is not None for parameter in model.backbone.parameters())
    filled = model.eval().test_step({'inputs': images, 'data_samples': samples})
    assert [sample.pred_score.shape for sample in filled] == [(len(BINARY),)] * 2


def test_models_are_imported_from_their_room():
    for room in ('backbones', 'classifiers', 'gan', 'heads', 'losses'):
        module = importlib.import_module(f'par_plugins.models.{room}')
        assert module.__all__
        for name in module.__all__:
            assert getattr(models, name) is getattr(module, name) and name in models.__all__
