"""What all hooks share that add synthetic images to a batch."""

from types import SimpleNamespace

import numpy as np
import torch
from mmpretrain.structures import DataSample

from par_plugins.engine.hooks.complementary_images_hook import ComplementaryImagesHook
from par_plugins.models.heads import AttributeHead
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['hat', Attribute('age', ('child', 'adult', 'old')), 'bag'])


class PaintedLabels(ComplementaryImagesHook):
    """Images whose rows of pixels are their labels."""

    def images_for(self, labels, real, generator):
        pixels = labels.to(real.dtype)[:, None, :, None]
        return pixels.expand(-1, 3, -1, 2)


def batch_with_synthetic_images(num_images=16):
    """A head whose tracker has seen every value, and a batch that the hook has added to."""
    losses = {'ce': {'type': 'AttributeCrossEntropyLoss'}, 'deact': {'type': 'DeactivationLoss'}}
    head = AttributeHead(6, schema=SCHEMA, losses=losses)
    seen = torch.tensor([[0, 0, 0], [1, 1, 1], [0, 2, 1]])
    head.losses['deact'].observe(torch.zeros(3, SCHEMA.num_logits), seen)
    real = torch.full((num_images, 3, len(SCHEMA), 2), 9, dtype=torch.uint8)
    samples = [DataSample() for _ in real]
    for sample in samples:
        sample.set_field(np.array([0, 1, 0]), 'gt_attributes')
    batch = {'inputs': real, 'data_samples': samples}
    hub = SimpleNamespace(update_scalar=lambda name, value: None)
    runner = SimpleNamespace(model=head, iter=0, message_hub=hub)
    hook = PaintedLabels(interval=1)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0, batch)
    return head, batch


def test_every_synthetic_image_has_the_labels_that_it_was_drawn_for():
    _, batch = batch_with_synthetic_images()
    synthetic = [sample.get('synthetic', False) for sample in batch['data_samples']]
    assert synthetic == [False] * 16 + [True] * 16
    labels = torch.stack([s.gt_attributes for s in batch['data_samples'][16:]])
    # In no other order would the same labels be at the same places.
    assert len(labels.unique(dim=0)) > 6 and not labels.equal(labels.flip(0))
    assert batch['inputs'][16:, 0, :, 0].long().equal(labels)


def test_the_deactivation_loss_gets_each_images_own_labels():
    head, batch = batch_with_synthetic_images()
    pixels = batch['inputs'].float().flatten(1)[:, :6]  # twice each of the three labels
    shown = {}
    loss = head.losses['deact']
    forward = loss.forward
    loss.forward = lambda logits, targets: (
        shown.update(logits=logits, targets=targets) or forward(logits, targets)
    )
    head.loss((pixels,), batch['data_samples'])
    synthetic = pixels[16:]
    assert shown['targets'].equal(synthetic[:, ::2].long())
    torch.testing.assert_close(shown['logits'], head((synthetic,)))
