import math

import numpy as np
import pytest
import torch
from mmpretrain.models import MultiLabelClsHead
from mmpretrain.structures import DataSample

from par_plugins.models.losses import AttributeCrossEntropyLoss, value_weights
from par_plugins.structures import Attribute, AttributeSchema, LabelStatistics

SCHEMA = AttributeSchema(
    ['rare', 'common', 'never', 'unlabelled', Attribute('age', ('a', 'b', 'c'))]
)


def statistics():
    targets = np.zeros((10, 5), dtype=np.int64)
    targets[:1, 0] = 1  # one of ten
    targets[:9, 1] = 1  # nine of ten
    targets[:, 3] = -1
    targets[:5, 4] = 2
    return LabelStatistics.from_targets(targets, SCHEMA)


def test_exp_weights_each_value_by_the_share_of_the_others():
    weights = value_weights(statistics(), weighting='exp')
    expected = [
        [math.exp(0.1), math.exp(0.9)],  # exp(a) on negatives, exp(1 - a) on positives
        [math.exp(0.9), math.exp(0.1)],
        [1.0, math.e],
        [1.0, 1.0],
    ]
    np.testing.assert_allclose(weights[:4, :2], expected)
    np.testing.assert_allclose(weights[4], [math.exp(0.5), math.e, math.exp(0.5)])


def test_attribute_weights_both_values_by_the_positive_ratio_and_a_category_by_its_share():
    weights = value_weights(statistics(), weighting='attribute')
    expected = [[math.exp(-0.1)] * 2, [math.exp(-0.9)] * 2, [1.0, 1.0], [1.0, 1.0]]
    np.testing.assert_allclose(weights[:4, :2], expected)
    np.testing.assert_allclose(weights[4], [math.exp(-0.5), 1.0, math.exp(-0.5)])


@pytest.mark.parametrize(
    ('weighting', 'positive'),
    [
        ('none', [1, 1, 1, 1]),
        ('ratio', [9, 1 / 9, 1, 1]),
        ('log_ratio', [math.log(9), 1, 1, 1]),  # log(1/9) < 0 is raised to 1
        ('global_ratio', [2, 2, 2, 2]),  # 20 negatives, 10 positives, one factor for all
    ],
)
def test_the_other_weightings_weigh_positives_of_binary_attributes_only(weighting, positive):
    weights = value_weights(statistics(), weighting=weighting)
    np.testing.assert_allclose(weights[:4, 1], positive)
    assert (weights[:, 0] == 1).all() and (weights[4] == 1).all()


def test_weighting_without_statistics_says_which_hook_is_missing():
    with pytest.raises(ValueError, match='LabelStatisticsHook'):
        AttributeCrossEntropyLoss(weighting='exp')(torch.zeros(1, 2), torch.zeros(1, 2))


def test_each_reduction_is_what_its_name_says():
    logits = torch.zeros(3, 2)  # every known label costs log 2
    targets = torch.tensor([[1, 0], [1, -1], [-1, -1]])
    values = {
        reduction: AttributeCrossEntropyLoss(reduction=reduction)(logits, targets) / math.log(2)
        for reduction in ('none', 'sum', 'mean', 'image_mean', 'attribute_mean')
    }
    torch.testing.assert_close(values['none'], torch.tensor([[1.0, 1], [1, 0], [0, 0]]))
    assert values['sum'] == pytest.approx(3)
    assert values['mean'] == pytest.approx(1)
    assert values['image_mean'] == pytest.approx(1.5)  # three labels over two images
    assert values['attribute_mean'] == pytest.approx(1)
    targets[:, 1] = -1
    loss = AttributeCrossEntropyLoss(reduction='attribute_mean')
    assert loss(logits, targets) / math.log(2) == pytest.approx(0.5)  # it stays in the mean


def test_a_head_of_mmpretrain_gives_the_same_number():
    logits, targets = torch.randn(4, 6), torch.randint(0, 2, (4, 6))
    head = MultiLabelClsHead(loss=dict(type='mmengine.AttributeCrossEntropyLoss'))
    samples = [DataSample().set_gt_score(row.float()) for row in targets]
    through = head.loss((logits,), samples)['loss']
    torch.testing.assert_close(through, AttributeCrossEntropyLoss()(logits, targets))


def test_soft_targets_are_refused_not_rounded():
    with pytest.raises(RuntimeError, match='targets must be whole numbers'):
        AttributeCrossEntropyLoss()(torch.zeros(1, 2), torch.tensor([[0.7, 0.0]]))


@pytest.mark.parametrize('reduction', ['none', 'sum', 'attribute_mean'])
def test_a_count_of_images_is_refused_where_it_has_no_meaning(reduction):
    with pytest.raises(ValueError, match='avg_factor has no meaning'):
        AttributeCrossEntropyLoss(reduction=reduction)(
            torch.zeros(1, 2), torch.zeros(1, 2), avg_factor=1
        )


@pytest.mark.parametrize('shape', [(3,), (3, 2)])
def test_weights_of_images_and_of_labels_multiply_each_label(shape):
    logits, targets, weight = torch.randn(3, 2), torch.randint(0, 2, (3, 2)), torch.rand(shape)
    loss = AttributeCrossEntropyLoss(reduction='none')
    expected = loss(logits, targets) * weight.reshape(3, -1)
    torch.testing.assert_close(loss(logits, targets, weight=weight), expected)


def test_inputs_are_left_alone():
    logits, targets = torch.randn(3, 2), torch.tensor([[1, -1], [0, 1], [-1, -1]])
    copies = logits.clone(), targets.clone()
    AttributeCrossEntropyLoss()(logits, targets)
    assert torch.equal(logits, copies[0]) and torch.equal(targets, copies[1])


def test_wrong_arguments_and_shapes_are_named():
    with pytest.raises(ValueError, match="weighting must be one of .* got 'sqrt'"):
        AttributeCrossEntropyLoss(weighting='sqrt')
    with pytest.raises(ValueError, match="reduction must be one of .* got 'batch'"):
        AttributeCrossEntropyLoss(reduction='batch')
    with pytest.raises(ValueError, match=r'targets of shape \(2, 3\)'):
        AttributeCrossEntropyLoss()(torch.zeros(2, 4), torch.zeros(2, 3))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_under_autocast_the_loss_is_that_of_float32(dtype):
    logits, targets = torch.randn(5, 3), torch.randint(0, 2, (5, 3))
    with torch.autocast('cpu', dtype=dtype):
        value = AttributeCrossEntropyLoss()(logits.to(dtype), targets)
    assert value.dtype == torch.float32
    torch.testing.assert_close(
        value, AttributeCrossEntropyLoss()(logits.to(dtype).float(), targets)
    )
