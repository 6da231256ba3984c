"""What the two releases of RAP share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from par_plugins.datasets.find_path import first_existing
from par_plugins.datasets.matlab_file import MatlabValue, read_matlab_file
from par_plugins.datasets.one_of import one_of
from par_plugins.datasets.partitioned_dataset import PartitionedDataset
from par_plugins.structures import UNKNOWN

VARIABLE = 'RAP_annotation'
FILES = ('RAP_annotation/RAP_annotation.mat', 'RAP_annotation.mat')
IMAGES = 'RAP_dataset'
LABELS = (0, 1, 2)
UNCERTAIN = 2
UNCERTAIN_BECOMES = {'unknown': UNKNOWN, 'negative': 0}
GROUPS = {
    'Fem': 'gender',
    'Age': 'age',
    'Body': 'body shape',
    'Customer': 'role',
    'Clerk': 'role',
    'Employee': 'role',
    'hs-': 'head',
    'ub-': 'upper body',
    'up-': 'upper body',
    'lb-': 'lower body',
    'low-': 'lower body',
    'shoes-': 'footwear',
    'attach': 'attachment',
    'action-': 'action',
    'face': 'view',
    'occl': 'occlusion',
    'Occl': 'occlusion',
}


class RAPDataset(PartitionedDataset):
    """Either release of RAP.

    Args:
        data_root: Folder of the release.
        split: Name of the split; None takes every image, in the order of the file.
        uncertain: What the label 2 becomes: ``unknown``, as the authors ignore it, or
            ``negative`` as in the strong baseline.
        ann_file: The annotation, relative to ``data_root``; None tries its usual places.
        data_prefix: ``img_path``, the image folder.
        **kwargs: See :class:`PartitionedDataset`.

    Raises:
        InputError: See :class:`PartitionedDataset`; also if the annotation is of the other release.
    """

    GROUPS = GROUPS
    ONE_OF: ClassVar = {'view': [f'face{side}' for side in ('Front', 'Back', 'Left', 'Right')]}
    MOMENTARY = ('action-', 'face', 'occl', 'Occl')
    FIELD_OF_OTHER: ClassVar[str]
    """A field of the struct that only the other release has."""

    OTHER: ClassVar[str]
    """The dataset that reads the other release."""

    def __init__(
        self,
        data_root: str = '',
        split: str | None = 'train',
        *,
        uncertain: str = 'unknown',
        ann_file: str | None = None,
        data_prefix: dict[str, str] = {'img_path': IMAGES},  # noqa: B006 (BaseDataset copies it)
        **kwargs: Any,
    ) -> None:
        self.uncertain = one_of('uncertain', uncertain, list(UNCERTAIN_BECOMES))
        self._file = ann_file
        super().__init__(data_root, split, data_prefix=data_prefix, **kwargs)

    def read_struct(self, data_root: str) -> MatlabValue:
        """The struct ``RAP_annotation``."""
        path = Path(data_root) / (self._file or first_existing(data_root, FILES))
        missing = f'RAP needs {FILES[0]} in data_root'
        rap = read_matlab_file(path, [VARIABLE], missing=missing).field(VARIABLE)
        if self.FIELD_OF_OTHER in rap.field_names:
            raise rap.error(f'is the annotation of the other release; read it with {self.OTHER}')
        return rap

    def read_targets(
        self, labels: MatlabValue, num_columns: int, columns: Iterable[int]
    ) -> np.ndarray:
        """Targets of some columns.

        Args:
            labels: The matrix of 0, 1 and 2 (uncertain).
            num_columns: How many columns it must have.
            columns: Those wanted.
        """
        targets = labels.labels(num_columns, list(columns), LABELS)
        targets[targets == UNCERTAIN] = UNCERTAIN_BECOMES[self.uncertain]
        return targets
