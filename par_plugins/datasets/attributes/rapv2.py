"""RAP v2: 84,928 pedestrians from indoor surveillance, 54 of its attributes evaluated."""

from typing import ClassVar

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import TRAIN_VAL_TEST
from par_plugins.datasets.attributes.partitioned_dataset import PartitionedFile
from par_plugins.datasets.attributes.rap_annotation import RAPDataset
from par_plugins.datasets.files.matlab_file import MatlabValue
from par_plugins.structures import UNKNOWN

NUM_COLUMNS = 152
NUM_ATTRIBUTES = 120  # the columns that follow are coordinates of boxes
NUM_EVALUATED = 54
VIEWPOINT = 'viewpoint'


@DATASETS.register_module()
class RAPv2(RAPDataset):
    """RAP v2 from its official files.

    Source: D. Li et al., "A Richly Annotated Pedestrian Dataset for Person Retrieval in Real
    Surveillance Scenarios", TIP 2019; https://www.rapdataset.com gives it out for academic
    research after signing an agreement; no commercial use, no redistribution.

    .. code-block:: text

        data_root/
            RAP_annotation/RAP_annotation.mat      (or RAP_annotation.mat)
            RAP_dataset/CAM01-2014-02-15-...-frame218-line1.png ...

    Each of the five partitions has 50,957 training, 16,986 validation and 16,985 test images. A
    label is 0, 1 or, rarely, 2: uncertain, which becomes unknown (-1) unless told otherwise. The
    file itself says which columns are evaluated. Whatever extension it gives an image becomes
    ``.png``, as in the official script. Identities are given where the file has them (26,638 of
    the first 41,585 images); distractors and images without one have -1.

    >>> RAPv2(data_root='data/RAPv2', split='train')[0]
    {'img_path': 'data/RAPv2/RAP_dataset/CAM01-...png', 'gt_attributes': array([...]), 'gt_pid': 7}

    Attributes are spelled as in the file (``Femal``).

    Args:
        split: ``train``, ``val``, ``test``, or two of them joined: ``trainval``, ``valtest``; None
            takes every image, in the order of the file.
        attribute_set: ``evaluated``, the 54 that the file selects, or ``all`` 119 that say yes or
            no: not ``viewpoint``, which has four values, and not the 32 coordinates of boxes.
        **kwargs: See :class:`RAPDataset` and :class:`PartitionedDataset`, also for what is raised.
    """

    SPLITS = TRAIN_VAL_TEST
    PARTS: ClassVar = {part: f'{part}_index' for part in ('train', 'val', 'test')}
    ONE_OF: ClassVar = {'age': ['AgeLess16', 'Age17-30', 'Age31-45', 'Age46-60', 'AgeBiger60']}
    FIELD_OF_OTHER, OTHER = 'attribute_eng', 'RAPv1'

    def read_file(self, data_root: str, *, every: bool) -> PartitionedFile:
        """Read ``RAP_annotation.mat``."""
        rap = self.read_struct(data_root)
        columns = _columns(rap, every=every)
        names = rap.field('name').strings()
        return PartitionedFile(
            struct=rap,
            names=list(columns),
            targets=self.read_targets(rap.field('data'), NUM_COLUMNS, columns.values()),
            image_names=[f'{name.rpartition(".")[0] or name}.png' for name in names],
            partitions=rap.field('partition_attribute'),
            pids=_identities(rap),
        )


def _columns(rap: MatlabValue, *, every: bool) -> dict[str, int]:
    """The attributes to keep, and where the file has them."""
    names = rap.field('attribute').strings()
    if len(names) != NUM_COLUMNS:
        raise rap.field('attribute').error(f'are {len(names)} columns, expected {NUM_COLUMNS}')
    selected = rap.field('selected_attribute')
    columns = selected.indices(NUM_ATTRIBUTES).tolist()
    if len(set(columns)) != len(columns) or len(columns) != NUM_EVALUATED:
        raise selected.error(
            f'are {len(columns)} columns, {len(set(columns))} of them different, expected '
            f'{NUM_EVALUATED}'
        )
    if every:
        columns = [c for c in range(NUM_ATTRIBUTES) if names[c] != VIEWPOINT]
    kept = {names[column]: column for column in columns}
    if '' in kept or len(kept) < len(columns):
        raise rap.field('attribute').error(f'are {len(columns)} columns, but {len(kept)} names')
    return kept


def _identities(rap: MatlabValue) -> np.ndarray | None:
    if 'person_identity' not in rap.field_names:
        return None
    return np.maximum(rap.field('person_identity').whole_numbers(), UNKNOWN)
