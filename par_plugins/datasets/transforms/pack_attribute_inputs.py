"""The fields of a sample that models, metrics and hooks of this project read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.registry import TRANSFORMS
from mmpretrain.datasets import PackInputs

MIRRORING = ('horizontal', 'diagonal')
"""Directions of ``RandomFlip`` that exchange left and right."""


@TRANSFORMS.register_module()
class PackAttributeInputs(PackInputs):
    """mmpretrain's ``PackInputs``, with this project's keys as defaults.

    If mmcv's ``RandomFlip`` has mirrored the picture, labels of left and right change places, as
    the sample's ``schema`` says. Labels are also packed as upstream's heads and metrics read them:
    where all attributes are binary as ``gt_score``, -1 for unknown as there; those of a single
    categorical attribute as ``gt_label``.

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
        schema, labels = results.get('schema'), results.get('gt_attributes')
        if schema is None or labels is None:
            return super().transform(results)
        if results.get('flip') and results.get('flip_direction') in MIRRORING:
            labels = schema.flipped(labels)
        packed: dict[str, Any] = super().transform({**results, 'gt_attributes': labels})
        if schema.all_binary:
            packed['data_samples'].set_gt_score(np.asarray(labels))
        elif len(schema) == 1:
            packed['data_samples'].set_gt_label(np.asarray(labels))
        return packed
