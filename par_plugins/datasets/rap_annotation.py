"""What the two releases of RAP share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from par_plugins.datasets.find_path import first_existing
from par_plugins.datasets.matlab_file import MatlabValue, read_matlab_file
from par_plugins.datasets.one_of import one_of
from par_plugins.structures import UNKNOWN

VARIABLE = 'RAP_annotation'
FILES = ('RAP_annotation/RAP_annotation.mat', 'RAP_annotation.mat')
IMAGES = 'RAP_dataset'
LABELS = (0, 1, 2)
UNCERTAIN = 2
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


def read_rap(data_root: str, ann_file: str | None) -> MatlabValue:
    """The struct ``RAP_annotation`` of either release.

    Args:
        data_root: Folder of the release.
        ann_file: The annotation, relative to it; None tries its usual places.
    """
    path = Path(data_root) / (ann_file or first_existing(data_root, FILES))
    missing = f'RAP needs {FILES[0]} in data_root'
    return read_matlab_file(path, [VARIABLE], missing=missing).field(VARIABLE)


def rap_targets(
    labels: MatlabValue, num_columns: int, columns: Sequence[int], uncertain: str
) -> np.ndarray:
    """Targets of some columns.

    Args:
        labels: The matrix of 0, 1 and 2 (uncertain).
        num_columns: How many columns it must have.
        columns: Those wanted.
        uncertain: What 2 becomes: ``unknown`` or ``negative``.
    """
    targets = labels.labels(num_columns, columns, LABELS)
    becomes = {'unknown': UNKNOWN, 'negative': 0}
    targets[targets == UNCERTAIN] = becomes[one_of('uncertain', uncertain, list(becomes))]
    return targets
