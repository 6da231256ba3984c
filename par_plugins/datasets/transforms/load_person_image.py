"""Reading an image, or saying plainly which one cannot be read."""

from typing import Any

import mmcv
import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmengine.registry import TRANSFORMS

from par_plugins.datasets.picture_file import (
    LARGEST_LIMIT,
    MAX_PIXELS,
    decode_picture,
    read_picture,
)
from par_plugins.structures import UNKNOWN, InputError, checked_choice, checked_number


@TRANSFORMS.register_module()
class LoadPersonImage(LoadImageFromFile):
    """Load an image; a missing, corrupt or truncated one is an error that names it.

    Upstream decodes a truncated JPEG to a picture with a grey end, silently. Damage in the middle
    of a JPEG that the decoder bridges is not noticed here either. Without ``backend_args`` only
    regular files of this computer are opened: no devices, no pipes, no addresses. Where ``img`` is
    there already, an array as OpenCV reads it, nothing is opened: so inferencers, upstream's too,
    run with pipelines of this project.

    Args:
        on_error: ``raise``, or ``skip``: the image becomes a grey one with all its labels
            unknown, identity -1 included, so that it takes part in no loss, count or metric,
            and its sample carries ``image_error``, which ``ImageErrorHook`` counts and reports.
        max_pixels: Largest number of pixels, height times width, that a picture may declare; it
            is not decoded otherwise.
        min_size: Width and height that are enough. A JPEG of twice or more of both is decoded to a
            half, a quarter or an eighth, in a third of the time. After resizing, pixels differ by 3
            to 4 of 255 in the mean, towards averages of the picture's. Samples with a box in its
            pixels (``gt_box``) are decoded whole.
        **kwargs: See :class:`mmcv.transforms.LoadImageFromFile`.

    Raises:
        InputError: If ``max_pixels`` or ``min_size`` is no such number, or the image cannot be read
            and ``on_error`` is ``raise``.
    """

    def __init__(
        self,
        on_error: str = 'raise',
        max_pixels: int = MAX_PIXELS,
        min_size: tuple[int, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.on_error = checked_choice('on_error', on_error, ('raise', 'skip'))
        if not 0 < max_pixels <= LARGEST_LIMIT:
            raise InputError(f'max_pixels must be in 1..{LARGEST_LIMIT}, got {max_pixels}')
        self.max_pixels = max_pixels
        if min_size is not None:
            width, height = min_size
            checked_number('min_size', min(width, height), at_least=1)
        self.min_size = min_size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``img_shape`` and ``ori_shape``."""
        try:
            image = self._image_of(results)
        except InputError as error:
            if self.on_error == 'raise':
                raise
            shape = (64, 32) if self.color_type == 'grayscale' else (64, 32, 3)
            image = np.full(shape, 128, dtype=np.float32 if self.to_float32 else np.uint8)
            results['image_error'] = str(error)
            if 'gt_attributes' in results:
                results['gt_attributes'] = np.full_like(results['gt_attributes'], UNKNOWN)
            if 'gt_pid' in results:
                results['gt_pid'] = UNKNOWN
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results

    def _image_of(self, results: dict[str, Any]) -> np.ndarray:
        """The image of a path, or the array that inferencers give in its place."""
        path, image = results.get('img_path'), results.get('img')
        if isinstance(path, np.ndarray):  # as upstream's inferencers have it
            path, image = None, path
        if image is not None:
            return self._checked(image, path or 'an image')
        if path is None:
            raise InputError('a sample has neither img_path nor an array img')
        return self._read(str(path), None if 'gt_box' in results else self.min_size)

    def _checked(self, image: Any, name: str) -> np.ndarray:
        """An array, with as many channels as an image that is read has."""
        grey = self.color_type == 'grayscale'
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or not image.size:
            what = f'{image.dtype} {image.shape}' if isinstance(image, np.ndarray) else type(image)
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {what}')
        if image.ndim == 3 and image.shape[2] == 1:
            image = image[:, :, 0]
        if image.ndim == 2:
            image = image if grey else mmcv.gray2bgr(image)
        elif image.ndim == 3 and image.shape[2] == 3:
            image = mmcv.bgr2gray(image) if grey else image
        else:
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {image.shape}')
        return image.astype(np.float32) if self.to_float32 else image

    def _read(self, path: str, min_size: tuple[int, int] | None) -> np.ndarray:
        options: dict[str, Any] = dict(
            max_pixels=self.max_pixels,
            flag=self.color_type,
            backend=self.imdecode_backend,
            min_size=min_size,
        )
        if self.backend_args is None:
            image = read_picture(path, **options)
        else:
            try:
                content = fileio.get(path, backend_args=self.backend_args)
            except OSError as error:
                raise InputError(f'{path}: cannot be read ({error.strerror})') from error
            image = decode_picture(content, path, **options)
        return image.astype(np.float32) if self.to_float32 else image
