"""RAP v2: 84,928 pedestrians from indoor surveillance, 54 of its attributes evaluated."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import TRAIN_VAL_TEST, AttributeDataset
from par_plugins.datasets.attribute_groups import schema_by_prefix
from par_plugins.datasets.image_partition import one_partition, partitioned_annotations
from par_plugins.datasets.matlab_file import MatlabValue
from par_plugins.datasets.one_of import one_of
from par_plugins.datasets.rap_annotation import GROUPS, IMAGES, rap_targets, read_rap
from par_plugins.structures import UNKNOWN

NUM_COLUMNS = 152
NUM_ATTRIBUTES = 120  # the columns that follow are coordinates of boxes
NUM_EVALUATED = 54
VIEWPOINT = 'viewpoint'


@DATASETS.register_module()
class RAPv2(AttributeDataset):
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

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val``, ``test``, ``trainval`` (train, then val) or ``valtest`` (val,
            then test); None takes every image, in the order of the file.
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted, spelled as in the file
            (``Femal``); None keeps all of ``attribute_set``.
        split_index: Which of the five partitions, 0-4.
        attribute_set: ``evaluated``, the 54 that the file selects, or ``all`` 119 that say yes or
            no: not ``viewpoint``, which has four values, and not the 32 coordinates of boxes.
        uncertain: What the label 2 becomes: ``unknown``, as the authors ignore it, or
            ``negative`` as in the strong baseline.
        ann_file: The annotation, relative to ``data_root``; None tries both places above.
        data_prefix: ``img_path``, the image folder.
        **kwargs: See :class:`mmengine.dataset.BaseDataset`.

    Raises:
        InputError: If the annotation is missing, of another release or not consistent, or see
            :class:`AttributeDataset`.
    """

    SPLITS = TRAIN_VAL_TEST

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
        one_of('attribute_set', attribute_set, ('evaluated', 'all'))
        rap = read_rap(data_root, ann_file)
        if 'attribute_eng' in rap.field_names:
            raise rap.error('is the annotation of RAP v1; read it with RAPv1')
        columns = _columns(rap, every=attribute_set == 'all')
        targets = rap_targets(rap.field('data'), NUM_COLUMNS, list(columns.values()), uncertain)
        names = rap.field('name').strings()
        partition = one_partition(rap.field('partition_attribute'), split_index)
        super().__init__(
            file_schema=schema_by_prefix(columns, GROUPS),
            data_root=data_root,
            split=split,
            pipeline=pipeline,
            attributes=attributes,
            data_prefix=data_prefix,
            annotations=partitioned_annotations(
                source=rap,
                image_names=[f'{name.rpartition(".")[0] or name}.png' for name in names],
                targets=targets,
                parts={part: partition.field(f'{part}_index') for part in ('train', 'val', 'test')},
                wanted=self.parts_of(split),
                pids=_identities(rap),
            ),
            **kwargs,
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
