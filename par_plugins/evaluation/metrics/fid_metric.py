"""Fréchet inception distance of generated images, with a given feature extractor."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import METRICS, MODELS
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from par_plugins.evaluation.functional import FeatureMoments, frechet_distance
from par_plugins.evaluation.metrics.counted_once_metric import CountedOnceMetric
from par_plugins.structures import InputError

LONGEST_REASON = 300


@dataclass(frozen=True)
class _Summary:
    """Moments of the features of both kinds of images."""

    generated: FeatureMoments
    real: FeatureMoments

    def __add__(self, other: '_Summary') -> '_Summary':
        return _Summary(self.generated + other.generated, self.real + other.real)


@METRICS.register_module()
class FIDMetric(CountedOnceMetric):
    """``gan/fid``, the Fréchet distance between features of generated and of real images.

    The real images are the batches of the dataset, 0 to 255; the generated ones come as
    ``pred_image`` ``(C, H, W)`` of the data samples, as many and in the same range and order of
    channels. Both go through the extractor's own preprocessor, in their own size. The number is
    comparable with others of the same extractor, images and count alone.

    Args:
        extractor: A model with ``extract_feat``, a classifier for instance: the path of its config,
            or the config of the model itself. A ``head`` is left out; maps are averaged to one
            vector an image.
        checkpoint: Its weights; None takes those that an ``init_cfg`` of its config names.
        **kwargs: See :class:`CountedOnceMetric`.
    """

    default_prefix = 'gan'

    def __init__(
        self, extractor: str | Mapping[str, Any], checkpoint: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.extractor = extractor
        self.checkpoint = checkpoint
        self._model: BaseModel | None = None

    @property
    def score_names(self) -> tuple[str, ...]:
        """The one score."""
        return ('fid',)

    def check(self) -> None:
        """Build the extractor.

        Raises:
            InputError: If there is no such config or checkpoint, one is not of the other, or no
                weights are named.
        """
        if self._model is None:
            with torch.random.fork_rng(devices=[]):  # the training draws what it would without
                self._model = self._build().eval()

    def process(self, data_batch: Mapping[str, Any], data_samples: Sequence[dict]) -> None:
        """Add a batch of real and generated images, but for real ones that could not be read.

        Args:
            data_batch: With the real images as ``inputs``, ``(N, C, H, W)`` or a list.
            data_samples: One dict an image, with ``pred_image``.

        Raises:
            InputError: If a sample has no image, or the kinds differ in shape.
        """
        if any('pred_image' not in sample for sample in data_samples):
            raise InputError('FIDMetric: a data sample has no pred_image; is the model a GAN?')
        generated = torch.stack([sample['pred_image'] for sample in data_samples])
        inputs = data_batch['inputs']
        real = inputs if isinstance(inputs, Tensor) else torch.stack(list(inputs))
        if real.shape != generated.shape:
            raise InputError(
                f'FIDMetric: generated images of shape {tuple(generated.shape)}, real ones of '
                f'{tuple(real.shape)}'
            )
        samples = data_batch.get('data_samples') or [()] * len(real)
        readable = torch.tensor([['image_error' not in sample] for sample in samples])
        features = self.features(real.to(generated.device))
        self.add(self.features(generated), torch.cat([features, readable], dim=1))

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Compute features of images.

        Args:
            images: ``(N, C, H, W)``, 0 to 255.

        Returns:
            ``(N, F)`` float64 on the CPU.
        """
        self.check()
        assert self._model is not None
        model = self._model.to(images.device)
        inputs = model.data_preprocessor({'inputs': images, 'data_samples': None}, False)['inputs']
        stages = model.extract_feat(inputs)
        features = stages if isinstance(stages, Tensor) else stages[-1]
        return (
            features.flatten(2).mean(dim=2).double().cpu()
            if features.ndim > 2
            else (features.double().cpu())
        )

    def summarise(self, generated: Tensor, real: Tensor) -> _Summary:
        """Compute moments of a batch's features; the last of the real ones says which to count."""
        counted = real[:, -1] > 0
        sources = generated[counted], real[counted, :-1]
        return _Summary(*(FeatureMoments.from_batch(source.numpy()) for source in sources))

    def no_images(self) -> tuple[Tensor, Tensor]:
        """Return no features, of a length that says so: it is joined with nothing."""
        return torch.empty(0, 0), torch.empty(0, 1)

    def score(self, summary: _Summary) -> dict[str, float]:
        """Compute the distance, NaN for fewer than two images."""
        generated, real = summary.generated, summary.real
        fid = math.nan
        if generated.count > 1:
            fid = frechet_distance(generated.mean, generated.covariance, real.mean, real.covariance)
        if math.isnan(fid):
            self.warn(
                f'fid is undefined: {generated.count} images, or features that are no numbers'
            )
        return {'fid': fid}

    def _build(self) -> BaseModel:
        config = self.extractor
        if isinstance(config, str):
            try:
                whole = Config.fromfile(config)
                shared = {k: whole[k] for k in ('data_preprocessor',) if whole.get(k)}
                config = {**shared, **whole.model}
            except Exception as error:  # a config is code, and its mistakes are of every kind
                raise InputError(f'{config}: no config of an extractor ({error!r})') from error
        try:
            model = MODELS.build({key: value for key, value in config.items() if key != 'head'})
        except Exception as error:  # of the registry, or of whatever it builds
            reason = ' '.join(str(error).split())[:LONGEST_REASON] or type(error).__name__
            raise InputError(f'FIDMetric: extractor: no model can be built: {reason}') from error
        if self.checkpoint is None:
            if not any(_pretrained(module) for module in model.modules()):
                raise InputError(
                    f'FIDMetric: no weights for {self.extractor}: with random ones FID means '
                    'nothing; give checkpoint'
                )
            model.init_weights()
            return model
        checkpoint = CheckpointLoader.load_checkpoint(self.checkpoint, map_location='cpu')
        _load(model, checkpoint, source=self.checkpoint)
        return model


