"""What the two releases of RAP share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from par_plugins.datasets.attribute_dataset import first_existing
from par_plugins.datasets.attributes.partitioned_dataset import PartitionedDataset
from par_plugins.datasets.files.matlab_file import MatlabValue, read_matlab_file
from par_plugins.structures import UNKNOWN, checked_choice

VARIABLE = 'RAP_annotation'
FILES = ('RAP_annotation/RAP_annotation.mat', 'RAP_annotation.mat')
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
        uncertain: What the label 2 becomes: ``unknown``, as the authors ignore it, or
            ``negative`` as in the strong baseline.
        ann_file: The annotation, relative to ``data_root``; None tries its usual places.
        *args: See :class:`PartitionedDataset`.
        **kwargs: See :class:`PartitionedDataset`.

    Raises:
        InputError: See :class:`PartitionedDataset`; also if the annotation is of the other release.
    """

    IMAGE_FOLDERS = ('RAP_dataset',)
    GROUPS = GROUPS
    ONE_OF: ClassVar = {'view': [f'face{side}' for side in ('Front', 'Back', 'Left', 'Right')]}
    MOMENTARY = ('action-', 'face', 'occl', 'Occl')
    FIELD_OF_OTHER: ClassVar[str]
    """A field of the struct that only the other release has."""

    OTHER: ClassVar[str]
    """The dataset that reads the other release."""

    def __init__(
        self,
        *args: Any,
        uncertain: str = 'unknown',
        ann_file: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.uncertain = checked_choice('uncertain', uncertain, list(UNCERTAIN_BECOMES))
        self._file = ann_file
        super().__init__(*args, **kwargs)

    def read_struct(self, data_root: str) -> MatlabValue:
        """Read the struct ``RAP_annotation``."""
        path = Path(data_root) / (self._file or first_existing(data_root, FILES))
        missing = f'RAP needs {FILES[0]} in data_root'
        rap = read_matlab_file(path, [VARIABLE], missing=missing).field(VARIABLE)
        if self.FIELD_OF_OTHER in rap.field_names:
            raise rap.error(f'is the annotation of the other release; read it with {self.OTHER}')
        return rap

    def read_targets(
        self, labels: MatlabValue, num_columns: int, columns: Iterable[int]
    ) -> np.ndarray:
        """Read the targets of some columns.

        Args:
            labels: The matrix of 0, 1 and 2 (uncertain).
            num_columns: How many columns it must have.
            columns: Those wanted.
        """
        targets = labels.labels(num_columns, list(columns), LABELS)
        targets[targets == UNCERTAIN] = UNCERTAIN_BECOMES[self.uncertain]
        return targets
