from copy import deepcopy

import numpy as np
import pytest
import torch
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from torch.nn.functional import binary_cross_entropy_with_logits

from par_plugins.models.gan import decorrelation_loss
from par_plugins.models.seeded_generator import seeded_generator, synthetic_stream
from par_plugins.structures import AttributeSchema, InputError, LabelStatistics

SCHEMA = AttributeSchema(['Female', 'Hat'])
ADAM = dict(lr=1e-3, betas=(0.5, 0.999))


@pytest.fixture(autouse=True)
def no_seed_left_behind():
    yield
    MessageHub.get_current_instance().update_info('seed', 0)


def build(conditions=2, **options):
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='MRGAN',
            image_size=14,
            num_conditions=conditions,
            num_noise=5,
            channels=3,
            max_channels=6,
            **options,
        )
    )
    for part in (model.generator, model.discriminator):
        for parameter in part.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
    model.generator_ema.module.load_state_dict(model.generator.state_dict())
    if conditions:
        model.label_vectors.set_label_statistics(
            LabelStatistics.from_targets(np.array([[1, 0], [0, 0], [1, 1], [1, 0]]), SCHEMA)
        )
    return model.train()


def optimisers(model):
    return OptimWrapperDict(
        **{
            name: OptimWrapper(torch.optim.Adam(getattr(model, name).parameters(), **ADAM))
            for name in ('generator', 'discriminator')
        }
    )


def batch(number=4, size=(3, 14, 14), targets=((1, 0), (0, -1), (1, 1), (0, 0))):
    generator = torch.Generator().manual_seed(number)
    images = torch.randint(0, 256, (number, *size), generator=generator, dtype=torch.uint8)
    samples = [BaseDataElement(gt_attributes=np.array(row)) for row in targets]
    return {'inputs': images, 'data_samples': samples}


def slow_step(generator, discriminator, optims, real, conditions, step, weight):
    """One step as the paper says it, resolution by resolution."""
    noise = torch.randn(len(real), 5, generator=seeded_generator(torch.device('cpu'), 0, 0, step))
    large = real.double().numpy() / 255 * 2 - 1
    small = large.reshape(len(real), 3, 7, 2, 7, 2).mean(axis=(3, 5))  # area
    pyramid = [torch.from_numpy(images).float() for images in (small, large)]
    made = generator(noise, conditions)

    def cross_entropy(images, label):
        logits = discriminator(images, conditions)
        parts = [binary_cross_entropy_with_logits(x, torch.full_like(x, label)) for x in logits]
        return sum(parts) / 2

    of_discriminator = cross_entropy(pyramid, 1.0) + cross_entropy([x.detach() for x in made], 0.0)
    optims['discriminator'].zero_grad()
    of_discriminator.backward()
    optims['discriminator'].step()
    of_generator = cross_entropy(made, 1.0)
    kernels = generator.projection.weight
    decorrelation = decorrelation_loss(kernels, num_noise=5, reduction='sum')
    optims['generator'].zero_grad()
    (of_generator + weight * decorrelation).backward()
    optims['generator'].step()
    return of_discriminator, of_generator, decorrelation


def test_two_steps_are_those_of_a_slow_reference():
    model = build(decorrelation_weight=0.1, ema_momentum=0.25)
    generator, discriminator = deepcopy(model.generator), deepcopy(model.discriminator)
    optims = {
        'generator': torch.optim.Adam(generator.parameters(), **ADAM),
        'discriminator': torch.optim.Adam(discriminator.parameters(), **ADAM),
    }
    wrappers, averages = optimisers(model), []
    conditions = torch.tensor([[1, 0], [0, 0.25], [1, 1], [0, 0]])  # 1 of 4 has a hat
    for step in range(2):
        data = batch()
        logged = model.train_step(data, wrappers)
        expected = slow_step(
            generator, discriminator, optims, data['inputs'], conditions, step, 0.1
        )
        names = ('loss_discriminator', 'loss_generator', 'decorrelation')
        for name, value in zip(names, expected, strict=True):
            torch.testing.assert_close(logged[name], value.detach(), rtol=1e-5, atol=1e-6)
        averages.append(generator.projection.weight.detach().clone())
    for own, reference in ((model.generator, generator), (model.discriminator, discriminator)):
        for name, value in reference.state_dict().items():
            torch.testing.assert_close(own.state_dict()[name], value, rtol=1e-4, atol=1e-5)
    average = 0.75 * averages[0] + 0.25 * averages[1]  # it starts as the first
    found = model.generator_ema.module.projection.weight
    torch.testing.assert_close(found, average, rtol=1e-4, atol=1e-5)


def test_training_leaves_the_global_generator_alone_and_follows_the_seed():
    results = []
    for seed in (0, 0, 1):
        model = build()
        MessageHub.get_current_instance().update_info('seed', seed)
        state = torch.get_rng_state()
        model.train_step(batch(), optimisers(model))
        assert torch.get_rng_state().equal(state)
        results.append(model.generator.projection.weight.detach().clone())
    assert results[0].equal(results[1]) and not results[0].equal(results[2])


