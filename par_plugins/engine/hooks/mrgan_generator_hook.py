"""Complementary images from a trained MR-GAN.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.2 and 3.4.
"""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import HOOKS, MODELS
from mmengine.runner import Runner
from torch import Tensor, nn

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.engine.hooks.complementary_images_hook import ComplementaryImagesHook
from par_plugins.structures import AttributeSchema, InputError


@HOOKS.register_module()
class MRGANGeneratorHook(ComplementaryImagesHook):
    """Complementary images from an averaged generator, with noise on its first feature maps.

    Args:
        config: The MR-GAN: the path of the config that it was trained with, or its ``model``.
        checkpoint: What that training has left.
        interval: Iterations from one batch with such images to the next.
        sigma_p: Standard deviation of the noise on the first feature maps.
        num_images: Synthetic images in such a batch; None takes as many as real ones.

    Raises:
        InputError: If ``interval`` or ``num_images`` is not positive, or ``sigma_p`` is negative.
        InputError: If the checkpoint cannot be read, is of another model or of another schema than
            the training set, no loss has hard labels, or the classifier's images are of another
            size.
    """

    def __init__(
        self,
        config: str | Mapping[str, Any],
        checkpoint: str,
        interval: int = 20,
        sigma_p: float = 1.5,
        num_images: int | None = None,
    ) -> None:
        super().__init__(interval, num_images)
        if sigma_p < 0:
            raise InputError(f'sigma_p must be at least 0, got {sigma_p}')
        self.config = config
        self.checkpoint = checkpoint
        self.sigma_p = sigma_p
        self.gan: Any = None

    def before_train(self, runner: Runner) -> None:
        """Load the generator."""
        super().before_train(runner)
        dataset = runner.train_loop.dataloader.dataset
        gan = _load(self.config, self.checkpoint, dataset.metainfo['schema'])
        self.gan = gan.to(next(runner.model.parameters()).device)

    def images_for(self, labels: Tensor, real: Tensor, generator: torch.Generator) -> Tensor:
        """Return what the generator draws of the labels, off the mark by ``sigma_p``."""
        if tuple(real.shape[1:]) != self.gan.image_shape:
            raise InputError(
                f'{self.checkpoint}: it draws images of shape {self.gan.image_shape}, but the '
                f"classifier's are of {tuple(real.shape[1:])} (channels, height, width)"
            )
        images: Tensor = self.gan.generate_complementary(
            labels, sigma_p=self.sigma_p, generator=generator
        )
        return images


def _load(config: str | Mapping[str, Any], checkpoint: str, schema: AttributeSchema) -> nn.Module:
    """Build the MR-GAN of a checkpoint, in evaluation mode."""
    loaded = load_checkpoint_file(checkpoint, map_location='cpu')
    meta = loaded.get('meta', {}).get('dataset_meta') or {}
    if 'schema' not in meta:
        raise InputError(f'{checkpoint}: it does not say which attributes it was trained on')
    trained = meta['schema']
    if not isinstance(trained, AttributeSchema):
        trained = AttributeSchema.from_dict(trained)
    schema.require_equal(trained, source=f'the generator {checkpoint}')
    try:
        model = Config.fromfile(config).model if isinstance(config, str) else config
    except Exception as error:  # a config is code, and its mistakes are of every kind
        raise InputError(f'{config}: no config of an MR-GAN ({error!r})') from error
    gan = MODELS.build({**model})
    if not hasattr(gan, 'generate_complementary'):
        raise InputError(f'MRGANGeneratorHook: its config is of {type(gan).__name__}, not MRGAN')
    if gan.label_vectors is None:
        raise InputError(f'{checkpoint}: the MR-GAN of its config is unconditional')
    gan.label_vectors.set_schema(schema)
    weights = loaded.get('state_dict', {})
    load_weights(gan, weights, source=checkpoint).require_complete(checkpoint)
    return gan.eval().requires_grad_(False)
