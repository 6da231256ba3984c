"""The fields of a sample that models, metrics and hooks of this project read."""

from collections.abc import Sequence
from typing import Any

from mmengine.registry import TRANSFORMS
from mmpretrain.datasets import PackInputs

MIRRORING = ('horizontal', 'diagonal')
"""Directions of ``RandomFlip`` that exchange left and right."""


@TRANSFORMS.register_module()
class PackAttributeInputs(PackInputs):
    """mmpretrain's ``PackInputs``, with this project's keys as defaults.

    If mmcv's ``RandomFlip`` has mirrored the picture, labels of left and right change places, as
    the sample's ``schema`` says.

    Args:
        algorithm_keys: Labels to keep.
        meta_keys: Meta information to keep.
        **kwargs: See :class:`mmpretrain.datasets.PackInputs`.
    """

    def __init__(
        self,
        algorithm_keys: Sequence[str] = ('gt_attributes', 'gt_pid', 'gt_camid', 'is_query'),
        meta_keys: Sequence[str] = (*PackInputs.DEFAULT_META_KEYS, 'image_error'),
        **kwargs: Any,
    ) -> None:
        super().__init__(algorithm_keys=algorithm_keys, meta_keys=meta_keys, **kwargs)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack a sample."""
        mirrored = results.get('flip') and results.get('flip_direction') in MIRRORING
        if mirrored and 'schema' in results and 'gt_attributes' in results:
            targets = results['schema'].flipped(results['gt_attributes'])
            results = {**results, 'gt_attributes': targets}
        return super().transform(results)