def _load(model: nn.Module, checkpoint: Any, *, source: str) -> None:
    """Load weights of which the model needs every one; others, of a head say, are let go.

    Raises:
        InputError: If one is missing, not finite, or of another shape or type.
    """
    weights = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, Mapping) else None
    if not isinstance(weights, Mapping):
        given = checkpoint if weights is None else weights
        raise InputError(f'{source}: it has no weights, but {type(given).__name__}')
    expected = model.state_dict()
    missing = [name for name in expected if name not in weights]
    if missing:
        raise InputError(
            f'{source}: it has no weights for {len(missing)} of {len(expected)} tensors of the '
            f'extractor, first {missing[0]}'
        )
    for name, tensor in expected.items():
        problem = _misfit(weights[name], tensor)
        if problem:
            raise InputError(f'{source}: {name} {problem}')
    model.load_state_dict({name: weights[name] for name in expected})


def _misfit(value: Any, expected: Tensor) -> str | None:
    """What is wrong with a weight, or None."""
    if not isinstance(value, Tensor):
        return f'is no tensor, but {type(value).__name__}'
    if value.layout != torch.strided or value.is_quantized or value.is_meta:
        return 'has no numbers of its own (sparse, quantised or without data)'
    if value.shape != expected.shape:
        return f'is of shape {tuple(value.shape)}, not {tuple(expected.shape)}'
    if value.is_floating_point() != expected.is_floating_point() or value.is_complex():
        return f'is of type {value.dtype}, not {expected.dtype}'
    return None if value.isfinite().all() else 'has a NaN or infinite number'


def _pretrained(module: nn.Module) -> bool:
    """Whether its config names weights."""
    init_cfg = getattr(module, 'init_cfg', None)
    configs = init_cfg if isinstance(init_cfg, list) else [init_cfg]
    return any(config and config.get('type') == 'Pretrained' for config in configs)
