"""The parts into which a benchmark's annotation divides its images."""

from collections.abc import Mapping, Sequence

import numpy as np

from par_plugins.datasets.matlab_file import MatlabValue


def image_partition(parts: Mapping[str, MatlabValue], num_images: int) -> dict[str, np.ndarray]:
    """Read the images of each part.

    Args:
        parts: For each name of a part, the vector of its images, counted from 1.
        num_images: Images of the file.

    Returns:
        For each part the rows of its images, counted from 0, in the order of the file.

    Raises:
        InputError: If a position is outside the file, or an image is listed twice.
    """
    rows: dict[str, np.ndarray] = {}
    owner = np.full(num_images, '', dtype=object)
    for name, value in parts.items():
        indices = value.indices(num_images)
        taken = owner[indices] != ''
        if taken.any():
            image = indices[np.argmax(taken)]
            raise value.error(f'has image {image + 1}, which {owner[image]} has too')
        different, counts = np.unique(indices, return_counts=True)
        if len(different) < len(indices):
            raise value.error(f'has image {different[np.argmax(counts)] + 1} twice')
        owner[indices] = name
        rows[name] = indices
    return rows


def rows_of_split(
    partition: Mapping[str, np.ndarray], parts: Sequence[str] | None, num_images: int
) -> np.ndarray:
    """The rows of a split that joins some parts, all rows of the file for None."""
    if parts is None:
        return np.arange(num_images)
    return np.concatenate([partition[part] for part in parts])
