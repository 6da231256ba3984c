"""Complementary images for a classifier, from a trained MR-GAN.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.2 and 3.4.
"""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS, MODELS
from mmengine.runner import Runner
from torch import Tensor, nn

from par_plugins.engine.hooks.safe_checkpoint_hook import load_checkpoint_file
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError


@HOOKS.register_module()
class MRGANGeneratorHook(Hook):
    """Add synthetic images of hard labels to every ``interval``-th training batch.

    Their labels come from the ``hard_labels`` of a loss of the classifier
    (``DeactivationLoss``), the images from the averaged generator with noise on its first feature
    maps, as pixels of 0 to 255 in the data pipeline's order of channels: so that they go through
    the classifier's own preprocessor as the real ones do. Each has a sample with
    ``synthetic=True`` and the labels drawn as ``gt_attributes``; ``AttributeHead`` shows it to
    losses on synthetic images alone. A hook, because it changes nothing but the batch: any
    classifier with such a head can have it. Where batch norm must not mix the two kinds, the
    classifier is a ``DeactivationClassifier``.

    Noise and labels depend on seed, iteration and process alone.

    Args:
        config: The MR-GAN: the path of the config that it was trained with, or its ``model``.
        checkpoint: What that training has left.
        interval: Iterations from one such batch to the next.
        sigma_p: Standard deviation of the noise on the first feature maps.
        num_images: Synthetic images in such a batch; None takes as many as real ones.

    Raises:
        ValueError: If ``interval`` or ``num_images`` is not positive, or ``sigma_p`` is negative.
        InputError: If the checkpoint cannot be read, is of another model or of another schema than
            the training set, no loss has hard labels, or the classifier's images are of another
            size.
    """

    # After SchemaHook and LabelStatisticsHook have told the losses about the data.
    priority = 'LOW'

    def __init__(
        self,
        config: str | Mapping[str, Any],
        checkpoint: str,
        interval: int = 20,
        sigma_p: float = 1.5,
        num_images: int | None = None,
    ) -> None:
        if interval < 1 or (num_images is not None and num_images < 1) or sigma_p < 0:
            raise ValueError(
                f'interval={interval}, num_images={num_images}, sigma_p={sigma_p}: expected '
                'positive numbers, and sigma_p at least 0'
            )
        self.config = config
        self.checkpoint = checkpoint
        self.interval = interval
        self.sigma_p = sigma_p
        self.num_images = num_images
        self.gan: Any = None
        self.hard_labels: Any = None

    def before_train(self, runner: Runner) -> None:
        """Load the generator, and find who knows which labels are hard."""
        self.hard_labels = _hard_labels_of(runner.model)
        dataset = runner.train_loop.dataloader.dataset
        gan = _load(self.config, self.checkpoint, dataset.metainfo['schema'])
        self.gan = gan.to(next(runner.model.parameters()).device)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict[str, Any] | None = None
    ) -> None:
        """Add the images to the batch, if it is time."""
        if data_batch is None or not self.every_n_train_iters(runner, self.interval):
            return
        inputs, samples = data_batch['inputs'], list(data_batch['data_samples'])
        if tuple(inputs[0].shape) != self.gan.image_shape:
            raise InputError(
                f'{self.checkpoint}: it draws images of shape {self.gan.image_shape}, but the '
                f"classifier's are of {tuple(inputs[0].shape)} (channels, height, width)"
            )
        generator = self.gan.synthetic_stream(runner.iter)
        labels = self.hard_labels.draw(self.num_images or len(samples), generator)
        images = self.gan.generate_complementary(labels, sigma_p=self.sigma_p, generator=generator)
        expected = self.hard_labels.expected_positives()
        runner.message_hub.update_scalar('train/expected_positives', expected)
        data_batch['inputs'] = _joined(inputs, images)
        data_batch['data_samples'] = samples + [
            _sample_like(samples[0], row) for row in labels.cpu()
        ]


def _hard_labels_of(model: nn.Module) -> nn.Module:
    for module in model.modules():
        tracker = getattr(module, 'hard_labels', None)
        if isinstance(tracker, nn.Module):
            return tracker
    raise InputError(
        'MRGANGeneratorHook draws labels from the hard_labels of a loss: add a DeactivationLoss to '
        'model.head.losses'
    )


def _load(config: str | Mapping[str, Any], checkpoint: str, schema: AttributeSchema) -> nn.Module:
    """Build the MR-GAN of a checkpoint, in evaluation mode."""
    found = load_checkpoint_file(checkpoint, map_location='cpu')
    meta = found.get('meta', {}).get('dataset_meta') or {}
    if 'schema' not in meta:
        raise InputError(f'{checkpoint}: it does not say which attributes it was trained on')
    trained = meta['schema']
    if not isinstance(trained, AttributeSchema):
        trained = AttributeSchema.from_dict(trained)
    schema.require_equal(trained, source=f'the generator {checkpoint}')
    gan = MODELS.build(dict(Config.fromfile(config).model if isinstance(config, str) else config))
    if gan.label_vectors is None:
        raise InputError(f'{checkpoint}: the MR-GAN of its config is unconditional')
    gan.label_vectors.set_schema(schema)
    try:
        gan.load_state_dict(found['state_dict'])
    except RuntimeError as error:
        raise InputError(
            f'{checkpoint}: not of the model of its config: {str(error).splitlines()[-1].strip()}'
        ) from error
    return gan.eval().requires_grad_(False)


def _joined(inputs: Any, images: Tensor) -> Any:
    """A batch with further images, of its own kind and type."""
    if isinstance(inputs, Tensor):
        return torch.cat([inputs, images.to(inputs.device, inputs.dtype)])
    first = inputs[0]
    return [*inputs, *images.to(first.device, first.dtype)]


def _sample_like(real: Any, labels: Tensor) -> Any:
    """A sample of synthetic kind; identity and camera are unknown where real ones have them."""
    sample = type(real)(metainfo={'synthetic': True})
    sample.gt_attributes = labels
    for key in ('gt_pid', 'gt_camid'):
        if key in real:
            sample.set_field(torch.full_like(torch.as_tensor(real.get(key)), UNKNOWN), key)
    return sample
