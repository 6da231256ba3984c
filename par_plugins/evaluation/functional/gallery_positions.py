"""Places of images in rankings: counted where the keys tell the order, else looked at again."""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from par_plugins.evaluation.functional.gallery_keys import GalleryKeys, KeyBlock
from par_plugins.evaluation.functional.ranked_positives import order_in_rows

TOLERANCE = 1e-6
"""What rounding may do to the average precision or inverse penalty of a query, 0 to 1."""
CROWDED = 1 / 16
"""Share of the gallery that a product in double precision looks at as quickly as differences."""
MANY = 8
"""Rows are sorted where more than ``MANY * log2(G)`` images of each are asked for (114 of 20,000,
where both took as long), and else counted through for each of them."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def gallery_positions(
    keys: GalleryKeys,
    block: KeyBlock,
    columns: Ints,
    bounds: Ints,
    positive: Bools,
    depth: int,
    *,
    by_camera: bool = False,
) -> Ints:
    """Count the gallery images that rank before some of them, equal distances in gallery order.

    Where rounding errors of the keys leave it open, and the scores could tell, the order is that of
    distances in double precision.

    Args:
        keys: Where the block comes from.
        block: Keys of n queries.
        columns: ``(M,)`` gallery images, query after query.
        bounds: ``(n + 1,)``: those of query r are from ``bounds[r]`` to ``bounds[r + 1]``.
        positive: ``(M,)`` bool, whether it is one that is scored; others are dropped from ranks.
        depth: Ranks up to this one must be right one by one.
        by_camera: Whether positives, too, are dropped from some ranks: those of other cameras.

    Returns:
        ``(M,)``.
    """
    if block.errors is None:
        return _count(block, columns, bounds)[0]
    nearer, unsure = _count(block, columns, bounds)
    positions = nearer + unsure // 2
    again = _could_tell(nearer, unsure, bounds, positive, depth, by_camera)
    if not again.any():
        return positions
    row = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    work = np.bincount(row[again], weights=unsure[again], minlength=len(block.queries))
    crowded = work > CROWDED * keys.shape[1]
    alone = again & ~crowded[row]
    if alone.any():
        positions[alone] = _looked_at_again(
            keys, block, row[alone], columns[alone], nearer[alone], unsure[alone]
        )
    if block.entries.dtype == torch.float64:
        for number in np.flatnonzero(crowded).tolist():
            pairs = slice(bounds[number], bounds[number + 1])
            positions[pairs] = _places_of_all(keys, block, number)[columns[pairs]]
        return positions
    # Twice the width, so half as many at a time.
    for part in np.array_split(np.flatnonzero(crowded), 2):
        if len(part):
            own = np.isin(row, part)
            counts = np.diff(bounds)[part]
            positions[own] = gallery_positions(
                keys,
                keys.precise_block(block.queries[part]),
                columns[own],
                np.concatenate([[0], np.cumsum(counts)]),
                positive[own],
                depth,
                by_camera=by_camera,
            )
    return positions


def ranks_before(keys: GalleryKeys, block: KeyBlock, columns: Ints, own: Ints) -> Bools:
    """Find which gallery images rank before one, for every query of a block.

    Args:
        keys: Where the block comes from.
        block: Keys of n queries.
        columns: ``(I,)`` gallery images.
        own: ``(n,)`` the image of each query.

    Returns:
        ``(n, I)``.
    """
    device = block.entries.device
    rows = torch.arange(len(own), device=device)[:, None]
    images, ones = torch.from_numpy(columns).to(device), torch.from_numpy(own).to(device)[:, None]
    values, limits = block.at(rows, images), block.at(rows, ones)
    before = ((values < limits) | ((values == limits) & (images < ones))).cpu().numpy()
    if block.errors is not None:
        reach = block.errors.at(rows, images) + block.errors.at(rows, ones)
        unsure = ((values - limits).abs() <= reach).cpu().numpy() & (columns != own[:, None])
        row, column = np.nonzero(unsure)
        before[row, column] = _exactly_before(keys, block.queries[row], columns[column], own[row])
    return before


def _count(block: KeyBlock, columns: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """How many rank before each for sure, and of how many more it is not sure."""
    if block.entries.device.type == 'cpu':
        return _count_compiled(block, columns, bounds)
    return _count_by_rows(block, columns, bounds)


def _count_compiled(block: KeyBlock, columns: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    # Not at the top: see the module's own words.
    from par_plugins.evaluation.functional.count_nearer import count_nearer, count_surely_nearer

    nearer, unsure = np.empty(len(columns), np.int64), np.zeros(len(columns), np.int64)
    entries, scale, offset, *errors = block.arrays()
    num_threads = torch.get_num_threads()
    cuts = np.linspace(0, len(entries), num_threads + 1).astype(int)
    many = len(columns) > MANY * math.log2(entries.shape[1]) * len(entries)

    def count(first: int, last: int) -> None:
        own = columns, bounds[first : last + 1], nearer
        if many:
            for row in range(first, last):
                asked = slice(bounds[row], bounds[row + 1])
                nearer[asked], unsure[asked] = _count_sorted(block, row, columns[asked])
        elif errors:
            floor, reach, norms, slack = errors
            own_errors = floor[first:last], reach[first:last], norms, slack
            count_surely_nearer(entries[first:last], scale, offset, *own_errors, *own, unsure)
        else:
            count_nearer(entries[first:last], scale, offset, *own)

    if num_threads == 1:
        count(0, len(entries))
    else:
        with ThreadPoolExecutor(num_threads) as pool:
            list(pool.map(count, *zip(*pairwise(cuts.tolist()), strict=True)))
    return nearer, unsure


def _count_sorted(block: KeyBlock, row: int, columns: Ints) -> tuple[Ints, Ints | int]:
    """The same for one row, whose entries are sorted."""
    entries, scale, offset, *errors = block.arrays()
    keys = offset + scale * entries[row]
    if not errors:
        places = np.empty(len(keys), np.int64)
        places[np.argsort(keys, kind='stable')] = np.arange(len(keys))
        return places[columns], 0
    floor, reach, norms, slack = errors
    reaches = floor[row] + reach[row] * norms + slack
    lower, upper = keys - reaches, keys + reaches
    nearer = np.searchsorted(np.sort(upper), lower[columns], 'left')
    up_to = np.searchsorted(np.sort(lower), upper[columns], 'right')
    return nearer, up_to - nearer - 1  # every entry may come before itself


def _count_by_rows(block: KeyBlock, columns: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """The same by whole rows, which suits accelerators."""
    rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    device = block.entries.device
    index = torch.arange(block.entries.shape[1], device=device)
    # What a part takes beside the block is about as large as the block.
    at_once = max(1, len(block.entries) // 4)
    counts = [np.empty((2, 0), np.int64)]
    for start in range(0, len(rows), at_once):
        row, column = (
            torch.from_numpy(part[start : start + at_once, None]).to(device)
            for part in (rows, columns)
        )
        values, limit = block.at(row, index), block.at(row, column)
        if block.errors is None:
            nearer = (values < limit) | ((values == limit) & (index < column))
            unsure = torch.zeros_like(nearer)
        else:
            error, reach = block.errors.at(row, index), block.errors.at(row, column)
            nearer = values + error < limit - reach
            unsure = (values - error <= limit + reach) & ~nearer & (index != column)
        counts.append(torch.stack([nearer.sum(dim=1), unsure.sum(dim=1)]).cpu().numpy())
    nearer_count, unsure_count = np.concatenate(counts, axis=1)
    return nearer_count, unsure_count


def _could_tell(
    nearer: Ints, unsure: Ints, bounds: Ints, positive: Bools, depth: int, by_camera: bool
) -> Bools:
    """``(M,)``, where what is not sure may change a rank up to the depth, or a mean too much."""
    number = np.diff(bounds)
    row = np.repeat(np.arange(len(number)), number)
    order = order_in_rows(row, nearer)
    hits = np.empty(len(nearer), np.int64)
    up_to = np.concatenate([[0], np.cumsum(positive[order])])
    hits[order] = up_to[1:] - up_to[bounds[:-1]][row]
    in_all = (up_to[bounds[1:]] - up_to[bounds[:-1]])[row]
    # Precision at a positive is hits / rank, and the inverse penalty that at the last of them.
    weight = np.where(hits == in_all, in_all, hits / np.maximum(in_all, 1))
    dropped = number[row] if by_camera else number[row] - in_all
    rank = np.maximum(nearer + 1 - dropped, 1)  # the least that is left without the dropped
    matters = (rank <= depth) | (weight * unsure > TOLERANCE * rank.astype(float) ** 2)
    found: Bools = (unsure > 0) & matters
    return found


def _looked_at_again(
    keys: GalleryKeys, block: KeyBlock, row: Ints, columns: Ints, nearer: Ints, unsure: Ints
) -> Ints:
    """Positions of some images whose order is not sure."""
    from par_plugins.evaluation.functional.count_nearer import list_unsure

    queries = block.queries[row]
    if block.entries.device.type != 'cpu':
        chosen, row = np.unique(row, return_inverse=True)
        block = block.take(chosen)
    entry = np.repeat(np.arange(len(row)), unsure)
    listed = np.empty(len(entry), np.int64)
    starts = np.cumsum(unsure) - unsure
    arguments = (*block.arrays(), row, columns, starts, listed)
    list_unsure(*arguments)
    before = _exactly_before(keys, queries[entry], listed, columns[entry])
    return nearer + np.bincount(entry, weights=before, minlength=len(row)).astype(np.int64)


def _places_of_all(keys: GalleryKeys, block: KeyBlock, row: int) -> Ints:
    """``(G,)`` places of the whole gallery, for a query to which much of it is equally near."""
    everything = np.arange(keys.shape[1])
    distances = keys.exact(np.full_like(everything, block.queries[row]), everything)
    distances[block.offset.isinf().cpu().numpy()] = np.inf
    places = np.empty_like(everything)
    places[np.argsort(distances, kind='stable')] = everything
    return places


def _exactly_before(keys: GalleryKeys, queries: Ints, columns: Ints, own: Ints) -> Bools:
    """``(P,)``, whether an image ranks before another for a query, in double precision."""
    num_gallery = keys.shape[1]
    sides = np.concatenate([columns, own])
    pairs, place = np.unique(np.tile(queries, 2) * num_gallery + sides, return_inverse=True)
    distance, limit = keys.exact(*np.divmod(pairs, num_gallery))[place].reshape(2, -1)
    nearer: Bools = (distance < limit) | ((distance == limit) & (columns < own))
    return nearer
