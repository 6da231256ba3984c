"""Detectors of torchvision and of mmdet."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from par_plugins.inference.detectors.person_detector import PersonBoxes
from par_plugins.inference.frame import Frame
from par_plugins.structures import InputError


class TorchvisionDetector:
    """Finds people with one of torchvision's detectors.

    Args:
        name: As torchvision lists it, e.g. ``fasterrcnn_mobilenet_v3_large_320_fpn``.
        weights: A local file of weights; None lets torchvision load and check its own COCO weights.
        device: Where it runs.
        min_score: Boxes below are left out.

    Raises:
        InputError: If there is no such detector, or its weights cannot be had.
    """

    def __init__(
        self,
        name: str,
        weights: str | None = None,
        *,
        device: str = 'cpu',
        min_score: float = 0.5,
    ) -> None:
        from torchvision import models

        names = models.list_models(module=models.detection)
        if name not in names:
            raise InputError(f'torchvision has no detector {name!r}, but {", ".join(names)}')
        try:
            if weights is None:
                model = models.get_model(name, weights='DEFAULT')
            else:
                model = models.get_model(name, weights=None, weights_backbone=None)
                content = torch.load(weights, map_location='cpu', weights_only=True)
                model.load_state_dict(content)
        except Exception as error:  # of the net, the file, or the weights in it
            reason = (str(error).strip().splitlines() or [repr(error)])[0]
            raise InputError(
                f'weights of {name} cannot be had ({reason}): give a local file, '
                f'torchvision:{name},FILE'
            ) from error
        self.device, self.min_score = device, min_score
        self.model = model.eval().to(device)
        categories = models.get_model_weights(name).DEFAULT.meta['categories']
        self.person = categories.index('person')

    @torch.inference_mode()
    def detect(self, frame: Frame) -> PersonBoxes:
        """Find the people of a frame."""
        rgb = np.ascontiguousarray(frame.image[:, :, ::-1].transpose(2, 0, 1))
        result = self.model([torch.from_numpy(rgb).to(self.device).float() / 255])[0]
        chosen = (result['labels'] == self.person) & (result['scores'] >= self.min_score)
        return PersonBoxes(
            result['boxes'][chosen].cpu().numpy(), result['scores'][chosen].cpu().numpy()
        )


class MMDetDetector:
    """Finds people with a detector of mmdet, which has a class ``person``.

    Args:
        config: Its config.
        weights: Its checkpoint.
        device: Where it runs.
        min_score: Boxes below are left out.

    Raises:
        InputError: If mmdet is not installed, a file is missing, or there is no such class.
    """

    def __init__(
        self, config: str, weights: str, *, device: str = 'cpu', min_score: float = 0.35
    ) -> None:
        for path in (config, weights):
            if not Path(path).is_file():
                raise InputError(f'{path}: there is no such file')
        try:
            from mmdet.apis import inference_detector, init_detector
        except ImportError as error:
            raise InputError(
                'a detector of mmdet needs mmdet with its compiled operators: make install-det'
            ) from error
        self._predict: Any = inference_detector
        self.model = init_detector(config, weights, device=device)
        classes = tuple(self.model.dataset_meta['classes'])
        if 'person' not in classes:
            raise InputError(f'{config} finds {", ".join(classes[:5])}..., but no person')
        self.person, self.min_score = classes.index('person'), min_score

    def detect(self, frame: Frame) -> PersonBoxes:
        """Find the people of a frame."""
        result = self._predict(self.model, frame.image).pred_instances
        chosen = (result.labels == self.person) & (result.scores >= self.min_score)
        return PersonBoxes(
            result.bboxes[chosen].float().cpu().numpy(), result.scores[chosen].float().cpu().numpy()
        )
