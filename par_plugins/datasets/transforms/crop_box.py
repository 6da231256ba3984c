"""Cutting out the box that a benchmark gives with an image."""

import math
from typing import Any

from mmcv.transforms import BaseTransform
from mmengine.registry import TRANSFORMS

from par_plugins.structures import InputError, checked_number


@TRANSFORMS.register_module()
class CropBox(BaseTransform):
    """Crop an image to its ``gt_box``, (x1, y1, x2, y2) in its pixels, x2 and y2 excluded.

    Args:
        padding: Share of the box's width and height to add on each side, as far as the image goes.
        tolerance: Pixels by which a box may stand out of the image, since annotations are rounded;
            a box that stands out further belongs to another image or another size of it.

    Raises:
        InputError: If a sample has no box, or its box is empty or stands out of the image.
    """

    def __init__(self, padding: float = 0.0, tolerance: int = 1) -> None:
        self.padding = checked_number('padding', padding, at_least=0)
        self.tolerance = checked_number('tolerance', tolerance, at_least=0)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``img`` and ``img_shape``, remove ``gt_box``."""
        box = results.pop('gt_box', None)
        name = results.get('img_path', 'an image')
        if box is None:
            raise InputError(f'{name} has no gt_box; its dataset gives none')
        if 'image_error' in results:  # grey stands in for the picture: nothing to cut out of it
            return results
        image = results['img']
        height, width = image.shape[:2]
        x1, y1, x2, y2 = box
        outside = max(-x1, -y1, x2 - width, y2 - height)
        left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
        if outside > self.tolerance or left >= right or top >= bottom:
            raise InputError(
                f'{name}: box {tuple(box)} is not inside the image of {width} x {height} pixels'
            )
        across, down = self.padding * (x2 - x1), self.padding * (y2 - y1)
        rows = slice(max(0, math.floor(top - down)), math.ceil(bottom + down))
        columns = slice(max(0, math.floor(left - across)), math.ceil(right + across))
        results['img'] = image[rows, columns].copy()
        results['img_shape'] = results['img'].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(padding={self.padding}, tolerance={self.tolerance})'
