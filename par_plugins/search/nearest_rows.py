"""The nearest of many embeddings, exactly, at the speed of one float32 product.

A product of float32 numbers may be wrong in its last digits, by no more than a bound that follows
from the lengths of the two vectors. Whatever may belong to the answer within that bound is
measured again in double precision: a handful of rows where people differ, all near duplicates
where there are many.
"""

import numpy as np
from numpy.typing import NDArray

from par_plugins.evaluation.functional import exact_distances
from par_plugins.structures import InputError

BLOCK = 1 << 16
"""Rows whose distances are held at a time."""
UNIT = 2.0**-24  # the rounding of float32
SPARE = 1.02  # for the roundings of the bound itself


def nearest_rows(
    embeddings: NDArray[np.float32],
    squares: NDArray[np.float32],
    query: NDArray[np.floating],
    count: int,
    rows: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest rows; of equally near ones those that come first.

    Args:
        embeddings: ``(N, F)`` float32.
        squares: ``(N,)`` their squared lengths, rounded to float32.
        query: ``(F,)``, taken as float32.
        count: How many, unless there are fewer.
        rows: ``(M,)`` ascending, the only ones to look at; None for all.

    Returns:
        Rows ``(K,)``, the nearest first, and their Euclidean distances.

    Raises:
        InputError: If an embedding or the query is not finite.

    Example:
        >>> embeddings = np.float32([[0, 0], [3, 4], [1, 0]])
        >>> nearest_rows(embeddings, np.float32([0, 25, 1]), np.float32([0, 0]), 2)
        (array([0, 2]), array([0., 1.]))
    """
    query = np.ascontiguousarray(query, np.float32)
    total = len(embeddings) if rows is None else len(rows)
    near = np.zeros(0, np.int64)
    lowest = highest = np.zeros(0, np.float32)
    limit = np.float32(np.inf)
    count = max(1, count)
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        chosen = slice(start, stop) if rows is None else rows[start:stop]
        keys, errors = _bounded_keys(embeddings[chosen], squares[chosen], query)
        keys -= errors
        if not np.isfinite(keys.sum(dtype=np.float64)):
            raise InputError('an embedding of the index, or the one asked for, is not finite')
        inside = np.flatnonzero(keys <= limit)
        if not len(inside):
            continue
        numbers = inside + start if rows is None else rows[start + inside]
        near = np.concatenate([near, numbers])
        lowest = np.concatenate([lowest, keys[inside]])
        highest = np.concatenate([highest, keys[inside] + 2 * errors[inside]])
        if len(near) > count:
            limit = np.partition(highest, count - 1)[count - 1]
            kept = lowest <= limit
            near, lowest, highest = near[kept], lowest[kept], highest[kept]
    distances = np.concatenate(
        [
            exact_distances(query, embeddings[near[start : start + BLOCK]])
            for start in range(0, max(1, len(near)), BLOCK)
        ]
    )
    order = np.argsort(distances, kind='stable')[:count]  # near is ascending
    return near[order], np.sqrt(distances[order])


def _bounded_keys(
    embeddings: NDArray[np.float32], squares: NDArray[np.float32], query: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Squared distances less that of the query from 0, and how wrong each may be.

    A sum of F products in any order is off by at most ``F UNIT / (1 - F UNIT)`` of the product of
    the lengths; squares and the last sum are rounded once each.
    """
    width = len(query)
    keys = embeddings @ (-2 * query)  # doubling rounds nothing
    keys += squares
    gamma = (width + 2) * UNIT / (1 - (width + 2) * UNIT)
    length = np.sqrt(np.square(query, dtype=np.float64).sum())
    errors = np.sqrt(squares)
    errors *= np.float32(SPARE * 2 * (gamma + 2 * UNIT) * length)
    errors += np.float32(SPARE * 3 * UNIT) * squares
    errors += np.float32(4 * (width + 2) * np.finfo(np.float32).tiny)
    return keys, errors
