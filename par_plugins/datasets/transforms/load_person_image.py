"""Reading an image, or saying plainly which one cannot be read."""

from typing import Any

import mmcv
import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmengine.registry import TRANSFORMS

from par_plugins.structures import UNKNOWN, InputError

END_MARKERS = {  # signature at the start: (start of the last piece, what must follow it)
    b'\xff\xd8': (b'\xff\xda', b'\xff\xd9'),  # JPEG: the scan, end of image
    b'\x89PNG': (b'IDAT', b'IEND'),
}


@TRANSFORMS.register_module()
class LoadPersonImage(LoadImageFromFile):
    """Load an image; a missing, corrupt or truncated one is an error that names it.

    Where ``img`` is there already, an array as OpenCV reads it, nothing is loaded.

    Upstream decodes a truncated JPEG to a picture with a grey end, silently. Damage in the middle
    of a JPEG that the decoder bridges is not noticed here either.

    Args:
        on_error: ``raise``, or ``skip``: the image becomes a grey one with all its labels
            unknown, identity -1 included, so that it takes part in no loss, count or metric,
            and its sample carries ``image_error``, which ``ImageErrorHook`` counts and reports.
        **kwargs: See :class:`mmcv.transforms.LoadImageFromFile`.

    Raises:
        InputError: If the image cannot be read and ``on_error`` is ``raise``.
    """

    def __init__(self, on_error: str = 'raise', **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if on_error not in ('raise', 'skip'):
            raise ValueError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
        self.on_error = on_error

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``img_shape`` and ``ori_shape``."""
        try:
            if results.get('img') is None:
                image = self._read(results['img_path'])
            else:
                image = self._checked(results['img'], results.get('img_path') or 'an image')
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

    def _checked(self, image: Any, name: str) -> np.ndarray:
        """An array, with as many channels as an image that is read has."""
        grey = self.color_type == 'grayscale'
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or not image.size:
            kind = f'{image.dtype} {image.shape}' if isinstance(image, np.ndarray) else type(image)
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {kind}')
        if image.ndim == 3 and image.shape[2] == 1:
            image = image[:, :, 0]
        if image.ndim == 2:
            image = image if grey else mmcv.gray2bgr(image)
        elif image.ndim == 3 and image.shape[2] == 3:
            image = mmcv.bgr2gray(image) if grey else image
        else:
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {image.shape}')
        return image.astype(np.float32) if self.to_float32 else image

    def _read(self, path: str) -> np.ndarray:
        try:
            content = fileio.get(path, backend_args=self.backend_args)
        except OSError as error:
            raise InputError(f'{path}: cannot be read ({error.strerror})') from error
        for signature, (piece, end) in END_MARKERS.items():
            if content.startswith(signature) and content.rfind(end) <= content.rfind(piece):
                raise InputError(f'{path}: the image is truncated ({len(content)} bytes)')
        try:
            image = mmcv.imfrombytes(content, flag=self.color_type, backend=self.imdecode_backend)
        except Exception:  # each decoding backend raises its own, some return None
            image = None
        if image is None:
            raise InputError(f'{path}: not a readable image ({len(content)} bytes)')
        return image.astype(np.float32) if self.to_float32 else image
