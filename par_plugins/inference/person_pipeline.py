"""The test pipeline of a config, for pictures and people that no dataset knows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.dataset import Compose

from par_plugins.datasets.transforms import CropBox, LoadPersonImage
from par_plugins.inference.load_model import scope_of
from par_plugins.structures import InputError
from par_runtime.crops import crop, padded_box

LOADING = {'LoadImageFromFile', 'LoadPersonImage'}


class PersonPipeline:
    """From a picture, or a box in it, to what the network takes.

    Its first transform, which loads, is :class:`LoadPersonImage` in its place: the same pixels,
    from an array too, and a plain error for what cannot be read.

    Args:
        cfg: A config; the pipeline is that of its test set, whatever wraps it.
        padding: Share of a box's sides that is added to it (half on each side) where the pipeline
            has no ``CropBox``, which has one of its own.

    Raises:
        InputError: If there is no such pipeline, or it does not begin with loading an image.
    """

    def __init__(self, cfg: Config | ConfigDict, padding: float = 0.0) -> None:
        first, *rest = test_pipeline(cfg)
        name = str(first.get('type')).rpartition('.')[2]
        if name not in LOADING:
            raise InputError(f'the test pipeline begins with {name}, not by loading an image')
        options = {key: value for key, value in first.items() if key not in ('type', 'on_error')}
        self._load = LoadPersonImage(**options)
        self._load_color = LoadPersonImage()
        with scope_of(cfg):
            self._rest = Compose(rest)
        self._cuts_itself = any(isinstance(step, CropBox) for step in self._rest.transforms)
        self.padding = padding

    def read(self, source: str | np.ndarray, name: str, *, whole: bool) -> np.ndarray:
        """Read a picture.

        Args:
            source: A path, or pixels.
            name: For messages.
            whole: Whether it goes into the network whole, and so as the pipeline loads it; or
                first to a detector, in colours.

        Raises:
            InputError: If it cannot be read, or the pixels are none.
        """
        load = self._load if whole else self._load_color
        given = {'img': source} if isinstance(source, np.ndarray) else {}
        image: np.ndarray = load({**given, 'img_path': name})['img']
        return image

    def prepare(self, image: np.ndarray, box: np.ndarray | None, name: str) -> dict[str, Any]:
        """Make the network's input of a person.

        Args:
            image: What :meth:`read` gave.
            box: ``(4,)`` within the picture; None takes it whole, as it was read for that.
            name: What the sample has as its path.
        """
        results: dict[str, Any] = {'img_path': name, 'sample_idx': 0}
        if box is None:
            height, width = image.shape[:2]
            results |= {'img': image, 'img_shape': (height, width), 'ori_shape': (height, width)}
            box = np.array([0, 0, width, height])
        else:
            cut = image if self._cuts_itself else crop(image, padded_box(box, self.padding))
            results = self._load({**results, 'img': cut})
        if self._cuts_itself:
            results['gt_box'] = tuple(box.tolist())
        packed: dict[str, Any] = self._rest(results)
        return packed


def test_pipeline(cfg: Config | ConfigDict) -> Sequence[Mapping[str, Any]]:
    """The transforms of the test set, whatever wraps it.

    Raises:
        InputError: If there is none.
    """
    dataset = (cfg.get('test_dataloader') or {}).get('dataset') or {}
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']
    pipeline = dataset.get('pipeline') or cfg.get('test_pipeline')
    if not pipeline:
        raise InputError('the config has no test_dataloader whose pipeline pictures go through')
    return list(pipeline)
