"""Persons in whole pictures, each with a box and attributes: COCO's format and one more field."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from mmdet.datasets import CocoDataset
from mmdet.registry import DATASETS
from mmengine.dataset import force_full_init

from par_plugins.structures import UNKNOWN, AttributeSchema, InputError


@DATASETS.register_module()
class AttributedPersons(CocoDataset):
    """COCO annotations of the category ``person`` with attributes by name.

    .. code-block:: text

        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [x, y, width, height], ...,
         "attributes": {"Female": 1, "Hat": 0}}

    An attribute that a person does not list, or lists as -1, is unknown; names that are not in
    the schema are passed over.

    Args:
        schema: The attributes wanted, an :class:`AttributeSchema` or its plain dict.
        **kwargs: See :class:`mmdet.datasets.CocoDataset`.

    Raises:
        InputError: If a label is outside its attribute's values, or no training annotation says
            anything about an attribute.
    """

    METAINFO: ClassVar[dict[str, Any]] = {'classes': ('person',), 'palette': [(220, 20, 60)]}

    def __init__(self, *, schema: AttributeSchema | Mapping[str, Any], **kwargs: Any) -> None:
        if not isinstance(schema, AttributeSchema):
            schema = AttributeSchema.from_dict(schema)
        metainfo = {**(kwargs.pop('metainfo', None) or {}), 'schema': schema}
        super().__init__(metainfo=metainfo, **kwargs)

    def load_data_list(self) -> list[dict[str, Any]]:
        """Read the annotations and check their attributes."""
        data_list = super().load_data_list()
        schema = self.metainfo['schema']
        targets = np.concatenate([image['gt_attributes'] for image in data_list])
        schema.check_targets(targets, source=self.ann_file)
        if not self.test_mode:
            for name, column in zip(schema.names, targets.T, strict=True):
                if (column == UNKNOWN).all():
                    raise InputError(f'{self.ann_file}: no person has a label of {name!r}')
        return data_list

    def parse_data_info(self, raw_data_info: dict[str, Any]) -> dict[str, Any]:
        """Parse an image; ``gt_attributes`` ``(P, A)`` belong to the ``instances``, in order."""
        schema = self.metainfo['schema']
        parsed = super().parse_data_info({**raw_data_info, 'raw_ann_info': []})
        rows = []
        for annotation in raw_data_info['raw_ann_info']:
            # One at a time: upstream drops boxes by rules of its own.
            kept = super().parse_data_info({**raw_data_info, 'raw_ann_info': [annotation]})
            labels = annotation.get('attributes', {})
            rows += [[labels.get(name, UNKNOWN) for name in schema.names]] * len(kept['instances'])
            parsed['instances'] += kept['instances']
        parsed['gt_attributes'] = np.array(rows, dtype=np.int64).reshape(-1, len(schema))
        return parsed

    @property
    @force_full_init
    def targets(self) -> np.ndarray:
        """``(P, A)`` int64 targets of all persons, image after image, -1 unknown."""
        images = [self.get_data_info(index) for index in range(len(self))]
        return np.concatenate([image['gt_attributes'] for image in images])
