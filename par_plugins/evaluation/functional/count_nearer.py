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
    """Find the positions of some entries in the order of each row of ``offset + scale * block``.

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


@numba.njit(nogil=True)
def _key_ranges(
    values: NDArray[Any],
    scale: NDArray[Any],
    offset: NDArray[Any],
    floor: float,
    reach: float,
    norms: NDArray[Any],
    slack: NDArray[Any],
    lower: NDArray[Any],
    upper: NDArray[Any],
) -> None:
    """Fill in what the keys of a tile may be at least and at most."""
    for place in range(values.shape[0]):
        key = offset[place] + scale[place] * values[place]
        error = floor + reach * norms[place] + slack[place]
        lower[place] = key - error
        upper[place] = key + error


# Two comparisons of a value that is there anyhow cost little more than one.
@numba.njit(nogil=True)
def _num_below_and_up_to(
    upper: NDArray[Any], lower: NDArray[Any], low: float, high: float
) -> tuple[int, int]:
    below, up_to = 0, 0
    for place in range(upper.shape[0]):
        below += upper[place] < low
        up_to += lower[place] <= high
    return below, up_to


@numba.njit(nogil=True)
def count_surely_nearer(
    block: NDArray[Any],
    scale: NDArray[Any],
    offset: NDArray[Any],
    floor: NDArray[Any],
    reach: NDArray[Any],
    norms: NDArray[Any],
    slack: NDArray[Any],
    columns: NDArray[np.int64],
    bounds: NDArray[np.int64],
    nearer: NDArray[np.int64],
    unsure: NDArray[np.int64],
) -> None:
    """Count entries of a row that come before one for sure, and those of which it is not sure.

    Args:
        block: See :func:`count_nearer`, as for scale, offset, columns and bounds.
        scale: ``(G,)``.
        offset: ``(G,)``.
        floor: ``(n,)``: an entry of ``offset + scale * block`` is wrong by ``floor + reach *
            norms + slack`` at most.
        reach: ``(n,)``.
        norms: ``(G,)``.
        slack: ``(G,)``.
        columns: ``(M,)``.
        bounds: ``(n + 1,)``.
        nearer: ``(M,)``, filled with the number of entries of the row that are smaller for sure.
        unsure: ``(M,)``, filled with the number of others that may be smaller or may not.
    """
    num_columns = block.shape[1]
    lower, upper = np.empty(TILE, block.dtype), np.empty(TILE, block.dtype)
    for row in range(block.shape[0]):
        first, last = bounds[row], bounds[row + 1]
        own = columns[first:last]
        errors = floor[row] + reach[row] * norms[own] + slack[own]
        limits = offset[own] + scale[own] * block[row][own]
        low, high = limits - errors, limits + errors
        nearer[first:last] = 0
        unsure[first:last] = -1  # every entry may come before itself
        for start in range(0, num_columns, TILE):
            stop = min(start + TILE, num_columns)
            _key_ranges(
                block[row, start:stop],
                scale[start:stop],
                offset[start:stop],
                floor[row],
                reach[row],
                norms[start:stop],
                slack[start:stop],
                lower,
                upper,
            )
            for entry in range(len(own)):
                below, up_to = _num_below_and_up_to(
                    upper[: stop - start], lower[: stop - start], low[entry], high[entry]
                )
                nearer[first + entry] += below
                unsure[first + entry] += up_to - below


@numba.njit(nogil=True)
def list_unsure(
    block: NDArray[Any],
    scale: NDArray[Any],
    offset: NDArray[Any],
    floor: NDArray[Any],
    reach: NDArray[Any],
    norms: NDArray[Any],
    slack: NDArray[Any],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    starts: NDArray[np.int64],
    listed: NDArray[np.int64],
) -> None:
    """Name the entries that :func:`count_surely_nearer` counts as unsure.

    Args:
        block: ``(n, G)``.
        scale: ``(G,)``.
        offset: ``(G,)``.
        floor: ``(n,)``.
        reach: ``(n,)``.
        norms: ``(G,)``.
        slack: ``(G,)``.
        rows: ``(M,)`` row of each entry asked for; those of a row follow each other.
        columns: ``(M,)`` its column.
        starts: ``(M,)`` place of the first of its unsure ones in ``listed``.
        listed: Filled with columns, as many for each as there are.
    """
    num_columns = block.shape[1]
    lower, upper = np.empty(num_columns, block.dtype), np.empty(num_columns, block.dtype)
    first = 0
    while first < len(rows):
        row, last = rows[first], first + 1
        while last < len(rows) and rows[last] == row:
            last += 1
        _key_ranges(block[row], scale, offset, floor[row], reach[row], norms, slack, lower, upper)
        own = columns[first:last]
        low, high = lower[own], upper[own]
        # Those that none of the row's entries is unsure of are not looked at for each of them.
        near = np.flatnonzero((lower <= high.max()) & (upper >= low.min()))
        near_lower, near_upper = lower[near], upper[near]
        for entry in range(last - first):
            place_in_list = starts[first + entry]
            for start in range(0, len(near), TILE):
                stop = min(start + TILE, len(near))
                below, up_to = _num_below_and_up_to(
                    near_upper[start:stop], near_lower[start:stop], low[entry], high[entry]
                )
                if below == up_to:
                    continue
                for place in range(start, stop):
                    is_near = near_lower[place] <= high[entry] and near_upper[place] >= low[entry]
                    if is_near and near[place] != own[entry]:
                        listed[place_in_list] = near[place]
                        place_in_list += 1
        first = last
