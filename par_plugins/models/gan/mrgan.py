"""MR-GAN as a model that mmengine's runner trains.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.3 and 4.4. In no text,
so **ours**: the labels of a batch's real images are those of its generated ones; these train first
the discriminator, then the generator; an exponential moving average of the generator is what
validates and generates.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModel, is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from par_plugins.models.gan.averaged_generator import AveragedGenerator
from par_plugins.models.gan.decorrelation import REDUCTIONS, decorrelation_loss
from par_plugins.models.gan.gan_loss import discriminator_loss, generator_loss
from par_plugins.models.gan.gan_sizes import GANSizes
from par_plugins.models.gan.label_vectors import LabelVectors
from par_plugins.models.seeded_generator import (
    TRAIN_STREAM,
    VAL_STREAM,
    run_seed,
    seeded_generator,
)
from par_plugins.structures import AttributeSchema, InputError, checked_choice

HALF_RANGE = 127.5
"""Pixels 0 to 255 are -1 to 1 for generator and discriminator."""


@MODELS.register_module()
class MRGAN(BaseModel):
    """Generator, discriminator, and the average of the generator.

    Images come and go as the data pipeline has them: 0 to 255, channels in its order (BGR), of the
    largest size.

    Several processes need ``model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')``,
    and the optimisers come from ``SeparateOptimWrapperConstructor``.

    Args:
        image_size: Height and width, or the side, of the largest images.
        num_noise: Length N_Z of the noise.
        decorrelation_weight: Weight of the decorrelation of the noise's kernels; the paper takes
            2e-6, with its mean.
        decorrelation_reduction: ``mean`` as printed or ``sum``, see :func:`decorrelation_loss`.
        ema_momentum: Share of the new weights in the average.
        generator: Further or other arguments of the generator.
        discriminator: Further or other arguments of the discriminator.
        data_preprocessor: None moves batches to the device and stacks them.
        init_cfg: See :class:`mmengine.model.BaseModel`.
        **sizes: ``num_conditions``, ``channels``, ``max_channels`` and ``image_channels``, see
            :class:`GANSizes`.

    Raises:
        InputError: If the reduction is unknown.
        InputError: If no first map leads to ``image_size``.
    """

    def __init__(
        self,
        image_size: int | Sequence[int],
        num_noise: int = 128,
        decorrelation_weight: float = 0.0,
        decorrelation_reduction: str = 'sum',
        ema_momentum: float = 0.001,
        generator: Mapping[str, Any] = {'type': 'MRGANGenerator'},
        discriminator: Mapping[str, Any] = {'type': 'MRGANDiscriminator'},
        data_preprocessor: dict | nn.Module | None = None,
        init_cfg: dict | None = None,
        **sizes: int,
    ) -> None:
        super().__init__(data_preprocessor, init_cfg)
        self.decorrelation_reduction = checked_choice(
            'decorrelation_reduction', decorrelation_reduction, REDUCTIONS
        )
        shared = GANSizes(image_size, **sizes)
        count = shared.num_conditions
        self.label_vectors = LabelVectors(count) if count else None
        self.decorrelation_weight = decorrelation_weight
        self.generator = MODELS.build({'sizes': shared, 'num_noise': num_noise, **generator})
        self.discriminator = MODELS.build({'sizes': shared, **discriminator})
        self.generator_ema = AveragedGenerator(self.generator, ema_momentum)
        self._num_val_batches = 0

    def init_weights(self) -> None:
        """Initialise both networks; the average starts as its generator."""
        super().init_weights()
        self.generator_ema.module.load_state_dict(_bare(self.generator).state_dict())

    @property
    def num_noise(self) -> int:
        """Length of the noise."""
        return int(self.generator_ema.module.num_noise)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the largest images."""
        generator = self.generator_ema.module
        return (generator.to_images[-1].out_channels, *generator.resolutions[-1])

    @property
    def schema(self) -> AttributeSchema | None:
        """The attributes that it is conditioned on; None if on none, or they are not set yet."""
        return None if self.label_vectors is None else self.label_vectors.schema

    def state_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return weights under the same names, however many processes train."""
        state: dict[str, Any] = super().state_dict(*args, **kwargs)
        for name in ('generator', 'discriminator'):
            if is_model_wrapper(getattr(self, name)):
                for key in [key for key in state if key.startswith(f'{name}.module.')]:
                    state[key.replace('.module.', '.', 1)] = state.pop(key)
        return state

    def train_step(
        self, data: dict[str, Any], optim_wrapper: OptimWrapperDict
    ) -> dict[str, Tensor]:
        """Take one step of the discriminator, then one of the generator.

        Args:
            data: A batch with ``inputs``, ``(N, C, H, W)`` or a list of images, and, for a
                conditional model, ``data_samples`` with ``gt_attributes``.
            optim_wrapper: One for ``generator``, one for ``discriminator``.

        Returns:
            Scalars to log.
        """
        real, conditions = self._batch(data, training=True)
        step = int(self.generator_ema.steps)
        stream = seeded_generator(real[0].device, TRAIN_STREAM, run_seed(), step)
        noise = self._noise(len(real[0]), stream)
        of_generator, of_discriminator = (
            optim_wrapper[name] for name in ('generator', 'discriminator')
        )
        with of_generator.optim_context(self.generator):
            generated = self.generator(noise, conditions)

        with of_discriminator.optim_context(self.discriminator):
            on_real = self.discriminator(real, conditions)
            on_generated = self.discriminator([x.detach() for x in generated], conditions)
            discriminator_total = discriminator_loss(on_real, on_generated)
        of_discriminator.update_params(discriminator_total)

        discriminator = _bare(self.discriminator).requires_grad_(False)
        with of_generator.optim_context(self.generator):
            adversarial = generator_loss(discriminator(generated, conditions))
            decorrelation = decorrelation_loss(
                _bare(self.generator).projection.weight,
                num_noise=self.num_noise,
                reduction=self.decorrelation_reduction,
            )
            generator_total = adversarial + self.decorrelation_weight * decorrelation
        of_generator.update_params(generator_total)
        discriminator.requires_grad_(True)
        self.generator_ema.update_parameters(_bare(self.generator))
        return {
            'loss_discriminator': discriminator_total.detach(),
            'loss_generator': adversarial.detach(),
            'decorrelation': decorrelation.detach(),
        }

    def val_step(self, data: dict[str, Any]) -> list[BaseDataElement]:
        """Generate as many images as the batch has, with labels of random training images.

        Every evaluation draws the same noise and labels, whatever the run's seed: with the same
        number of processes and size of batch, its scores are a function of the weights.

        Returns:
            Samples with ``pred_image``, ``(C, H, W)`` uint8.
        """
        count, device = len(data['inputs']), next(self.parameters()).device
        stream = seeded_generator(torch.device('cpu'), VAL_STREAM, self._num_val_batches)
        self._num_val_batches += 1
        noise = self._noise(count, stream).to(device)
        images = self.generate(noise, self.draw_labels(count, stream))[-1]
        return [BaseDataElement(pred_image=image) for image in images]

    test_step = val_step

    def train(self, mode: bool = True) -> 'MRGAN':
        """Switch the mode; an evaluation starts its noise anew."""
        self._num_val_batches = 0
        return super().train(mode)

    def forward(
        self, inputs: Tensor, data_samples: Sequence[Any] | None = None, mode: str = 'predict'
    ) -> list[BaseDataElement]:
        """Predict as :meth:`val_step`; training goes through :meth:`train_step`."""
        if mode != 'predict':
            raise NotImplementedError(f"mode={mode!r}: MRGAN has 'predict', and train_step")
        return self.val_step({'inputs': inputs})

    @torch.no_grad()
    def generate(
        self,
        noise: Tensor,
        targets: Tensor | None = None,
        perturbation: Tensor | None = None,
    ) -> list[Tensor]:
        """Generate images by the averaged generator, in evaluation mode.

        Args:
            noise: ``(N, N_Z)`` standard normal.
            targets: ``(N, A)`` int64 labels, -1 for unknown; None for an unconditional model.
            perturbation: See :class:`MRGANGenerator`.

        Returns:
            ``(N, C, height, width)`` uint8 of every resolution, smallest first.

        Raises:
            InputError: If the labels are not those of the model.
        """
        if (targets is None) != (self.label_vectors is None):
            missing = 'needs labels' if targets is None else 'is unconditional, but got labels'
            raise InputError(f'this MR-GAN {missing}')
        conditions = None
        if self.label_vectors is not None and targets is not None:
            conditions = self.label_vectors(targets.to(noise.device))
        images = self.generator_ema(noise, conditions, perturbation)
        return [
            ((image.float() + 1) * HALF_RANGE).round().clamp(0, 255).to(torch.uint8)
            for image in images
        ]

    def generate_complementary(
        self, targets: Tensor, *, sigma_p: float, generator: torch.Generator
    ) -> Tensor:
        """Generate images near what was asked for, but off it (section 3.2).

        Args:
            targets: ``(N, A)`` int64 labels, -1 for unknown.
            sigma_p: Standard deviation of the normal noise on the first feature maps.
            generator: Of the model's device; draws noise and perturbation.

        Returns:
            ``(N, C, H, W)`` uint8, the largest resolution.

        Raises:
            InputError: If the labels are not those of the model.
        """
        noise = self._noise(len(targets), generator)
        shape = (len(targets), *self.generator_ema.module.first_shape)
        moved = sigma_p * torch.randn(shape, generator=generator, device=generator.device)
        return self.generate(noise, targets, moved)[-1]

    def draw_labels(self, count: int, generator: torch.Generator) -> Tensor | None:
        """Draw labels of training images, see :class:`LabelVectors`; None if unconditional."""
        return None if self.label_vectors is None else self.label_vectors.draw(count, generator)

    def _noise(self, count: int, generator: torch.Generator) -> Tensor:
        return torch.randn(count, self.num_noise, generator=generator, device=generator.device)

    def _batch(self, data: dict[str, Any], *, training: bool) -> tuple[list[Tensor], Tensor | None]:
        """Real images of every resolution, and label vectors; without those not readable."""
        data = self.data_preprocessor(data, training)
        inputs, samples = data['inputs'], data.get('data_samples') or []
        images = inputs if isinstance(inputs, Tensor) else torch.stack(inputs)
        if any('image_error' in sample for sample in samples):
            rows = [row for row, sample in enumerate(samples) if 'image_error' not in sample]
            if not rows:
                raise InputError(f'none of {len(images)} images can be read: no batch for a GAN')
            images, samples = images[rows], [samples[row] for row in rows]
        if images.shape[1:] != self.image_shape:
            raise InputError(
                f'images of shape {tuple(images.shape[1:])} (channels, height, width), but the GAN '
                f'was built for {self.image_shape}'
            )
        pyramid = [images.float() / HALF_RANGE - 1]
        while len(pyramid) < len(self.generator_ema.module.resolutions):
            pyramid.insert(0, avg_pool2d(pyramid[0], 2))
        if self.label_vectors is None:
            return pyramid, None
        if len(samples) < len(images) or any('gt_attributes' not in x for x in samples):
            raise InputError('a conditional MR-GAN needs gt_attributes of every training sample')
        labels = [torch.as_tensor(sample.get('gt_attributes')) for sample in samples]
        return pyramid, self.label_vectors(torch.stack(labels).to(images.device))


def _bare(module: Any) -> Any:
    """A module without what shares its gradients among processes."""
    return module.module if is_model_wrapper(module) else module
