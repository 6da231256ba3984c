"""The fields of a detection sample, attributes among them."""

from typing import ClassVar

from mmdet.datasets.transforms import PackDetInputs
from mmdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackPersonInputs(PackDetInputs):
    """mmdet's ``PackDetInputs``; ``gt_attributes`` become ``gt_instances.attributes`` ``(P, A)``.

    A transform that drops boxes leaves the attributes as they are; packing then fails.
    """

    mapping_table: ClassVar[dict[str, str]] = {
        **PackDetInputs.mapping_table,
        'gt_attributes': 'attributes',
    }
