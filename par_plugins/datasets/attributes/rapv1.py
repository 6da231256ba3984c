"""RAP v1: 41,585 pedestrians from indoor surveillance, 92 binary attributes, 51 evaluated."""

from collections.abc import Sequence
from typing import ClassVar

from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import TRAIN_VAL_TEST
from par_plugins.datasets.attributes.partitioned_dataset import PartitionedFile
from par_plugins.datasets.attributes.rap_annotation import RAPDataset
from par_plugins.datasets.files.matlab_file import MatlabValue
from par_plugins.structures import InputError

# The struct's fields stand in this order; releases spell their names differently.
PARTITION, LABEL, ATTRIBUTE, IMAGE_NAMES, EVALUATED = 0, 1, 3, 5, 6
NUM_EVALUATED = 51


@DATASETS.register_module()
class RAPv1(RAPDataset):
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
        split: ``train`` or ``test``; None takes every image, in the order of the file.
        attribute_set: ``evaluated``, the 51 of the paper, or ``all`` 92: then 12 of viewpoint and
            occlusion and 29 of colour follow.
        **kwargs: See :class:`RAPDataset` and :class:`PartitionedDataset`, also for what is raised.
    """

    SPLITS: ClassVar = {'train': ['train'], 'test': ['test']}
    PARTS: ClassVar = {'train': 0, 'test': 1}
    FIELD_OF_OTHER, OTHER = 'selected_attribute', 'RAPv2'

    @classmethod
    def parts_of(cls, split: str | None) -> Sequence[str] | None:
        """Return the official parts that a split joins; none has validation images."""
        if 'val' in TRAIN_VAL_TEST.get(split or '', ()):
            raise InputError(
                f'RAPv1 has no split {split!r}: its partitions have train and test images only; '
                'hold out a part of train with tools/dataset/split.py'
            )
        return super().parts_of(split)

    def read_file(self, data_root: str, *, every: bool) -> PartitionedFile:
        """Read ``RAP_annotation.mat``."""
        rap = self.read_struct(data_root)
        columns = _columns(rap, every=every)
        num_columns = len(rap.field(ATTRIBUTE).names())
        return PartitionedFile(
            struct=rap,
            names=list(columns),
            targets=self.read_targets(rap.field(LABEL), num_columns, columns.values()),
            image_names=rap.field(IMAGE_NAMES).strings(),
            partitions=rap.field(PARTITION),
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
