"""RAP v1: 41,585 pedestrians from indoor surveillance, 92 binary attributes, 51 evaluated."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.attribute_groups import schema_by_prefix
from par_plugins.datasets.image_partition import one_partition, partitioned_annotations
from par_plugins.datasets.matlab_file import MatlabValue
from par_plugins.datasets.one_of import one_of
from par_plugins.datasets.rap_annotation import GROUPS, IMAGES, rap_targets, read_rap
from par_plugins.structures import InputError

# The struct's fields stand in this order; releases spell their names differently.
PARTITION, LABEL, ATTRIBUTE, IMAGE_NAMES, EVALUATED = 0, 1, 3, 5, 6
NUM_EVALUATED = 51


@DATASETS.register_module()
class RAPv1(AttributeDataset):
    """RAP v1 from its official files.

    Source: D. Li et al., "A Richly Annotated Dataset for Pedestrian Attribute Recognition",
    arXiv:1603.07054; https://www.rapdataset.com gives it out for academic research after signing
    an agreement; no commercial use, no redistribution.

    .. code-block:: text

        data_root/
            RAP_annotation/RAP_annotation.mat      (or RAP_annotation.mat)
            RAP_dataset/CAM01_2014-02-15_..._frame218_line1.png ...

    Each of the five partitions has 33,268 training and 8,317 test images, and no validation
    images: ``split='val'`` is an error; ``tools/dataset/split.py`` holds out a part of the
    training images. A label is 0, 1 or, rarely, 2: uncertain, which becomes unknown (-1) unless
    told otherwise. Columns are found by the names in the file. It has no identities.

    >>> RAPv1(data_root='data/RAP', split='train')[0]
    {'img_path': 'data/RAP/RAP_dataset/CAM01_...png', 'gt_attributes': array([...]), ...}

    Args:
        data_root: Folder of the layout above.
        split: ``train`` or ``test``; None takes every image, in the order of the file.
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted; None keeps all of
            ``attribute_set``.
        split_index: Which of the five partitions, 0-4.
        attribute_set: ``evaluated``, the 51 of the paper, or ``all`` 92: then 12 of viewpoint and
            occlusion and 29 of colour follow.
        uncertain: What the label 2 becomes: ``unknown``, or ``negative`` as in the strong baseline.
        ann_file: The annotation, relative to ``data_root``; None tries both places above.
        data_prefix: ``img_path``, the image folder.
        **kwargs: See :class:`mmengine.dataset.BaseDataset`.

    Raises:
        InputError: If the annotation is missing, of another release or not consistent, or see
            :class:`AttributeDataset`.
    """

    SPLITS: ClassVar = {'train': ['train'], 'test': ['test']}

    def __init__(
        self,
        data_root: str = '',
        split: str | None = 'train',
        pipeline: Sequence[dict | Callable] = (),
        attributes: Sequence[str] | None = None,
        split_index: int = 0,
        attribute_set: str = 'evaluated',
        uncertain: str = 'unknown',
        ann_file: str | None = None,
        data_prefix: dict[str, str] = {'img_path': IMAGES},  # noqa: B006 (BaseDataset copies it)
        **kwargs: Any,
    ) -> None:
        if split in ('val', 'trainval'):
            raise InputError(
                f'RAPv1 has no split {split!r}: its partitions have train and test images only; '
                'hold out a part of train with tools/dataset/split.py'
            )
        one_of('attribute_set', attribute_set, ('evaluated', 'all'))
        rap = read_rap(data_root, ann_file)
        if 'selected_attribute' in rap.field_names:
            raise rap.error('is the annotation of RAP v2; read it with RAPv2')
        columns = _columns(rap, every=attribute_set == 'all')
        num_columns = len(rap.field(ATTRIBUTE).names())
        targets = rap_targets(rap.field(LABEL), num_columns, list(columns.values()), uncertain)
        partition = one_partition(rap.field(PARTITION), split_index)
        super().__init__(
            file_schema=schema_by_prefix(columns, GROUPS),
            data_root=data_root,
            split=split,
            pipeline=pipeline,
            attributes=attributes,
            data_prefix=data_prefix,
            annotations=partitioned_annotations(
                source=rap,
                image_names=rap.field(IMAGE_NAMES).strings(),
                targets=targets,
                parts={part: partition.field(i) for i, part in enumerate(('train', 'test'))},
                wanted=self.parts_of(split),
            ),
            **kwargs,
        )


def _columns(rap: MatlabValue, *, every: bool) -> dict[str, int]:
    """The attributes to keep, and where the file has them."""
    names, evaluated = rap.field(ATTRIBUTE).names(), rap.field(EVALUATED).names()
    absent = [name for name in evaluated if name not in names]
    if absent or len(evaluated) != NUM_EVALUATED:
        raise rap.field(EVALUATED).error(
            f'are {len(evaluated)} evaluated attributes, {len(absent)} of them not in '
            f'{rap.field_names[ATTRIBUTE]}; expected {NUM_EVALUATED} that are'
        )
    return {name: names.index(name) for name in (names if every else evaluated)}
