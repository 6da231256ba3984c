"""Where a network looks for an attribute."""

import copy
import threading
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from par_plugins.inference.attribute_inferencer import AttributeInferencer
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.structures import InputError
from par_runtime.crops import crop

STRENGTH = 0.5
"""Share of the heat in a drawn map."""


class HeatMaps:
    """Grad-CAM of the last spatial feature maps, for one attribute of a person.

    The network is copied, since gradients pass through it; calls wait for each other.

    Args:
        inferencer: Whose network it is.

    Raises:
        InputError: If the network is an exported one, or its backbone gives no spatial feature
            maps.
    """

    def __init__(self, inferencer: AttributeInferencer) -> None:
        if not self.possible(inferencer):
            raise InputError('heat maps need gradients, and an exported network has none')
        self.inferencer, self._one_at_a_time = inferencer, threading.Lock()
        self._model = copy.deepcopy(inferencer.model).requires_grad_(False)
        grey = np.full((64, 32, 3), 128, np.uint8)
        inputs = self._inputs_of(grey, np.array([0.0, 0, 32, 64]))
        self._layer = _last_spatial_layer(self._model, inputs)

    @staticmethod
    def possible(inferencer: AttributeInferencer) -> bool:
        """Tell whether gradients pass through the network, which an exported one has none of."""
        return isinstance(inferencer.model, nn.Module)

    def __call__(
        self, image: np.ndarray, box: Sequence[float], name: str, value: str | None = None
    ) -> np.ndarray:
        """Say where in a box the network looks for an attribute.

        Args:
            image: ``(H, W, 3)`` uint8, blue first.
            box: Left, top, right, bottom within it.
            name: The attribute.
            value: Of a categorical attribute.

        Returns:
            ``(h, w)`` in [0, 1], of the size of :func:`par_runtime.crops.crop`.

        Raises:
            InputError: If there is no such attribute or value, or no such box.
        """
        schema = self.inferencer.schema
        attribute = schema.attributes[schema.index(name)]
        column = schema.logit_slices[schema.index(name)].start
        if attribute.values is not None:
            if value not in attribute.values:
                raise InputError(f'{name} has the values {", ".join(attribute.values)}')
            column += attribute.values.index(value)
        require_inside(box, image)
        with self._one_at_a_time:
            heat = self._heat(self._inputs_of(image, np.array(box)), column)
        size = crop(image, np.array(box)).shape[1::-1]
        return np.clip(cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR), 0, 1)

    def _heat(self, inputs: Tensor, column: int) -> np.ndarray:
        """``L = relu(sum_k mean(d y / d A_k) A_k)`` (Grad-CAM, equations 1 and 2), in [0, 1].

        Ours, since the package grad-cam brings opencv-python-headless, which overwrites OpenCV.
        """
        maps: list[Tensor] = []
        handle = self._layer.register_forward_hook(lambda layer, args, out: maps.append(out))
        try:
            with torch.enable_grad():
                logits = self._model(inputs.requires_grad_(True))
                (gradients,) = torch.autograd.grad(logits[0, column], maps)
        finally:
            handle.remove()
        weights = gradients.mean(dim=(2, 3), keepdim=True)
        heat = (weights * maps[0].detach()).sum(dim=1)[0].clamp(min=0).numpy(force=True)
        heat = heat - heat.min()
        heat /= heat.max() or 1.0
        size = (inputs.shape[-1], inputs.shape[-2])
        resized: np.ndarray = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
        return resized

    def _inputs_of(self, image: np.ndarray, box: np.ndarray) -> Tensor:
        people = PersonBoxes(box[None], np.ones(1))
        prepared, _ = self.inferencer.prepare_people(image, people, 'a person')
        collated = self.inferencer.collate_fn(prepared)
        inputs: Tensor = self._model.data_preprocessor(collated, False)['inputs']
        return inputs


def require_inside(box: Sequence[float], image: np.ndarray) -> None:
    """Refuse a box that has nothing in it, or is not whole in a picture.

    Args:
        box: Left, top, right, bottom.
        image: ``(H, W, C)``.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = box
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise InputError(f'box {list(box)} is not in a picture of {width} x {height} pixels')


def draw_heat(person: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Lay a heat map over the crop that it is of.

    Args:
        person: ``(h, w, 3)`` uint8, blue first.
        heat: ``(h, w)`` in [0, 1].

    Returns:
        ``(h, w, 3)`` uint8, blue first.
    """
    colors = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    drawn: np.ndarray = cv2.addWeighted(person, 1 - STRENGTH, colors, STRENGTH, 0)
    return drawn


def _last_spatial_layer(model: Any, inputs: Tensor) -> nn.Module:
    """Return the last module of the backbone that gives feature maps ``(N, C, h, w)``."""
    seen: list[nn.Module] = []

    def note(module: nn.Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and output[0, 0].numel() > 1:
            seen.append(module)

    handles = [module.register_forward_hook(note) for module in model.backbone.modules()]
    with torch.no_grad():
        model(inputs)
    for handle in handles:
        handle.remove()
    if not seen:
        raise InputError('this network has no spatial feature maps to make heat maps of')
    return seen[-1]
