"""Annotations of all images of a benchmark, divided by one of its official partitions."""

from collections.abc import Mapping, Sequence

import numpy as np

from par_plugins.datasets.attribute_dataset import Annotations
from par_plugins.datasets.files.matlab_file import MatlabValue
from par_plugins.structures import checked_choice

NUM_PARTITIONS = 5  # of PETA and of both releases of RAP


def one_partition(cells: MatlabValue, split_index: int) -> MatlabValue:
    """Return the struct of one of the five random partitions.

    Args:
        cells: The cell array of the partitions.
        split_index: Which, 0-4.

    Raises:
        InputError: If there is no such partition, or the file has not five.
    """
    checked_choice('split_index', split_index, range(NUM_PARTITIONS))
    partitions = cells.cells()
    if len(partitions) != NUM_PARTITIONS:
        raise cells.error(f'has {len(partitions)} partitions, expected {NUM_PARTITIONS}')
    return partitions[split_index]


def partitioned_annotations(
    *,
    source: MatlabValue,
    image_names: Sequence[str],
    targets: np.ndarray,
    parts: Mapping[str, MatlabValue],
    wanted: Sequence[str] | None,
    pids: np.ndarray | None = None,
    left_out: np.ndarray | None = None,
) -> Annotations:
    """Select some parts of the annotations of a file.

    Args:
        source: The struct they come from.
        image_names: Of all N images of the file.
        targets: ``(N, A)``.
        parts: For each part of the partition its images, counted from 1.
        wanted: The parts to join, None for every image in the order of the file.
        pids: ``(N,)`` or None.
        left_out: ``(N,)`` bool: these images are the test part, and those of the partition's test
            part that are not go to the training part. None leaves the partition as it is.

    Raises:
        InputError: If names, rows and identities differ in number, a position is outside the
            file, or an image is in two parts or twice in one.
    """
    for what, rows_of in (('rows of labels', targets), ('identities', pids)):
        if rows_of is not None and len(rows_of) != len(image_names):
            raise source.error(f'has {len(image_names)} image names but {len(rows_of)} {what}')
    partition = _read_parts(parts, len(image_names))
    if left_out is not None:
        others = {part: rows[~left_out[rows]] for part, rows in partition.items()}
        others['train'] = np.concatenate([others['train'], others['test']])
        partition = {**others, 'test': np.flatnonzero(left_out)}
    rows = (
        np.arange(len(image_names))
        if wanted is None
        else np.concatenate([partition[part] for part in wanted])
    )
    return Annotations(
        image_names=[image_names[row] for row in rows.tolist()],
        targets=targets[rows],
        source=source.path,
        pids=None if pids is None else pids[rows],
    )


def _read_parts(parts: Mapping[str, MatlabValue], num_images: int) -> dict[str, np.ndarray]:
    """For each part the rows of its images, counted from 0; no row is twice in them."""
    partition: dict[str, np.ndarray] = {}
    part_of = np.full(num_images, '', dtype=object)
    for part, value in parts.items():
        rows = value.indices(num_images)
        taken = part_of[rows] != ''
        if taken.any():
            row = rows[np.argmax(taken)]
            raise value.error(f'has image {row + 1}, which {part_of[row]} has too')
        different, counts = np.unique(rows, return_counts=True)
        if len(different) < len(rows):
            raise value.error(f'has image {different[np.argmax(counts)] + 1} twice')
        part_of[rows] = part
        partition[part] = rows
    return partition
