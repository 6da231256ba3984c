import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn

from par_plugins.models.heads import AttributeHead
from par_plugins.structures import Attribute, AttributeSchema, InputError, SchemaMismatchError

SCHEMA = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c'])


def samples(targets, **fields):
    made = [DataSample() for _ in targets]
    for row, (sample, target) in enumerate(zip(made, targets, strict=True)):
        sample.set_field(np.array(target), 'gt_attributes')
        for name, values in fields.items():
            sample.set_field(values[row], name)
    return made


class Recorder(nn.Module):
    """A loss that keeps what it was called with."""

    masks_unknown = True

    def __init__(self, inputs=(), images='real'):
        super().__init__()
        self.inputs, self.images, self.calls = inputs, images, []

    def forward(self, logits, targets, **more):
        self.calls.append((logits, targets, more))
        return logits.sum() * 0 + len(logits)


@pytest.mark.parametrize('embedding', [None, 4])
def test_logits_are_packed_by_the_schema(embedding):
    head = AttributeHead(8, schema=SCHEMA, embedding_channels=embedding)
    features = torch.randn(5, 8)
    assert head((features,)).shape == (5, 5)
    assert head.pre_logits((features,)).shape == ((5, 8) if embedding is None else (5, 3, 4))


def test_each_attribute_is_classified_from_its_own_embedding():
    head = AttributeHead(8, schema=SCHEMA, embedding_channels=4).double()
    embeddings = torch.randn(2, 3, 4, dtype=torch.float64)
    logits = head.classify(embeddings)
    weight, bias = head.classifier.weight, head.classifier.bias
    owners = [0, 1, 1, 1, 2]
    for image in range(2):
        for column, owner in enumerate(owners):
            expected = embeddings[image, owner] @ weight[column] + bias[column]
            torch.testing.assert_close(logits[image, column], expected)


def test_predictions_are_probabilities_and_nothing_else():
    head = AttributeHead(8, schema=SCHEMA).eval()
    features = torch.randn(3, 8)
    filled = head.predict((features,), samples([[0, 0, 0]] * 3))
    logits = head((features,))
    for sample, row in zip(filled, logits, strict=True):
        expected = torch.cat([row[:1].sigmoid(), row[1:4].softmax(0), row[4:].sigmoid()])
        torch.testing.assert_close(sample.pred_probabilities, expected)
        assert set(sample.keys()) == {'gt_attributes', 'pred_probabilities'}
    assert len(head.predict((features,))) == 3


def test_losses_get_what_they_ask_for_by_config_alone():
    plain, curious = Recorder(), Recorder(inputs=('features', 'pids', 'camids', 'probabilities'))
    head = AttributeHead(8, schema=SCHEMA, losses={'plain': plain, 'curious': curious})
    features = torch.randn(2, 8)
    results = head.loss(
        (features,), samples([[1, 2, -1], [0, -1, 1]], gt_pid=[7, 9], gt_camid=[1, 2])
    )
    assert set(results) == {'loss_plain', 'loss_curious'}
    logits, targets, more = curious.calls[0]
    assert targets.tolist() == [[1, 2, -1], [0, -1, 1]]
    assert more['pids'].tolist() == [7, 9] and more['camids'].tolist() == [1, 2]
    assert torch.equal(more['features'], features)
    torch.testing.assert_close(more['probabilities'], head.layout.probabilities(logits))
    assert plain.calls[0][2] == {}


def test_synthetic_images_go_to_the_losses_that_are_about_them():
    real, synthetic = Recorder(), Recorder(images='synthetic')
    head = AttributeHead(8, schema=SCHEMA, losses={'ce': real, 'deact': synthetic})
    labels = [[1, 2, 0], [0, 0, 1], [1, 1, 1]]
    batch = samples(labels, synthetic=[False, True, False])
    results = head.loss((torch.randn(3, 8),), batch)
    assert real.calls[0][1].tolist() == [labels[0], labels[2]]
    assert synthetic.calls[0][1].tolist() == [labels[1]]
    assert {name: value.item() for name, value in results.items()} == {
        'loss_ce': 2,
        'loss_deact': 1,
    }
    assert set(head.loss((torch.randn(3, 8),), samples(labels))) == {'loss_ce'}


