"""What galleries are ranked by, some queries at a time, and the places of images in rankings."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from par_plugins.evaluation.functional.matrices import (
    CHUNK,
    EntryError,
    refuse_entries,
)
from par_plugins.structures import InputError

BLOCK_QUERIES = 1024
"""Queries at a time at most: matrix products with more rows are no quicker."""
PART = 16 * CHUNK
"""Numbers converted or squared at a time."""


@dataclass(frozen=True)
class KeyBlock:
    """Keys of the gallery for some queries: the smaller, the nearer.

    A key is ``offset + scale * entry``, two roundings wherever it is worked out, so that a
    positive's key is the same as threshold and as one of the keys that are counted.

    Attributes:
        entries: ``(n, G)``.
        scale: ``(G,)``.
        offset: ``(G,)``, infinite for images that enter no ranking.
    """

    entries: Tensor
    scale: Tensor
    offset: Tensor

    def at(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Keys at some places; the two indices broadcast."""
        return self.offset[columns] + self.scale[columns] * self.entries[rows, columns]

    def positions(self, columns: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many gallery images rank before some of them, equal keys in gallery order.

        Args:
            columns: ``(M,)`` gallery images, row after row.
            bounds: ``(n + 1,)``: those of row r are from ``bounds[r]`` to ``bounds[r + 1]``.

        Returns:
            ``(M,)``.
        """
        if self.entries.device.type == 'cpu':
            return self._positions_compiled(columns, bounds)
        rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        return self._positions_of_pairs(rows, columns)

    def _positions_compiled(
        self, columns: NDArray[np.int64], bounds: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        # Not at the top: see the module's own words.
        from par_plugins.evaluation.functional.count_nearer import count_nearer

        found = np.empty(len(columns), np.int64)
        entries, scale, offset = (x.numpy() for x in (self.entries, self.scale, self.offset))
        num_threads = torch.get_num_threads()
        cuts = np.linspace(0, len(entries), num_threads + 1).astype(int)

        def count(first: int, last: int) -> None:
            count_nearer(
                entries[first:last], scale, offset, columns, bounds[first : last + 1], found
            )

        if num_threads == 1:
            count(0, len(entries))
        else:
            with ThreadPoolExecutor(num_threads) as pool:
                list(pool.map(count, *zip(*pairwise(cuts.tolist()), strict=True)))
        return found

    def _positions_of_pairs(
        self, rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The same by whole rows, which suits accelerators."""
        device, num_gallery = self.entries.device, self.entries.shape[1]
        index = torch.arange(num_gallery, device=device)
        # What a part takes beside the block is about as large as the block.
        at_once = max(1, len(self.entries) // 4)
        found = []
        for start in range(0, len(rows), at_once):
            row, column = (
                torch.from_numpy(part[start : start + at_once, None]).to(device)
                for part in (rows, columns)
            )
            keys, limit = self.at(row, index), self.at(row, column)
            before = (keys < limit) | ((keys == limit) & (index < column))
            found.append(before.sum(dim=1).cpu().numpy())
        return np.concatenate(found) if found else np.empty(0, np.int64)


class GalleryKeys(ABC):
    """Where keys come from.

    Attributes:
        shape: (Q, G).
    """

    shape: tuple[int, int]
    _scale: Tensor
    _offset: Tensor

    def prepare(self, junk: NDArray[np.bool_]) -> None:
        """Work out what all blocks need; to be called once, before :meth:`blocks`.

        Args:
            junk: ``(G,)`` gallery images that rank behind all others.

        Raises:
            EntryError: If a feature is NaN or infinite.
            InputError: If a squared length is too large for the type.
        """
        self._scale, self._offset = self._scale_and_offset()
        self._offset[torch.from_numpy(junk).to(self._offset.device)] = torch.inf

    def blocks(
        self, queries: NDArray[np.int64], block_size: int
    ) -> Iterator[tuple[int, int, KeyBlock]]:
        """Walk the queries in blocks, of which the next may overwrite the last.

        Args:
            queries: ``(S,)`` their numbers.
            block_size: Largest number of entries of a block of more than one query.

        Yields:
            How many queries are before the block, how many until its end, and the block.

        Raises:
            EntryError: If a distance is NaN or infinite.
        """
        rows = min(max(1, block_size // self.shape[1]), BLOCK_QUERIES)
        for start in range(0, len(queries), rows):
            part = queries[start : start + rows]
            block = KeyBlock(self._entries(part), self._scale, self._offset)
            yield start, start + len(part), block

    @abstractmethod
    def _scale_and_offset(self) -> tuple[Tensor, Tensor]:
        """Two of ``(G,)``, see :class:`KeyBlock`."""

    @abstractmethod
    def _entries(self, queries: NDArray[np.int64]) -> Tensor:
        """``(n, G)`` for some queries."""


class FeatureKeys(GalleryKeys):
    """Keys from features.

    Euclidean distances are in the order of ``|g|^2 / 2 - q g`` and cosine distances in that of
    ``-q g / |g|``: neither needs a copy of the gallery.

    Args:
        query_features: ``(Q, F)``.
        gallery_features: ``(G, F)``; it may be on another device and of another type.
        metric: ``'euclidean'`` or ``'cosine'``.

    Raises:
        InputError: If the widths differ.
    """

    def __init__(self, query_features: Tensor, gallery_features: Tensor, metric: str) -> None:
        widths = query_features.shape[1], gallery_features.shape[1]
        if widths[0] != widths[1]:
            raise InputError(
                f'query_features of {widths[0]} numbers an image, but gallery_features of '
                f'{widths[1]}'
            )
        self.shape = len(query_features), len(gallery_features)
        self._queries, self._gallery, self._metric = query_features, gallery_features, metric
        self._device = query_features.device
        self._dtype = _exact_type(query_features, gallery_features)
        self._buffer = torch.empty(0, dtype=self._dtype, device=self._device)

    def _scale_and_offset(self) -> tuple[Tensor, Tensor]:
        _squared_lengths('query_features', self._queries, self._dtype)
        squares = _squared_lengths('gallery_features', self._gallery, self._dtype)
        squares = squares.to(self._device)
        if self._metric == 'euclidean':
            return -torch.ones_like(squares), squares / 2
        # A vector of zeros is at cosine 0 from all others.
        lengths = squares.sqrt().clamp(min=torch.finfo(self._dtype).tiny)
        return -lengths.reciprocal(), torch.zeros_like(squares)

    def _entries(self, queries: NDArray[np.int64]) -> Tensor:
        gallery, num_gallery = self._gallery, self.shape[1]
        at_home = gallery.device == self._device and gallery.dtype == self._dtype
        step = num_gallery if at_home else _rows_of_part(gallery)
        # One buffer for all blocks: fresh memory for each would cost more than the counting.
        size = len(queries) * num_gallery
        if self._buffer.numel() < size:
            self._buffer = self._buffer.new_empty(size)
        out = self._buffer[:size].view(len(queries), num_gallery)
        rows = torch.from_numpy(queries).to(self._device)
        wanted = self._queries[rows].to(self._dtype)
        with torch.autocast(self._device.type, enabled=False):
            for start in range(0, num_gallery, step):
                part = gallery[start : start + step].to(self._device, self._dtype)
                torch.mm(wanted, part.T, out=out[:, start : start + step])
        return out


class DistanceKeys(GalleryKeys):
    """Keys from a distance matrix.

    Args:
        distances: ``(Q, G)``.
    """

    def __init__(self, distances: Tensor) -> None:
        self.shape = distances.shape[0], distances.shape[1]
        self._distances = distances
        self._dtype = _exact_type(distances)

    def _scale_and_offset(self) -> tuple[Tensor, Tensor]:
        scale = torch.ones(self.shape[1], dtype=self._dtype, device=self._distances.device)
        return scale, torch.zeros_like(scale)

    def _entries(self, queries: NDArray[np.int64]) -> Tensor:
        rows = torch.from_numpy(queries).to(self._distances.device)
        block = self._distances[rows].to(self._dtype)
        if not torch.stack(torch.aminmax(block)).isfinite().all():
            row, column = (~block.isfinite()).nonzero()[0].tolist()
            value = block[row, column].item()
            raise EntryError('distances', int(queries[row]), column, value, 'a finite number')
        return block


def _rows_of_part(features: Tensor) -> int:
    return max(1, PART // max(1, features.shape[1]))


def _exact_type(*values: Tensor) -> torch.dtype:
    """Single precision for floating types of no more, else double."""
    single = (torch.float32, torch.float16, torch.bfloat16)
    return torch.float32 if all(x.dtype in single for x in values) else torch.float64


def _squared_lengths(name: str, features: Tensor, dtype: torch.dtype) -> Tensor:
    """``(N,)`` squared lengths of rows.

    Raises:
        EntryError: If a feature is NaN or infinite.
        InputError: If a squared length is too large for the type.
    """
    squares = torch.empty(len(features), dtype=dtype, device=features.device)
    step = _rows_of_part(features)
    for start in range(0, len(features), step):
        chunk = features[start : start + step].to(dtype)
        torch.sum(chunk * chunk, dim=1, out=squares[start : start + step])
    if not squares.isfinite().all():
        row = int((~squares.isfinite()).nonzero()[0])
        wrong = features[row : row + 1]
        refuse_entries(name, wrong, ~wrong.isfinite(), row, 'a finite number')
        raise InputError(f'{name}: row {row} is too large: its squared length is infinite')
    return squares
