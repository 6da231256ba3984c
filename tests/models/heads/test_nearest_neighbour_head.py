import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement
from sklearn.neighbors import KNeighborsClassifier

from par_plugins.models.heads import NearestNeighbourHead
from par_plugins.structures import Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('child', 'adult', 'old'))])


def head_and_data(embedding_channels=None, num_neighbours=5):
    torch.manual_seed(0)
    head = NearestNeighbourHead(
        6, schema=SCHEMA, embedding_channels=embedding_channels, num_neighbours=num_neighbours
    ).eval()
    gallery, queries = torch.randn(40, 6), torch.randn(15, 6)
    targets = torch.stack([torch.randint(-1, k, (40,)) for k in (2, 3)], dim=1)
    return head, gallery, targets, queries


@pytest.mark.parametrize('embedding_channels', [None, 16])
def test_probabilities_are_those_of_scikit_learns_neighbours(embedding_channels):
    head, gallery, targets, queries = head_and_data(embedding_channels)
    with torch.no_grad():
        features, asked = (head.pre_logits((x,)) for x in (gallery, queries))
        head.set_gallery(features, targets)
        samples = head.predict((queries,))
    found = torch.stack([sample.pred_probabilities for sample in samples]).numpy()
    for column, part in ((0, slice(0, 1)), (1, slice(1, 4))):
        own = (x if x.ndim == 2 else x[:, column] for x in (features, asked))
        unit = [(x / x.norm(dim=1, keepdim=True)).numpy() for x in own]
        known = targets[:, column].numpy() >= 0
        classifier = KNeighborsClassifier(5).fit(unit[0][known], targets[known, column].numpy())
        expected = classifier.predict_proba(unit[1])
        expected = expected[:, 1:] if column == 0 else expected
        np.testing.assert_allclose(found[:, part], expected, atol=1e-5)


def test_more_neighbours_than_there_are_is_all_and_none_is_equal_shares():
    head, gallery, targets, queries = head_and_data(num_neighbours=100)
    targets[:, 1] = -1
    targets[:, 0] = (torch.arange(40) < 10).long()
    head.set_gallery(gallery, targets)
    found = torch.stack([sample.pred_probabilities for sample in head.predict((queries,))])
    torch.testing.assert_close(found[:, 0], torch.full((15,), 0.25))
    torch.testing.assert_close(found[:, 1:], torch.full((15, 3), 1 / 3))


def test_its_losses_are_those_of_the_classifier():
    head, gallery, targets, _ = head_and_data()
    head.set_gallery(gallery, targets)
    logits = head.classify(head.pre_logits((gallery,)))
    assert not torch.equal(logits, head((gallery,)))
    head.losses['ce'].forward = lambda given, _, **more: given.sum()
    samples = [BaseDataElement(gt_attributes=row.numpy()) for row in targets]
    assert head.loss((gallery,), samples)['loss_ce'] == logits.sum()


def test_without_a_gallery_the_hook_is_named():
    head, _, _, queries = head_and_data()
    with pytest.raises(InputError, match="type='NearestNeighbourHook'"):
        head.predict((queries,))
    with pytest.raises(ValueError, match='a whole number, at least 1, got 0'):
        NearestNeighbourHead(6, schema=SCHEMA, num_neighbours=0)
