"""What galleries are ranked by, some queries at a time, and how far it can be trusted."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from par_plugins.evaluation.functional.exact_distances import exact_distances
from par_plugins.evaluation.functional.feature_placement import MODERATE, FeaturePlacement
from par_plugins.evaluation.functional.matrices import CHUNK, EntryError, rows_per_chunk
from par_plugins.structures import InputError

BLOCK_QUERIES = 1024
"""Queries at a time at most: matrix products with more rows are no quicker."""
PART = 16 * CHUNK
"""Numbers put into the product at a time where they are not as it needs them."""
DEVIATIONS = 4.0
"""The rounding errors of a sum of d products are taken for ``DEVIATIONS * sqrt(d)`` of one at
most. They are random signs with a deviation of about ``sqrt(d) / 3`` where all products have one
sign, and less where they have not (Higham and Mary, "A New Approach to Probabilistic Rounding Error
Analysis", SIAM J. Sci. Comput. 2019)."""


@dataclass(frozen=True)
class KeyErrors:
    """By what keys are wrong, at most: ``floor[row] + reach[row] * norms[column] + slack[column]``.

    Attributes:
        floor: ``(n,)``.
        reach: ``(n,)``.
        norms: ``(G,)``.
        slack: ``(G,)``.
    """

    floor: Tensor
    reach: Tensor
    norms: Tensor
    slack: Tensor

    def at(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Return errors at some entries; the two indices broadcast."""
        own = self.floor[rows] + self.slack[columns]
        return own + self.reach[rows] * self.norms[columns]


@dataclass(frozen=True)
class KeyBlock:
    """Keys of the gallery for some queries: the smaller, the nearer.

    A key is ``offset + scale * entry``, two roundings wherever it is worked out, so that a
    positive's key is the same as threshold and as one of the keys that are counted.

    Attributes:
        queries: ``(n,)`` their numbers.
        entries: ``(n, G)``.
        scale: ``(G,)``.
        offset: ``(G,)``, infinite for images that enter no ranking.
        errors: Of the keys, None where they have none: then equal keys are equal distances.
    """

    queries: NDArray[np.int64]
    entries: Tensor
    scale: Tensor
    offset: Tensor
    errors: KeyErrors | None = None

    def at(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Return keys at some entries; the two indices broadcast."""
        return self.offset[columns] + self.scale[columns] * self.entries[rows, columns]

    def arrays(self) -> tuple[Any, ...]:
        """Return entries, scale, offset and, where there are some, errors, for compiled loops."""
        errors = () if self.errors is None else vars(self.errors).values()
        return tuple(x.cpu().numpy() for x in (self.entries, self.scale, self.offset, *errors))

    def take(self, rows: NDArray[np.int64]) -> 'KeyBlock':
        """Return the keys of some of the queries, on the CPU."""
        chosen = torch.from_numpy(rows).to(self.entries.device)
        errors = self.errors
        if errors is not None:
            own = errors.floor[chosen].cpu(), errors.reach[chosen].cpu()
            errors = KeyErrors(*own, errors.norms.cpu(), errors.slack.cpu())
        entries = self.entries[chosen].cpu()
        return KeyBlock(self.queries[rows], entries, self.scale.cpu(), self.offset.cpu(), errors)


class GalleryKeys(ABC):
    """Where keys come from.

    Attributes:
        shape: (Q, G).
    """

    shape: tuple[int, int]

    def prepare(self, junk: NDArray[np.bool_]) -> None:
        """Work out what all blocks need; to be called once, before :meth:`blocks`.

        Args:
            junk: ``(G,)`` gallery images that rank behind all others.

        """
        self._junk = torch.from_numpy(junk)

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
            yield start, start + len(part), self.block(part)

    @abstractmethod
    def block(self, queries: NDArray[np.int64]) -> KeyBlock:
        """Return the keys of some queries."""

    @abstractmethod
    def precise_block(self, queries: NDArray[np.int64]) -> KeyBlock:
        """Return the same in double precision."""

    @abstractmethod
    def exact(self, queries: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Compute distances of queries and gallery images, ``(P,)`` each, in double precision."""


class DistanceKeys(GalleryKeys):
    """Keys from a distance matrix.

    Args:
        distances: ``(Q, G)``.
    """

    def __init__(self, distances: Tensor) -> None:
        self.shape = distances.shape[0], distances.shape[1]
        self._distances = distances
        self._dtype = _exact_type(distances)

    def block(self, queries: NDArray[np.int64]) -> KeyBlock:
        """Return the distances; EntryError if one is NaN or infinite."""
        rows = torch.from_numpy(queries).to(self._distances.device)
        entries = self._distances[rows].to(self._dtype)
        if not torch.stack(torch.aminmax(entries)).isfinite().all():
            row, column = (~entries.isfinite()).nonzero()[0].tolist()
            value = entries[row, column].item()
            raise EntryError('distances', int(queries[row]), column, value, 'a finite number')
        offset = torch.zeros(self.shape[1], dtype=self._dtype, device=entries.device)
        offset[self._junk.to(offset.device)] = torch.inf
        return KeyBlock(queries, entries, torch.ones_like(offset), offset)

    precise_block = block

    def exact(self, queries: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what the matrix has."""
        places = (torch.from_numpy(x).to(self._distances.device) for x in (queries, columns))
        return self._distances[*places].double().cpu().numpy()


class FeatureKeys(GalleryKeys):
    """Keys from features, put in their place by :class:`FeaturePlacement`.

    Euclidean distances are in the order of ``|g|^2 / 2 - q g``, cosine distances in that of
    ``-q g / |g|`` or, of vectors of length 1 less a centre, again in that of Euclidean ones.

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
        dtype = _exact_type(query_features, gallery_features)
        self._buffer = torch.empty(0, dtype=dtype, device=self._device)
        self._cosine = metric == 'cosine'

    def prepare(self, junk: NDArray[np.bool_]) -> None:
        """See :class:`GalleryKeys`.

        Raises:
            EntryError: If a feature is NaN or infinite.
        """
        super().prepare(junk)
        sides = self._queries, self._gallery
        self._placement, squares = FeaturePlacement.of(*sides, cosine=self._cosine)
        self._query_norms, self._norms = (x.sqrt() for x in squares)
        self._squares = squares[1]
        self._zeros = [~side.any(dim=1) if self._placement.unit else None for side in sides]
        self._exact = self._products_are_exact()

    def block(self, queries: NDArray[np.int64]) -> KeyBlock:
        """See :class:`GalleryKeys`; all blocks are in the same memory."""
        # Fresh memory for each would cost more than the counting.
        size = len(queries) * self.shape[1]
        if self._buffer.numel() < size:
            self._buffer = self._buffer.new_empty(size)
        return self._block(queries, self._buffer[:size].view(len(queries), -1))

    def precise_block(self, queries: NDArray[np.int64]) -> KeyBlock:
        """See :class:`GalleryKeys`."""
        shape = len(queries), self.shape[1]
        return self._block(queries, self._buffer.new_empty(shape, dtype=torch.float64))

    def exact(self, queries: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Compute distances by ``exact_distances``; Euclidean ones are squared and scaled."""
        step = rows_per_chunk(self._gallery.shape[1])
        found = [np.empty(0)]
        for start in range(0, len(queries), step):
            chunk, power = slice(start, start + step), self._placement.power
            one = _on_cpu(self._queries, queries[chunk], power)
            other = _on_cpu(self._gallery, columns[chunk], power)
            found.append(exact_distances(one, other, self._metric))
        return np.concatenate(found)

    def _block(self, queries: NDArray[np.int64], entries: Tensor) -> KeyBlock:
        gallery, num_gallery, place = self._gallery, self.shape[1], self._placement
        kind = self._device, entries.dtype
        at_home = place.is_identity and (gallery.device, gallery.dtype) == kind
        step = num_gallery if at_home else max(1, PART // max(1, gallery.shape[1]))
        rows = torch.from_numpy(queries)
        wanted = place.placed(self._queries[rows.to(self._device)], entries.dtype)
        with torch.autocast(self._device.type, enabled=False), _full_precision():
            for start in range(0, num_gallery, step):
                part = gallery[start : start + step].to(self._device)
                part = place.placed(part, entries.dtype)
                torch.mm(wanted, part.T, out=entries[:, start : start + step])
        scale, offset = (x.to(*kind) for x in self._scale_and_offset())
        no_direction, _ = self._zeros
        if no_direction is not None:  # as far from one image as from all others
            entries[no_direction[rows.to(self._device)]] = offset
        offset[self._junk.to(self._device)] = torch.inf
        return KeyBlock(queries, entries, scale, offset, self._errors(rows, entries))

    def _scale_and_offset(self) -> tuple[Tensor, Tensor]:
        norms = self._norms
        if self._cosine and not self._placement.unit:
            # A vector of zeros is at cosine 0 from all others.
            return -1 / norms.clamp(min=MODERATE**-2), torch.zeros_like(norms)
        offset = self._squares / 2
        if self._zeros[1] is not None:  # at distance 1 instead of 1/2
            offset += self._zeros[1].cpu() / 2
        return -torch.ones_like(norms), offset

    def _errors(self, rows: Tensor, entries: Tensor) -> KeyErrors | None:
        if self._exact:
            return None
        width, kind = self._gallery.shape[1], torch.finfo(entries.dtype)
        unit = kind.eps / 2
        product = (min(DEVIATIONS * math.sqrt(width), width) + 8) * unit
        lengths, norms = self._query_norms[rows], self._norms
        if self._cosine and not self._placement.unit:
            norms, slack = torch.ones_like(norms), torch.zeros_like(norms)
        else:
            # Divisions by a length are wrong by some units of 1, whatever the centre leaves.
            division = 4 * torch.finfo(torch.float64).eps if self._cosine else 0.0
            slack = (4 * unit * norms + division) * norms
            lengths, norms = lengths + division / product, norms + division / product
        # Numbers below the smallest may be taken for 0.
        slack = slack + MODERATE * width * kind.tiny
        # What double precision takes for equal is equal.
        floor = 2 * torch.finfo(torch.float64).eps * self._query_norms[rows].square()
        errors = (floor, product * lengths, norms, slack)
        return KeyErrors(*(x.to(entries.device, entries.dtype) for x in errors))

    def _products_are_exact(self) -> bool:
        """Whether every product is a sum of whole numbers that the type can hold."""
        longest = self._norms.max().item()
        if longest == 0:
            return True
        limit = 1 / torch.finfo(self._buffer.dtype).eps
        if self._cosine or longest * max(longest, self._query_norms.max().item()) >= limit:
            return False
        return all(map(self._placement.are_whole, (self._queries, self._gallery)))


def _on_cpu(features: Tensor, rows: NDArray[np.int64], power: int) -> NDArray[np.floating]:
    chosen = features[torch.from_numpy(rows).to(features.device)].cpu()
    numbers = (
        chosen if chosen.dtype in (torch.float32, torch.float64) else chosen.double()
    ).numpy()
    return np.ldexp(numbers.astype(np.float64), power) if power else numbers


@contextmanager
def _full_precision() -> Iterator[None]:
    """Products of single-precision numbers in single precision, whatever is allowed elsewhere."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision('highest')
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _exact_type(*values: Tensor) -> torch.dtype:
    """Single precision for floating types of no more, else double."""
    single = (torch.float32, torch.float16, torch.bfloat16)
    return torch.float32 if all(x.dtype in single for x in values) else torch.float64
