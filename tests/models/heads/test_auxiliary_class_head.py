import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch.nn.functional import cross_entropy

from par_plugins.models.heads import AttributeHead, AuxiliaryClassHead, auxiliary_class_losses
from par_plugins.structures import Attribute, AttributeSchema

DIGITS = AttributeSchema([Attribute('digit', ('0', '1', '2'))])
MIXED = AttributeSchema(['hat', Attribute('age', ('child', 'adult', 'old'))])


def samples(labels, synthetic):
    made = []
    for row, is_synthetic in zip(labels, synthetic, strict=True):
        sample = DataSample(metainfo={'synthetic': True} if is_synthetic else {})
        sample.set_field(np.array(row), 'gt_attributes')
        made.append(sample)
    return made


def head_of(schema=DIGITS, **options):
    head = AuxiliaryClassHead(4, schema=schema, **options)
    with torch.no_grad():
        head.fake_weight.normal_(generator=torch.Generator().manual_seed(1))
        head.fake_bias.fill_(0.5)
    return head


def test_the_losses_are_the_cross_entropies_of_a_softmax_with_one_more_output():
    head, features = head_of(synthetic_weight=0.3), torch.randn(5, 4)
    labels, synthetic = [[0], [2], [1], [0], [1]], [False, True, False, True, True]
    losses = head.loss((features,), samples(labels, synthetic))
    fake = features @ head.fake_weight.T + head.fake_bias
    logits = torch.cat([head((features,)), fake], dim=1)
    real = cross_entropy(logits[[0, 2]], torch.tensor([0, 1]))
    torch.testing.assert_close(losses['loss_ce'] + losses['loss_real'], real)
    expected = cross_entropy(logits[[1, 3, 4]], torch.tensor([3, 3, 3]))
    torch.testing.assert_close(losses['loss_synthetic'], 0.3 * expected)


def test_a_binary_attribute_gets_a_third_value_and_unknown_labels_take_part_in_nothing():
    value_logits = torch.tensor([[[0.0, 1.0, -torch.inf], [1.0, 2.0, 3.0]]])
    fake = torch.tensor([[0.5, -1.0]])
    real, synthetic = auxiliary_class_losses(value_logits, fake)
    totals = [np.exp([0, 1, 0.5]).sum(), np.exp([1, 2, 3, -1]).sum()]
    shares = [np.exp(0.5) / totals[0], np.exp(-1) / totals[1]]
    np.testing.assert_allclose(synthetic[0], -np.log(shares), rtol=1e-5)
    np.testing.assert_allclose(real[0], -np.log1p(np.negative(shares)), rtol=1e-5)
    head, features = head_of(MIXED), torch.randn(2, 4)
    both = head.loss((features,), samples([[1, -1], [-1, -1]], [False, False]))
    alone = head.loss((features[:1],), samples([[1, -1]], [False]))
    torch.testing.assert_close(both['loss_real'], alone['loss_real'])


def test_prediction_leaves_the_added_outputs_out():
    head, features = head_of(MIXED).eval(), torch.randn(3, 4)
    found = torch.stack([sample.pred_probabilities for sample in head.predict((features,))])
    torch.testing.assert_close(found, head.layout.probabilities(head((features,))))
    assert found.shape == (3, 4)


def test_everything_else_starts_as_without_it():
    torch.manual_seed(3)
    plain = AttributeHead(4, schema=DIGITS)
    after = torch.rand(1)
    torch.manual_seed(3)
    head = AuxiliaryClassHead(4, schema=DIGITS)
    assert torch.rand(1).equal(after)
    assert head.classifier.weight.equal(plain.classifier.weight)
    assert not head.fake_weight.any() and not head.fake_bias.any()


def test_with_embeddings_the_output_of_an_attribute_sees_its_own():
    head = head_of(MIXED, embedding_channels=6)
    features = torch.randn(2, 4)
    losses = head.loss((features,), samples([[1, 0], [0, 2]], [True, True]))
    embedded = head.pre_logits((features,))
    fake = (embedded * head.fake_weight).sum(dim=2) + head.fake_bias
    _, expected = auxiliary_class_losses(head.layout.value_logits(head.classify(embedded)), fake)
    torch.testing.assert_close(losses['loss_synthetic'], expected.sum(dim=1).mean())


@pytest.mark.parametrize('synthetic', [True, False])
def test_a_batch_of_one_kind_has_the_loss_of_that_kind(synthetic):
    losses = head_of().loss((torch.randn(1, 4),), samples([[1]], [synthetic]))
    expected = {'loss_synthetic'} if synthetic else {'loss_ce', 'loss_real'}
    assert set(losses) == expected


@pytest.mark.parametrize(
    'options', [{'schema': None, 'num_logits': 4}, {'dropout': 0.5}, {'norm_logits': True}]
)
def test_what_the_added_outputs_would_not_have_is_refused(options):
    with pytest.raises(ValueError, match='AuxiliaryClassHead has no'):
        head_of(**{'schema': DIGITS, **options})
