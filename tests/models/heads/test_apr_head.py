import math

import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample

from par_plugins.models.heads import APRHead, AttributeHead
from par_plugins.models.heads.apr_head import identity_cross_entropy
from par_plugins.structures import Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c'])
TARGETS = [[1, 2, -1], [0, -1, -1], [1, 0, -1]]
PIDS = [70, 9, 70]


def samples(targets=TARGETS, pids=PIDS):
    made = [DataSample() for _ in targets]
    for sample, target, pid in zip(made, targets, pids, strict=True):
        sample.set_field(np.array(target), 'gt_attributes')
        if pid is not None:
            sample.set_field(pid, 'gt_pid')
    return made


def head(identities=(9, 30, 70), **options):
    made = APRHead(
        **{'in_channels': 8, 'num_identities': 3, 'schema': SCHEMA, 'dropout': 0.0, **options}
    )
    made.set_identities(list(identities))
    return made.double()


def features(num_images=3):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(num_images, 8, generator=generator, dtype=torch.float64)


def cross_entropy(logits, label):
    exponents = [math.exp(value) for value in logits]
    return -math.log(exponents[label] / sum(exponents))


def test_the_loss_is_that_of_equation_3():
    made, feats = head(lambda_id=2.5), features()
    found = {name: value.item() for name, value in made.loss((feats,), samples()).items()}
    logits = made((feats,)).tolist()
    binary = [
        cross_entropy([0, row[0]], label) for row, label in zip(logits, (1, 0, 1), strict=True)
    ]
    categorical = [cross_entropy(logits[0][1:4], 2), cross_entropy(logits[2][1:4], 0)]
    attributes = (sum(binary) / 3 + sum(categorical) / 2 + 0) / 3  # nobody knows the third
    rows = (feats @ made.identity_classifier.weight.T + made.identity_classifier.bias).tolist()
    identity = [cross_entropy(row, label) for row, label in zip(rows, (2, 0, 2), strict=True)]
    assert found == pytest.approx(
        {'loss_attributes': attributes, 'loss_identity': 2.5 * sum(identity) / 3}
    )


def test_an_image_of_no_known_identity_takes_no_part_in_the_identity_loss():
    made, feats = head(), features()
    whole = made.loss((feats,), samples(pids=[70, -1, 30]))['loss_identity']
    known = made.loss((feats[[0, 2]],), samples([TARGETS[0], TARGETS[2]], [70, 30]))
    torch.testing.assert_close(whole, known['loss_identity'])
    stranger = made.loss((feats,), samples(pids=[70, 31, 30]))['loss_identity']
    torch.testing.assert_close(stranger, known['loss_identity'])
    nobody = made.loss((feats,), samples(pids=[-1, -1, 99]))['loss_identity']
    nobody.backward()
    assert nobody == 0 and not made.identity_classifier.weight.grad.any()


def test_partly_labelled_images_still_learn_their_identity():
    made = head()
    losses = made.loss((features(),), samples(targets=[[-1, -1, -1]] * 3))
    assert losses['loss_attributes'] == 0 and losses['loss_identity'] > 0


def test_baseline_2_has_no_identity():
    made = head(lambda_id=0, num_identities=None)
    assert made.identity_classifier is None
    losses = made.loss((features(),), samples(pids=[None] * 3))
    assert set(losses) == {'loss_attributes'}
    assert {name for name, _ in made.named_parameters()} == {'classifier.weight', 'classifier.bias'}


def test_baseline_1_has_no_attributes():
    made = head(losses={})
    assert {name.split('.')[0] for name, _ in made.named_parameters()} == {'identity_classifier'}
    assert set(made.loss((features(),), samples())) == {'loss_identity'}
    filled = made.predict((features(),), samples())
    assert set(filled[0].keys()) == {'gt_attributes', 'gt_pid', 'pred_embedding'}
    assert made((features(),)).shape == (3, 0)
    made.set_schema(SCHEMA)


def test_the_embedding_is_the_feature_and_stands_beside_the_probabilities():
    made, feats = head(dropout=0.9).eval(), features()
    filled = made.predict((feats,), samples())
    for sample, feature, row in zip(filled, feats, made((feats,)), strict=True):
        assert torch.equal(sample.pred_embedding, feature)
        torch.testing.assert_close(sample.pred_probabilities[1:4], row[1:4].softmax(0))
    assert len(made.predict((feats,))) == 3


