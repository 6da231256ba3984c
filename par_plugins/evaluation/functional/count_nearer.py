"""A compiled loop that counts, row by row, what is smaller than some entries of the row.

It is kept apart because importing numba and compiling take about a second each: who scores no
retrieval does not wait for them. The machine code is not cached on disk, where it could neither be
written by everyone nor be read without unpickling.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

TILE = 2048
"""Entries of a row counted at a time: a tile stays in the processor's first cache."""


# Slices, and no index arithmetic, let the compiler use vector instructions in these two.
@numba.njit(nogil=True)
def _num_below(values: NDArray[Any], limit: float) -> int:
    count = 0
    for place in range(values.shape[0]):
        count += values[place] < limit
    return count


@numba.njit(nogil=True)
def _num_up_to(values: NDArray[Any], limit: float) -> int:
    count = 0
    for place in range(values.shape[0]):
        count += values[place] <= limit
    return count


@numba.njit(nogil=True)
def count_nearer(
    block: NDArray[Any],
    scale: NDArray[Any],
    offset: NDArray[Any],
    columns: NDArray[np.int64],
    bounds: NDArray[np.int64],
    positions: NDArray[np.int64],
) -> None:
    """Position that some entries of each row of ``offset + scale * block`` have in its order.

    Rows are in ascending order, and equal entries in that of their columns.

    Args:
        block: ``(n, G)`` of a floating type, as are scale and offset.
        scale: ``(G,)``.
        offset: ``(G,)``.
        columns: ``(M,)`` entries asked for, by column, row after row.
        bounds: ``(n + 1,)``, the entries of row r are those from ``bounds[r]`` to
            ``bounds[r + 1]``.
        positions: ``(M,)``, filled with the number of entries of the row that come before.
    """
    num_columns = block.shape[1]
    tile = np.empty(TILE, block.dtype)
    for row in range(block.shape[0]):
        first, last = bounds[row], bounds[row + 1]
        own, found = columns[first:last], positions[first:last]
        limits = offset[own] + scale[own] * block[row][own]
        found[:] = 0
        for start in range(0, num_columns, TILE):
            stop = min(start + TILE, num_columns)
            values, factors, terms = block[row, start:stop], scale[start:stop], offset[start:stop]
            for place in range(stop - start):
                tile[place] = terms[place] + factors[place] * values[place]
            for entry in range(len(own)):
                split = min(max(own[entry], start), stop) - start
                found[entry] += _num_up_to(tile[:split], limits[entry])
                found[entry] += _num_below(tile[split : stop - start], limits[entry])