def test_the_datas_schema_is_taken_once_and_another_one_refused():
    head = AttributeHead(8, num_attributes=3)
    with pytest.raises(InputError, match=r'built for 3 binary attributes, but the dataset has 2'):
        head.set_schema(AttributeSchema(['a', 'b']))
    with pytest.raises(InputError, match=r'set model\.head\.schema'):
        head.set_schema(SCHEMA)
    head.set_schema(AttributeSchema(['a', 'b', 'c']))
    with pytest.raises(SchemaMismatchError, match='in another order'):
        head.set_schema(AttributeSchema(['a', 'c', 'b']))
    with pytest.raises(SchemaMismatchError):
        AttributeHead(8, schema=SCHEMA.to_dict()).set_schema(AttributeSchema(['a', 'b', 'c']))


def test_dropout_and_batch_norm_come_by_option():
    features = torch.ones(64, 8)
    head = AttributeHead(8, num_attributes=3, dropout=0.5)
    assert head((features,)).std(dim=0).min() > 0
    assert head.eval()((features,)).std(dim=0).max() < 1e-6
    normed = AttributeHead(8, num_attributes=3, norm_logits=True)((torch.randn(64, 8),))
    torch.testing.assert_close(normed.mean(dim=0), torch.zeros(3), atol=1e-5, rtol=0)


def test_one_image_and_one_attribute_and_half_precision_work():
    head = AttributeHead(8, num_attributes=1)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = head.loss((torch.randn(1, 8),), samples([[1]]))['loss_ce']
    assert loss.dtype == torch.float32 and loss.isfinite()


@pytest.mark.parametrize('options', [{}, {'num_attributes': 3, 'schema': SCHEMA}])
def test_number_and_schema_exclude_each_other(options):
    with pytest.raises(ValueError, match='either num_attributes or schema'):
        AttributeHead(8, **options)
    with pytest.raises(ValueError, match='losses is empty'):
        AttributeHead(8, num_attributes=1, losses={})


@pytest.mark.parametrize(
    'features', [torch.zeros(2, 7), torch.zeros(2, 8, 3, 3), [torch.zeros(2, 8)]]
)
def test_features_of_another_shape_say_where_to_look(features):
    with pytest.raises(InputError, match=r'expects features of shape \(N, 8\).*model\.neck'):
        AttributeHead(8, num_attributes=1)((features,))


def test_samples_without_labels_say_what_the_pipeline_lacks():
    with pytest.raises(InputError, match='PackAttributeInputs'):
        AttributeHead(8, num_attributes=1).loss((torch.randn(1, 8),), [DataSample()])


@pytest.mark.parametrize('arch', ['ResNet', 'DenseNet', 'ResNeXt', 'MobileNetV3'])
def test_the_head_sits_on_backbones_of_mmpretrain(arch):
    options = {
        'ResNet': dict(depth=18),
        'DenseNet': dict(arch='121'),
        'ResNeXt': dict(depth=50),
        'MobileNetV3': dict(arch='small'),
    }[arch]
    channels = {'ResNet': 512, 'DenseNet': 1024, 'ResNeXt': 2048, 'MobileNetV3': 576}[arch]
    model = MODELS.build(
        dict(
            type='mmpretrain.ImageClassifier',
            backbone=dict(type=f'mmpretrain.{arch}', **options),
            neck=dict(type='mmpretrain.GlobalAveragePooling'),
            head=dict(type='AttributeHead', in_channels=channels, num_attributes=2),
        )
    ).eval()
    assert model(torch.randn(1, 3, 64, 32)).shape == (1, 2)


def test_a_branch_of_several_layers_is_each_attributes_own():
    torch.manual_seed(0)
    head = AttributeHead(8, schema=SCHEMA, embedding_channels=[6, 4])
    features = torch.randn(5, 8)
    embedded = head.pre_logits((features,))
    assert embedded.shape == (5, 3, 4) and head((features,)).shape == (5, 5)
    first, second = head.embedding, head.branches[0]
    for j in range(3):
        own = slice(6 * j, 6 * j + 6), slice(4 * j, 4 * j + 4)
        hidden = (features @ first.weight[own[0]].T + first.bias[own[0]]).relu()
        expected = (hidden @ second.weight[own[1], :, 0].T + second.bias[own[1]]).relu()
        torch.testing.assert_close(embedded[:, j], expected)


def test_a_number_of_logits_takes_any_schema_that_has_as_many():
    head = AttributeHead(8, num_logits=5)
    head.set_schema(SCHEMA)
    assert head.layout.schema is SCHEMA and head((torch.randn(2, 8),)).shape == (2, 5)
    with pytest.raises(InputError, match=r'built for 4 logits, but the dataset has'):
        AttributeHead(8, num_logits=4).set_schema(SCHEMA)
    for options in ({'embedding_channels': 3}, {'independent_dropout': True}):
        with pytest.raises(ValueError, match='num_logits=5 says nothing about the attributes'):
            AttributeHead(8, num_logits=5, **options)
