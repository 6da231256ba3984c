"""The fields of a sample that models, metrics and hooks of this project read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.registry import TRANSFORMS
from mmpretrain.datasets import PackInputs

from par_plugins.structures import AttributeSchema


@TRANSFORMS.register_module()
class PackAttributeInputs(PackInputs):
    """mmpretrain's ``PackInputs``, with this project's keys as defaults.

    Labels are also packed as upstream's heads and metrics read them: where all attributes are
    binary as ``gt_score``, -1 for unknown as there; those of a single categorical attribute as
    ``gt_label``. The dataset tells which attributes there are, by :meth:`set_schema`.

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
        self.schema: AttributeSchema | None = None

    def set_schema(self, schema: AttributeSchema) -> None:
        """Take the schema of the dataset."""
        self.schema = schema

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack a sample."""
        packed: dict[str, Any] = super().transform(results)
        sample = packed['data_samples']
        if self.schema is not None and 'gt_attributes' in sample:
            labels = np.asarray(sample.gt_attributes)
            if self.schema.all_binary:
                sample.set_gt_score(labels)
            elif len(self.schema) == 1:
                sample.set_gt_label(labels)
        return packed
