"""Every head's network gives an embedding."""

import numpy as np
import pytest
import torch

from par_plugins.search import PersonEmbedder
from par_plugins.structures import AttributeSchema
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored

PICTURES = [ToyPedestrians(4).image(number) for number in range(3)]
SCHEMA = AttributeSchema(['hat', 'bag'])
HEADS = {
    'ours': dict(type='AttributeHead', in_channels=1280, num_attributes=2),
    "mmpretrain's": dict(type='MultiLabelLinearClsHead', in_channels=1280, num_classes=2),
    'with an embedding': dict(
        type='APRHead', in_channels=1280, num_identities=3, schema=SCHEMA.to_dict(), dropout=0.0
    ),
}
TRANSFORMER = dict(
    type='VisionTransformer', arch='deit-t', img_size=(64, 32), patch_size=16, out_type='raw'
)


def embeddings_of(cfg, path):
    """What an embedder says of the pictures, itself, and its network's inputs."""
    embedder = PersonEmbedder(cfg, stored(cfg, path, SCHEMA))
    samples = [prediction.samples[0] for prediction in embedder.stream(PICTURES)]
    batch = embedder.collate_fn([embedder.pipeline(p, None, 'a picture') for p in PICTURES])
    inputs = embedder.model.data_preprocessor(batch)
    return torch.stack([sample.pred_embedding for sample in samples]), embedder.model, inputs


@pytest.mark.parametrize('name', HEADS)
def test_the_embedding_is_that_of_the_head_or_the_pooled_feature(tmp_path, name):
    found, model, batch = embeddings_of(config(HEADS[name]), tmp_path / 'a.pth')
    with torch.inference_mode():
        expected = features = model.extract_feat(batch['inputs'])[-1]
        if name == 'with an embedding':
            samples = model.head.predict((features,), batch['data_samples'])
            expected = torch.stack([sample.pred_embedding for sample in samples])
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-4)
    assert found.std(dim=0).max() > 0.01  # pictures are told apart


def test_without_a_neck_tokens_are_averaged(tmp_path):
    cfg = config(dict(type='MultiLabelLinearClsHead', in_channels=192, num_classes=2))
    cfg.model.pop('neck')
    cfg.model.backbone = TRANSFORMER
    cfg.model.head = dict(type='MultiLabelLinearClsHead', in_channels=192, num_classes=2)
    cfg.model.backbone.out_type = 'avg_featmap'
    found, model, batch = embeddings_of(cfg, tmp_path / 'a.pth')
    with torch.inference_mode():
        (expected,) = model.extract_feat(batch['inputs'])
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-4)


@pytest.mark.parametrize('shape', [(2, 5), (2, 5, 4, 3)])
def test_pixels_are_averaged(shape):
    from par_plugins.search.person_embedder import pooled_features

    model = torch.nn.Module()
    model.backbone = torch.nn.Identity()
    values = torch.arange(float(np.prod(shape))).reshape(shape)
    with pooled_features(model) as features:
        model.backbone((values * 0, values))  # of several stages the last
    expected = values.reshape(2, 5, -1).mean(dim=2)
    np.testing.assert_allclose(features[0].numpy(), expected.numpy())
    model.backbone(values)
    assert len(features) == 1  # nothing is noted behind the end
