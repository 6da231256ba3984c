"""Reading an image, or saying plainly which one cannot be read."""

from typing import Any

import mmcv
import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmengine.registry import TRANSFORMS

from par_plugins.structures import UNKNOWN, InputError, checked_choice

END_MARKERS = {  # signature at the start: (start of the last piece, what must follow it)
    b'\xff\xd8': (b'\xff\xda', b'\xff\xd9'),  # JPEG: the scan, end of image
    b'\x89PNG': (b'IDAT', b'IEND'),
}


@TRANSFORMS.register_module()
class LoadPersonImage(LoadImageFromFile):
    """Load an image; a missing, corrupt or truncated one is an error that names it.

    Upstream decodes a truncated JPEG to a picture with a grey end, silently. Damage in the middle
    of a JPEG that the decoder bridges is not noticed here either. A sample with an array, ``img``,
    in place of ``img_path`` keeps it: so upstream's inferencers run with pipelines of this project.

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
        self.on_error = checked_choice('on_error', on_error, ('raise', 'skip'))

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
        """The image of a path, or the array that inferencers of upstream give in its place."""
        source = results.get('img_path', results.get('img'))
        if isinstance(source, np.ndarray):
            if source.ndim not in (2, 3) or not source.size:
                raise InputError(f'an array of shape {source.shape} is no image (H, W, channels)')
            return source.astype(np.float32) if self.to_float32 else source
        if source is None:
            raise InputError('a sample has neither img_path nor an array img')
        return self._read(str(source))

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