def test_the_average_also_averages_batch_norm_and_survives_a_change_of_type():
    model = build(ema_momentum=0.5).double().float()
    wrappers = optimisers(model)
    model.train_step(batch(), wrappers)
    first = model.generator.first_maps[0].running_mean.clone()
    model.train_step(batch(), wrappers)
    expected = (first + model.generator.first_maps[0].running_mean) / 2
    found = model.generator_ema.module.first_maps[0].running_mean
    torch.testing.assert_close(found, expected)
    assert not model.generator_ema.module.training


def test_a_list_of_images_is_the_same_batch():
    results = []
    for as_list in (False, True):
        model, data = build(), batch()
        data['inputs'] = list(data['inputs']) if as_list else data['inputs']
        results.append(model.train_step(data, optimisers(model))['loss_discriminator'])
    assert results[0].equal(results[1])


def test_an_unconditional_model_needs_no_labels():
    model = build(conditions=0)
    model.train_step({'inputs': batch()['inputs']}, optimisers(model))
    assert model.val_step(batch())[0].pred_image.shape == (3, 14, 14)
    with pytest.raises(InputError, match='is unconditional, but got labels'):
        model.generate(torch.randn(2, 5), torch.zeros(2, 2))


def test_pixels_are_the_tanh_range_stretched_to_bytes():
    model = build(conditions=0)
    noise = torch.randn(3, 5)
    for image, made in zip(model.generator_ema(noise), model.generate(noise), strict=True):
        expected = np.rint((image.numpy().astype(np.float64) + 1) / 2 * 255)
        assert made.dtype == torch.uint8
        assert np.abs(made.numpy() - expected).max() <= 1


def test_validation_draws_the_labels_of_training_images_and_repeats_itself():
    model = build()
    model.label_vectors.set_training_targets(torch.tensor([[1, 0]] * 3 + [[0, 1]]))
    labels = model.draw_labels(4000, torch.Generator().manual_seed(0))
    assert labels[:, 0].float().mean().item() == pytest.approx(0.75, abs=0.03)
    assert (labels.sum(dim=1) == 1).all()  # whole vectors, not attribute by attribute

    def evaluation():
        model.eval()
        samples = [sample for _ in range(2) for sample in model.val_step(batch())]
        model.train()
        return torch.stack([sample.pred_image for sample in samples])

    first = evaluation()
    assert first.equal(evaluation()) and not first[:4].equal(first[4:])


def test_complementary_images_differ_the_more_the_larger_sigma():
    model, labels = build(), torch.tensor([[1, 0]] * 8)

    def images(sigma_p):
        stream = synthetic_stream(torch.device('cpu'), 3)
        made = model.generate_complementary(labels, sigma_p=sigma_p, generator=stream)
        return made.float()

    plain = images(0.0)
    stream = synthetic_stream(torch.device('cpu'), 3)
    noise = torch.randn(8, 5, generator=stream)
    assert plain.equal(model.generate(noise, labels)[-1].float())
    near, far = ((images(sigma) - plain).abs().mean() for sigma in (0.1, 2.0))
    assert 0 < near < far


def test_images_that_could_not_be_read_take_no_part():
    data = batch()
    for row in (1, 2):
        data['data_samples'][row].set_metainfo({'image_error': 'broken'})
    found, labels = build()._batch(data, training=True)
    whole = batch()
    kept = {key: [part[0], part[3]] for key, part in whole.items()}
    expected, expected_labels = build()._batch(kept, training=True)
    assert all(map(torch.equal, found, expected)) and torch.equal(labels, expected_labels)
    for sample in data['data_samples']:
        sample.set_metainfo({'image_error': 'broken'})
    with pytest.raises(InputError, match='none of 4 images can be read'):
        build()._batch(data, training=True)


@pytest.mark.parametrize(
    ('data', 'sentence'),
    [
        (batch(size=(3, 28, 28)), r'shape \(3, 28, 28\) .* built for \(3, 14, 14\)'),
        (batch(size=(1, 14, 14)), r'shape \(1, 14, 14\)'),
        ({'inputs': batch()['inputs']}, 'needs gt_attributes'),
        (batch(targets=((1, 0, 1),) * 4), r'label vectors of shape \(4, 3\)'),
    ],
)
def test_a_batch_of_another_kind_is_refused(data, sentence):
    model = build()
    with pytest.raises(InputError, match=sentence):
        model.train_step(data, optimisers(model))


def test_generating_without_labels_or_training_by_forward_is_refused():
    with pytest.raises(InputError, match='needs labels'):
        build().generate(torch.randn(2, 5))
    with pytest.raises(NotImplementedError, match="mode='loss'"):
        build()(torch.zeros(1, 3, 14, 14), mode='loss')
    with pytest.raises(ValueError, match="decorrelation_reduction must .* got 'max'"):
        build(decorrelation_reduction='max')
