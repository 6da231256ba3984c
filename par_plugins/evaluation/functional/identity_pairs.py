"""Which gallery images show the person of a query, and which of them count."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from par_plugins.structures import UNKNOWN, InputError

Numbers = Tensor | ArrayLike


@dataclass(frozen=True)
class RetrievalLabels:
    """Identities and cameras of queries and gallery, ``(Q,)`` and ``(G,)`` int64.

    Attributes:
        query_pids: Identities.
        gallery_pids: Identities.
        query_camids: Cameras, or None where unknown.
        gallery_camids: Cameras, or None where unknown.
    """

    query_pids: NDArray[np.int64]
    gallery_pids: NDArray[np.int64]
    query_camids: NDArray[np.int64] | None
    gallery_camids: NDArray[np.int64] | None

    @classmethod
    def checked(
        cls,
        shape: tuple[int, int],
        query_pids: Numbers,
        gallery_pids: Numbers,
        query_camids: Numbers | None,
        gallery_camids: Numbers | None,
    ) -> 'RetrievalLabels':
        """Take labels of a number of queries and gallery images.

        Args:
            shape: (Q, G).
            query_pids: ``(Q,)``.
            gallery_pids: ``(G,)``.
            query_camids: ``(Q,)`` or None.
            gallery_camids: ``(G,)`` or None.

        Raises:
            InputError: If there are no queries or no gallery images, or labels of another length
                or that are no whole numbers.
        """
        for kind, length in zip(('query', 'gallery image'), shape, strict=True):
            if length == 0:
                raise InputError(f'there is no {kind} to score')
        num_queries, num_gallery = shape
        return cls(
            _whole_numbers('query_pids', query_pids, num_queries),
            _whole_numbers('gallery_pids', gallery_pids, num_gallery),
            None
            if query_camids is None
            else _whole_numbers('query_camids', query_camids, num_queries),
            None
            if gallery_camids is None
            else _whole_numbers('gallery_camids', gallery_camids, num_gallery),
        )

    @property
    def has_cameras(self) -> bool:
        """Whether the cameras of both sides are known."""
        return self.query_camids is not None and self.gallery_camids is not None

    @property
    def junk(self) -> NDArray[np.bool_]:
        """``(G,)``, which gallery images enter no ranking."""
        junk: NDArray[np.bool_] = self.gallery_pids == UNKNOWN
        return junk


@dataclass(frozen=True)
class IdentityPairs:
    """Every pair of a query and a gallery image of its identity, query after query.

    Only queries that have a positive are here, numbered anew from 0 to S - 1.

    Attributes:
        queries: ``(S,)`` their own numbers, ascending.
        bounds: ``(S + 1,)``: the pairs of query s are those from ``bounds[s]`` to
            ``bounds[s + 1]``.
        gallery: ``(M,)`` the gallery image of a pair.
        positive: ``(M,)`` whether it counts; others are to be dropped from the ranking.
    """

    queries: NDArray[np.int64]
    bounds: NDArray[np.int64]
    gallery: NDArray[np.int64]
    positive: NDArray[np.bool_]

    @classmethod
    def of(cls, labels: RetrievalLabels, *, filter_same_camera: bool) -> 'IdentityPairs':
        """Pair queries with the gallery.

        Args:
            labels: Of both.
            filter_same_camera: Whether a positive must be of another camera than its query.

        Raises:
            InputError: If no query has a positive, or cameras are needed and missing.
        """
        if filter_same_camera and not labels.has_cameras:
            raise InputError(
                'query_camids and gallery_camids are needed to drop images of the same camera; '
                'filter_same_camera=False keeps them'
            )
        pids = labels.query_pids
        by_identity = np.argsort(labels.gallery_pids, kind='stable')
        ordered = labels.gallery_pids[by_identity]
        start = np.searchsorted(ordered, pids, 'left')
        number = np.where(pids == UNKNOWN, 0, np.searchsorted(ordered, pids, 'right') - start)
        query, place = np.repeat(np.arange(len(pids)), number), _counted_up(number)
        gallery = by_identity[start[query] + place]
        positive = np.ones(len(query), np.bool_)
        if filter_same_camera:
            assert labels.query_camids is not None and labels.gallery_camids is not None
            positive = labels.query_camids[query] != labels.gallery_camids[gallery]
        scored = np.bincount(query[positive], minlength=len(pids)) > 0
        if not scored.any():
            shared = int((number > 0).sum())
            raise InputError(
                f'none of the {len(pids)} queries has a positive: {shared} share an identity with '
                f'the gallery, {shared if filter_same_camera else 0} of them only under the same '
                'camera; filter_same_camera=False counts images of the same camera, too'
            )
        kept = scored[query]
        bounds = np.concatenate([[0], np.cumsum(number[scored])])
        return cls(np.flatnonzero(scored), bounds, gallery[kept], positive[kept])

    @property
    def row(self) -> NDArray[np.int64]:
        """``(M,)`` which of the S queries a pair is of."""
        return np.repeat(np.arange(len(self.queries)), np.diff(self.bounds))


def _counted_up(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ..., n - 1 for each of some numbers n, one after the other."""
    stops = np.cumsum(numbers)
    total = int(stops[-1]) if len(stops) else 0
    return np.arange(total) - np.repeat(stops - numbers, numbers)


def _whole_numbers(name: str, values: Numbers, length: int) -> NDArray[np.int64]:
    numbers = values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
    if numbers.shape != (length,):
        raise InputError(f'{name}: shape {numbers.shape}, not ({length},), one for each image')
    if not np.issubdtype(numbers.dtype, np.integer):
        raise InputError(f'{name}: type {numbers.dtype}, not whole numbers')
    return numbers.astype(np.int64)