def test_each_classifier_has_a_dropout_mask_of_its_own():
    torch.manual_seed(0)
    made = head(dropout=0.5, num_identities=3)
    ones = torch.ones(4000, 8, dtype=torch.float64)
    with torch.no_grad():
        for layer in (made.classifier, made.identity_classifier):
            layer.weight.fill_(1)
            layer.bias.zero_()
    kept = made((ones,))
    assert torch.equal(kept[:, 1], kept[:, 2]) and torch.equal(kept[:, 1], kept[:, 3])
    across = torch.corrcoef(torch.stack([kept[:, 0], kept[:, 1], kept[:, 4]]))
    assert (across - torch.eye(3)).abs().max() < 0.1  # 6 standard deviations
    assert kept.mean().item() == pytest.approx(8, abs=0.2)
    shared = AttributeHead(8, schema=SCHEMA, dropout=0.5).double()
    with torch.no_grad():
        shared.classifier.weight.fill_(1)
        shared.classifier.bias.zero_()
    same = shared((ones,))
    assert torch.equal(same[:, 0], same[:, 4])


def test_any_loss_on_attributes_can_take_their_part():
    losses = {'focal': {'type': 'AttributeCrossEntropyLoss', 'reduction': 'image_mean'}}
    found = head(losses=losses).loss((features(),), samples())
    assert set(found) == {'loss_focal', 'loss_identity'}


def test_attributes_can_be_left_out():
    made = head(attributes=['c', 'a'])
    assert made((features(),)).shape == (3, 2)
    made.set_schema(SCHEMA.subset(['c', 'a']))


def test_the_identities_must_fit_the_classifier():
    with pytest.raises(
        InputError, match=r'3 identities, but the training set has 4; set model\.he'
    ):
        head(identities=[1, 2, 3, 4])
    with pytest.raises(InputError, match='training set has 0'):
        head(identities=[])
    assert head(identities=[70, 9]).identities.tolist() == [9, 70]


def test_what_is_missing_is_named():
    made = APRHead(8, num_identities=3, schema=SCHEMA)
    with pytest.raises(InputError, match="add dict\\(type='IdentityHook'\\)"):
        made.loss((torch.zeros(3, 8),), samples())
    with pytest.raises(InputError, match='a training sample has no gt_pid'):
        head().loss((features(),), samples(pids=[9, None, 9]))
    with pytest.raises(InputError, match=r'APRHead expects features of shape \(N, 8\)'):
        made((torch.zeros(3, 7),))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'lambda_id': -1}, 'lambda_id must be at least 0, got -1'),
        ({'lambda_id': float('nan')}, 'lambda_id must be at least 0, got nan'),
        ({'num_identities': None}, r'lambda_id=8\.0 needs num_identities of at least 1, got None'),
        ({'num_identities': 0}, 'at least 1, got 0'),
        ({'lambda_id': 0, 'losses': {}}, 'nothing to learn'),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        head(**options)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_logits_give_a_float32_loss(dtype):
    logits = torch.tensor([[40.0, -40.0], [-40.0, 40.0]], dtype=dtype, requires_grad=True)
    loss = identity_cross_entropy(logits, torch.tensor([1, -1]))
    loss.backward()
    assert loss.dtype == torch.float32 and loss.item() == pytest.approx(80)
    assert logits.grad[0].tolist() == [1, -1] and logits.grad[1].tolist() == [0, 0]


def test_it_sits_on_a_backbone_and_mixup_mixes_the_identity_loss_too():
    model = MODELS.build(
        dict(
            type='AttributeMixupClassifier',
            mixup_alpha=0.2,
            backbone=dict(type='mmpretrain.ResNet', depth=18),
            neck=dict(type='mmpretrain.GlobalAveragePooling'),
            head=dict(type='APRHead', in_channels=512, num_identities=3, schema=SCHEMA),
        )
    )
    model.head.set_identities([9, 70])
    losses = model.loss(torch.randn(3, 3, 64, 32), samples())
    assert set(losses) == {'loss_attributes', 'loss_identity'}
