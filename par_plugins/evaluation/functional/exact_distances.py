"""Distances worked out from differences in double precision: slow, and right in every digit.

Matrix products lose the digits in which near neighbours differ. What ranks a gallery comes back
to these distances where a product cannot tell the order, and so does search in an index.
"""

import numpy as np
from numpy.typing import NDArray

from par_plugins.evaluation.functional.matrices import rows_per_chunk

NEARLY_EQUAL = 0.75
"""Cosine above which ``1 - cosine`` is taken from the difference of the two directions."""


def exact_distances(
    first: NDArray[np.floating], second: NDArray[np.floating], metric: str = 'euclidean'
) -> NDArray[np.float64]:
    """Compute distances of vectors, pair by pair; equal pairs have the same, to the last bit.

    Args:
        first: ``(N, F)``, or ``(F,)`` for one and the same.
        second: ``(N, F)``.
        metric: ``'euclidean'`` gives squared distances, ``'cosine'`` one minus the cosine. A vector
            of zeros is at cosine 0 from all others.

    Returns:
        ``(N,)``.

    Example:
        >>> exact_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))
        array([25.])
    """
    distances = np.empty(len(second))
    first = np.broadcast_to(first, second.shape)
    step = rows_per_chunk(second.shape[1])
    for start in range(0, len(second), step):
        chunk = slice(start, start + step)
        one, other = first[chunk].astype(np.float64), second[chunk].astype(np.float64)
        # NumPy's sum over the last axis has the same order in every row, einsum's and BLAS's not.
        if metric == 'euclidean':
            one -= other
            distances[chunk] = np.square(one, out=one).sum(axis=1)
        else:
            one, other = _directions(one), _directions(other)
            cosines = (one * other).sum(axis=1)
            halves = np.square(one - other).sum(axis=1) / 2
            distances[chunk] = np.where(cosines > NEARLY_EQUAL, halves, 1 - cosines)
    return distances


def _directions(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors of length 1, and zeros where there were zeros."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=np.finfo(float).tiny)
    vectors = vectors / np.exp2(np.frexp(largest)[1])  # no square is too large or too small
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    directions: NDArray[np.float64] = vectors / np.maximum(lengths, np.finfo(float).tiny)
    return directions
