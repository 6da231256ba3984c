"""Where features are moved to before they are multiplied, so that no digit is lost."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from par_plugins.evaluation.functional.matrices import refuse_entries, rows_per_chunk

MODERATE = 2.0**30
"""Features whose largest number is from 1 / MODERATE to MODERATE are multiplied as they are."""
TINY = torch.finfo(torch.float64).tiny
LARGE_CENTRE = 0.5
"""The mean is taken off where its squared length is more than this share of the mean squared
length: a smaller one costs no digit."""


@dataclass(frozen=True)
class FeaturePlacement:
    """Times a power of two, for directions divided by the length, less a centre.

    All of it is worked out in double precision.

    Attributes:
        power: Exponent of the power of two.
        unit: Whether rows are divided by their lengths; rows of zeros stay so.
        centre: ``(F,)`` float64, or None.
    """

    power: int = 0
    unit: bool = False
    centre: Tensor | None = None

    @classmethod
    def of(
        cls, queries: Tensor, gallery: Tensor, *, cosine: bool
    ) -> tuple['FeaturePlacement', tuple[Tensor, Tensor]]:
        """Return what features need: most of them nothing, and then they are not copied.

        Args:
            queries: ``(Q, F)``.
            gallery: ``(G, F)``.
            cosine: Whether only directions count.

        Returns:
            The placement, and squared lengths of queries and gallery there: see :meth:`squares`.

        Raises:
            EntryError: If a feature is NaN or infinite.
        """
        largest = max(_largest('query_features', queries), _largest('gallery_features', gallery))
        moderate = largest == 0 or 1 / MODERATE <= largest <= MODERATE
        place = cls(0 if moderate else -math.frexp(largest)[1])
        squares = place.squares(queries), torch.empty(len(gallery), dtype=torch.float64)
        total = torch.zeros(gallery.shape[1], dtype=torch.float64, device=gallery.device)
        for start, rows in place._chunks(gallery):
            of_rows = rows.square().sum(dim=1)
            squares[1][start : start + len(rows)] = of_rows
            weights = of_rows.clamp(min=TINY).rsqrt() if cosine else torch.ones_like(of_rows)
            total += weights @ rows
        known = torch.cat([x[x > 0] for x in squares])
        # A product of very long and very short vectors leaves the range of numbers.
        uneven = cosine and len(known) > 0 and bool(known.min() * MODERATE < known.max())
        mean_square = 1.0 if cosine else squares[1].mean().item()
        far = (total / len(gallery)).square().sum().item() > LARGE_CENTRE * mean_square
        if not uneven and not far:
            return place, squares
        place = cls(place.power, unit=cosine)
        if far:
            place = cls(place.power, place.unit, place.mean(gallery))
        return place, (place.squares(queries), place.squares(gallery))

    @property
    def is_identity(self) -> bool:
        """Whether it leaves features as they are."""
        return self == FeaturePlacement()

    def rows(self, features: Tensor) -> Tensor:
        """Put a few rows in place, ``(n, F)`` float64."""
        rows = features.double()
        if self.power:
            rows = torch.ldexp(rows, torch.tensor(self.power, device=rows.device))
        if self.unit and rows.shape[1]:
            rows = rows / rows.abs().amax(dim=1, keepdim=True).clamp(min=TINY)
            rows = rows / rows.norm(dim=1, keepdim=True).clamp(min=TINY)
        return rows if self.centre is None else rows - self.centre.to(rows.device)

    def placed(self, features: Tensor, dtype: torch.dtype) -> Tensor:
        """Put rows in place, ``(N, F)`` of a type."""
        if self.is_identity:
            return features.to(dtype)
        out = torch.empty(features.shape, dtype=dtype, device=features.device)
        for start, rows in self._chunks(features):
            out[start : start + len(rows)] = rows
        return out

    def squares(self, features: Tensor) -> Tensor:
        """Compute squared lengths of placed rows, ``(N,)`` float64 on the CPU."""
        squares = torch.empty(len(features), dtype=torch.float64, device=features.device)
        for start, rows in self._chunks(features):
            squares[start : start + len(rows)] = rows.square().sum(dim=1)
        return squares.cpu()

    def mean(self, features: Tensor) -> Tensor:
        """Compute the mean of placed rows, ``(F,)`` float64; exact where all are equal."""
        first = self.rows(features[:1])[0]
        total = torch.zeros_like(first)
        for _, rows in self._chunks(features):
            total += (rows - first).sum(dim=0)
        return total / len(features) + first

    def are_whole(self, features: Tensor) -> bool:
        """Return whether all placed rows are of whole numbers."""
        return all(bool((rows == rows.round()).all()) for _, rows in self._chunks(features))

    def _chunks(self, features: Tensor) -> Iterator[tuple[int, Tensor]]:
        step = rows_per_chunk(features.shape[1])
        for start in range(0, len(features), step):
            yield start, self.rows(features[start : start + step])


def _largest(name: str, features: Tensor) -> float:
    """Largest absolute value.

    Raises:
        EntryError: If a feature is NaN or infinite.
    """
    largest = 0.0
    step = rows_per_chunk(features.shape[1])
    for start in range(0, len(features), step):
        chunk = features[start : start + step]
        if chunk.numel() == 0:
            continue
        value = torch.stack(torch.aminmax(chunk)).double().abs().max().item()
        if not math.isfinite(value):
            refuse_entries(name, chunk, ~chunk.isfinite(), start, 'a finite number')
        largest = max(largest, value)
    return largest
