import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample


def build():
    torch.manual_seed(0)
    return MODELS.build(
        dict(
            type='DeactivationClassifier',
            backbone=dict(type='mmpretrain.ResNet', depth=18),
            neck=dict(type='mmpretrain.GlobalAveragePooling'),
            head=dict(
                type='AttributeHead',
                in_channels=512,
                num_attributes=2,
                losses=dict(
                    ce=dict(type='AttributeCrossEntropyLoss'), deact=dict(type='DeactivationLoss')
                ),
            ),
        )
    ).train()


KINDS = [False, True, False, True, True, False]
LABELS = [[1, 0], [0, 0], [0, 1], [1, 1], [1, 0], [0, 1]]  # of both kinds none read backwards


def samples(places=range(6), kinds=KINDS):
    made = []
    for place in places:
        made.append(DataSample(metainfo={'synthetic': True} if kinds[place] else {}))
        made[-1].set_field(np.array(LABELS[place]), 'gt_attributes')
    return made


def upstreams_loss(model, images, places):
    """The losses as mmpretrain's ``ImageClassifier`` computes them, of some of the images."""
    return model.head.loss(model.extract_feat(images[places]), samples(places))


@pytest.fixture(scope='module')
def images():
    return torch.randn(6, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_real_and_synthetic_images_have_forward_passes_of_their_own(images):
    model, alone = build(), build()
    losses = model.loss(images, samples())
    assert set(losses) == {'loss_ce', 'loss_deact'}
    real = upstreams_loss(alone, images, [0, 2, 5])
    assert losses['loss_ce'].equal(real['loss_ce'])
    synthetic = upstreams_loss(alone, images, [1, 3, 4])
    torch.testing.assert_close(losses['loss_deact'], synthetic['loss_deact'])


def test_the_running_statistics_are_those_of_real_images(images):
    model, alone = build(), build()
    model.loss(images, samples())
    upstreams_loss(alone, images, [0, 2, 5])
    for (name, found), expected in zip(
        model.backbone.named_buffers(), alone.backbone.buffers(), strict=True
    ):
        if 'running' in name:
            assert found.equal(expected), name
    assert model.backbone.bn1.momentum == 0.1


def test_a_batch_of_real_images_alone_is_upstreams(images):
    model = build()
    losses = model.loss(images, samples(kinds=[False] * 6))
    expected = build().head.loss(build().extract_feat(images), samples(kinds=[False] * 6))
    assert losses['loss_ce'].equal(expected['loss_ce']) and set(losses) == {'loss_ce'}
