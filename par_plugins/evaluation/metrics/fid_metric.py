"""Fréchet inception distance of generated images, with a given feature extractor."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import METRICS, MODELS
from mmengine.runner import CheckpointLoader
from torch import Tensor

from par_plugins.evaluation.functional import FeatureMoments, frechet_distance
from par_plugins.evaluation.metrics.counted_once_metric import CountedOnceMetric
from par_plugins.structures import InputError


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
        checkpoint: Its weights; None takes what its ``init_cfg`` names.
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

    def process(self, data_batch: Mapping[str, Any], data_samples: Sequence[dict]) -> None:
        """Add a batch of real and generated images.

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
        self.add(self.features(generated), self.features(real.to(generated.device)))

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Features of images.

        Args:
            images: ``(N, C, H, W)``, 0 to 255.

        Returns:
            ``(N, F)`` float64 on the CPU.
        """
        if self._model is None:
            self._model = self._build().eval()
        model = self._model.to(images.device)
        inputs = model.data_preprocessor({'inputs': images, 'data_samples': None}, False)['inputs']
        found = model.extract_feat(inputs)
        features = found if isinstance(found, Tensor) else found[-1]
        return (
            features.flatten(2).mean(dim=2).double().cpu()
            if features.ndim > 2
            else (features.double().cpu())
        )

    def summarise(self, generated: Tensor, real: Tensor) -> _Summary:
        """Moments of a batch's features."""
        return _Summary(*(FeatureMoments.from_batch(x.numpy()) for x in (generated, real)))

    def no_images(self) -> tuple[Tensor, Tensor]:
        """No features, of a length that says so: it is joined with nothing."""
        return torch.empty(0, 0), torch.empty(0, 0)

    def score(self, summary: _Summary) -> dict[str, float]:
        """The distance, NaN for fewer than two images."""
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
            config = Config.fromfile(config).model
        model = MODELS.build({key: part for key, part in config.items() if key != 'head'})
        if self.checkpoint is None:
            model.init_weights()
            return model
        # Where no SafeCheckpointHook is: mmengine would fall back to an unrestricted unpickle.
        os.environ['TORCH_FORCE_WEIGHTS_ONLY_LOAD'] = '1'
        checkpoint = CheckpointLoader.load_checkpoint(self.checkpoint, map_location='cpu')
        weights = checkpoint.get('state_dict', checkpoint)
        try:
            missing = model.load_state_dict(weights, strict=False).missing_keys
        except RuntimeError as error:  # other shapes
            raise InputError(f'{self.checkpoint}: {str(error).splitlines()[-1].strip()}') from error
        if missing:
            raise InputError(f'{self.checkpoint}: it has no weights for {", ".join(missing[:3])}')
        return model
