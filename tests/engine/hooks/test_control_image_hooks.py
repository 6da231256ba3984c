"""Complementary images that no generator draws: blobs, and real images bent."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.registry import HOOKS, MODELS
from mmpretrain.structures import DataSample

from par_plugins.engine.smooth_noise import smooth_noise
from par_plugins.structures import AttributeSchema

KINDS = ['RandomBlobsHook', 'DistortedImagesHook']


def run(iteration=0):
    """What of a runner the hooks look at."""
    loss = MODELS.build(dict(type='DeactivationLoss'))
    loss.set_schema(AttributeSchema(['hat', 'bag']))
    loss.observe(torch.zeros(2, 2), torch.tensor([[1, 0], [0, 1]]))
    hub = SimpleNamespace(update_scalar=lambda name, value: None)
    return SimpleNamespace(model=torch.nn.ModuleList([loss]), iter=iteration, message_hub=hub)


def real_images(number=4, size=(3, 32, 16)):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (number, *size), generator=generator, dtype=torch.uint8)


def batch_of(kind, iteration=0, images=None, **options):
    images = real_images() if images is None else images
    samples = [DataSample() for _ in images]
    for sample in samples:
        sample.set_field(np.array([0, 1]), 'gt_attributes')
    batch = {'inputs': images, 'data_samples': samples}
    hook = HOOKS.build(dict(type=kind, interval=1, **options))
    runner = run(iteration)
    hook.before_train(runner)
    hook.before_train_iter(runner, iteration, batch)
    return batch


@pytest.mark.parametrize('kind', KINDS)
def test_it_adds_images_of_the_batchs_kind_with_drawn_labels(kind):
    batch = batch_of(kind, num_images=5)
    assert batch['inputs'].shape == (9, 3, 32, 16) and batch['inputs'].dtype == torch.uint8
    assert batch['inputs'][:4].equal(real_images())
    flags = [sample.get('synthetic', False) for sample in batch['data_samples']]
    assert flags == [False] * 4 + [True] * 5
    labels = torch.stack([sample.gt_attributes for sample in batch['data_samples'][4:]])
    assert labels.shape == (5, 2) and ((labels == 0) | (labels == 1)).all()


@pytest.mark.parametrize('kind', KINDS)
def test_the_images_depend_on_the_step_and_leave_torchs_generator_alone(kind):
    state = torch.random.get_rng_state()
    first = batch_of(kind)['inputs']
    assert torch.random.get_rng_state().equal(state)
    assert first.equal(batch_of(kind)['inputs'])
    assert not first.equal(batch_of(kind, iteration=1)['inputs'])


def test_a_blob_image_has_the_pixel_values_of_a_real_one_in_smooth_order():
    batch = batch_of('RandomBlobsHook', cells=3)
    real = {tuple(image.flatten().sort().values.tolist()) for image in real_images()}
    for image in batch['inputs'][4:]:
        assert tuple(image.flatten().sort().values.tolist()) in real
        assert not any(image.equal(other) for other in real_images())

    def roughness(images):
        return images.float().diff(dim=3).abs().mean()

    assert roughness(batch['inputs'][4:]) < roughness(real_images()) / 3


def test_a_bent_image_is_the_real_one_where_it_is_bent_by_next_to_nothing():
    images = real_images(number=1)
    assert batch_of('DistortedImagesHook', images=images, strength=1e-6)['inputs'][1].equal(
        images[0]
    )
    bent = batch_of('DistortedImagesHook', images=images)['inputs'][1]
    assert not bent.equal(images[0])


def test_a_bent_image_of_one_colour_keeps_it():
    images = torch.full((2, 1, 28, 28), 77, dtype=torch.uint8)
    assert (batch_of('DistortedImagesHook', images=images)['inputs'] == 77).all()


def test_smooth_noise_is_normal_where_it_was_drawn_and_changes_slowly():
    generator = torch.Generator().manual_seed(0)
    noise = smooth_noise((2000, 1, 29, 29), cells=5, generator=generator)
    corners = noise[:, 0, ::28, ::28]  # the corners of the coarse grid
    assert abs(corners.mean()) < 0.05 and abs(corners.std() - 1) < 0.05
    assert noise.diff(dim=3).abs().mean() < 0.25


@pytest.mark.parametrize(
    ('kind', 'options', 'sentence'),
    [
        ('RandomBlobsHook', {'cells': 0}, 'cells must be positive, got 0'),
        ('RandomBlobsHook', {'interval': 0}, 'interval=0.*positive'),
        ('DistortedImagesHook', {'strength': 0.0}, 'strength=0.0, .*positive'),
        ('DistortedImagesHook', {'cells': -1}, 'cells=-1: .*positive'),
        ('DistortedImagesHook', {'num_images': 0}, 'num_images=0: .*positive'),
    ],
)
def test_numbers_that_make_no_images_are_refused(kind, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        HOOKS.build(dict(type=kind, **options))
