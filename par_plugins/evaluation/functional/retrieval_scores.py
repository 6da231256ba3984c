"""CMC, mAP and mINP of a ranked gallery, exact, without sorting it.

The rank of a positive is one plus the gallery images that are nearer, or as near and earlier in the
gallery; so blocks of distances are counted and forgotten. The rules are those of Market-1501: L.
Zheng et al., "Scalable Person Re-identification: A Benchmark", ICCV 2015.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from par_plugins.evaluation.functional.camera_pairs import camera_pair_scores
from par_plugins.evaluation.functional.gallery_keys import DistanceKeys, FeatureKeys, GalleryKeys
from par_plugins.evaluation.functional.gallery_positions import gallery_positions
from par_plugins.evaluation.functional.identity_pairs import (
    IdentityPairs,
    Numbers,
    RetrievalLabels,
)
from par_plugins.evaluation.functional.matrices import as_matrix
from par_plugins.evaluation.functional.ranked_positives import AP_RULES, RankedPositives
from par_plugins.evaluation.functional.single_gallery_shot import GalleryDraws
from par_plugins.structures import InputError

METRICS = ('euclidean', 'cosine', 'precomputed')
RANKS = (1, 5, 10, 20)
BLOCK_SIZE = 1 << 27
"""Distances held at a time, at most: 512 MiB in single precision."""


@torch.no_grad()
def retrieval_scores(
    query_features: Tensor | ArrayLike,
    gallery_features: Tensor | ArrayLike | None,
    query_pids: Numbers,
    gallery_pids: Numbers,
    query_camids: Numbers | None,
    gallery_camids: Numbers | None,
    *,
    ap: str = 'finite_sum',
    filter_same_camera: bool = True,
    max_rank: int = 50,
    metric: str = 'euclidean',
    gallery_draws: int = 0,
    seed: int = 0,
    per_query: bool = False,
    camera_pairs: bool = False,
    block_size: int = BLOCK_SIZE,
) -> dict[str, Any]:
    """Score the ranking of a gallery by distance from queries, query by query.

    A query's gallery is without images of its identity under its own camera, and without identity
    -1; every other identity, 0 too, is one like any other. Queries without a positive are left
    out. Images at the same distance are in gallery order.

    Ranks up to ``max_rank`` and the scores are those of distances in double precision, whatever
    offset, groups, scale or duplicates the features have: matrix products in single precision tell
    the order where their rounding errors cannot change it, and double precision tells it elsewhere.
    Of scores to which a rank far down adds next to nothing that means 1e-4 points at most; from
    distances and from whole-numbered features they are exact.

    Args:
        query_features: ``(Q, F)``; distances are computed on its device. With
            ``metric='precomputed'`` the distances themselves, ``(Q, G)``, the smaller the nearer.
        gallery_features: ``(G, F)``; half precision is computed in single. None with
            ``metric='precomputed'``.
        query_pids: ``(Q,)`` identities.
        gallery_pids: ``(G,)`` identities.
        query_camids: ``(Q,)`` cameras; None where nothing needs them.
        gallery_camids: ``(G,)`` cameras; None where nothing needs them.
        ap: Average precision as ``'finite_sum'`` (mean over positives of hits to rank) or as
            ``'trapezoid'`` (the area that Market-1501's authors take: lower).
        filter_same_camera: Whether images of the query's identity and camera are left out.
        max_rank: Length of the CMC, unless the gallery is smaller.
        metric: ``'euclidean'``, ``'cosine'`` or ``'precomputed'``.
        gallery_draws: CMC and ranks as means over so many galleries with one image an identity
            (10 for CUHK03's classic protocol); 0 for the gallery as it is. Average precision is
            always that of the whole gallery.
        seed: Of the draws.
        per_query: Whether to return the scores of each query.
        camera_pairs: Whether to return the scores of each pair of cameras.
        block_size: Number of distances held at a time, unless one query has more.

    Returns:
        ``cmc``, ``(min(max_rank, G),)`` float64; ``rank1``, ``rank5``, ``rank10``, ``rank20``,
        ``mAP``, ``mINP``; all in percent. ``counts``: ``queries``, ``scored_queries``,
        ``gallery`` (without junk), ``junk`` and ``positives`` (of all queries together).

        With ``per_query``: ``average_precision`` and ``inverse_penalty`` (positives to the rank
        of the last one), ``(Q,)`` in percent, and ``first_rank``, ``(Q,)`` in the whole gallery;
        NaN for queries left out.

        With ``camera_pairs``, a dict of that name: ``query_cameras`` (ascending),
        ``gallery_cameras``, and ``rank1`` and ``mAP``, matrices in percent, NaN where no query of
        the one camera has a positive under the other; ``cross_camera_rank1`` and
        ``cross_camera_mAP``, their means over different cameras. Only the positives are limited
        to a camera: other people's images of all cameras stay in the ranking.

    Raises:
        InputError: If lengths or widths differ, a side is empty, no query has a positive, labels
            are no whole numbers, cameras are needed and missing, or an option is none.
        EntryError: If a feature or distance is NaN or infinite; the message names row, column
            and value.

    Example:
        >>> gallery = [[1.0], [3.0], [4.0]]
        >>> scores = retrieval_scores([[0.0]], gallery, [7], [5, 7, 7], [1], [2, 2, 2])
        >>> scores['rank1'], round(scores['mAP'], 2)  # its identity is at ranks 2 and 3
        (0.0, 58.33)
    """
    check_retrieval_options(
        ap=ap, metric=metric, max_rank=max_rank, gallery_draws=gallery_draws, block_size=block_size
    )
    keys = _keys(query_features, gallery_features, metric)
    labels = RetrievalLabels.checked(
        keys.shape, query_pids, gallery_pids, query_camids, gallery_camids
    )
    if camera_pairs and not labels.has_cameras:
        raise InputError('camera_pairs needs query_camids and gallery_camids')
    pairs = IdentityPairs.of(labels, filter_same_camera=filter_same_camera)
    keys.prepare(labels.junk)
    draws = GalleryDraws.of(labels, pairs, gallery_draws, seed) if gallery_draws else None
    positions, drawn_ranks = _count(
        keys, pairs, draws, max_rank, block_size, by_camera=camera_pairs
    )
    ranked = RankedPositives.of(pairs, positions, pairs.positive)
    scores = _summary(labels, pairs, ranked, drawn_ranks, ap, max_rank)
    if per_query:
        scores |= _per_query(labels, pairs, ranked, ap)
    if camera_pairs:
        scores['camera_pairs'] = camera_pair_scores(labels, pairs, positions, ap)
    return scores


def check_retrieval_options(
    *,
    ap: str,
    metric: str,
    max_rank: int = 1,
    gallery_draws: int = 0,
    block_size: int = 1,
) -> None:
    """Refuse what is no option of :func:`retrieval_scores`.

    Raises:
        InputError: If one is none of the known or too small; the message names it.
    """
    for name, value, known in (('ap', ap, tuple(AP_RULES)), ('metric', metric, METRICS)):
        if value not in known:
            raise InputError(f'{name}: {value!r} is none of {", ".join(known)}')
    for name, number, smallest in (
        ('max_rank', max_rank, 1),
        ('gallery_draws', gallery_draws, 0),
        ('block_size', block_size, 1),
    ):
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise InputError(f'{name}: {number!r}, not a whole number')
        if number < smallest:
            raise InputError(f'{name}: {number}, not {smallest} or more')


def _keys(
    query_features: Tensor | ArrayLike, gallery_features: Tensor | ArrayLike | None, metric: str
) -> GalleryKeys:
    if metric == 'precomputed':
        if gallery_features is not None:
            raise InputError(
                "with metric='precomputed' the first argument has the distances, and "
                'gallery_features must be None'
            )
        return DistanceKeys(as_matrix('distances', query_features, '(Q, G)'))
    if gallery_features is None:
        raise InputError(f'gallery_features: None, but metric={metric!r} needs them')
    return FeatureKeys(
        as_matrix('query_features', query_features, '(Q, F)'),
        as_matrix('gallery_features', gallery_features, '(G, F)'),
        metric,
    )


def _count(
    keys: GalleryKeys,
    pairs: IdentityPairs,
    draws: GalleryDraws | None,
    max_rank: int,
    block_size: int,
    *,
    by_camera: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Positions of the pairs, ``(M,)``, and ranks in the drawn galleries, ``(D, S)``."""
    positions, drawn_ranks = np.empty(len(pairs.gallery), np.int64), []
    for first, last, block in keys.blocks(pairs.queries, block_size):
        bounds = pairs.bounds[first : last + 1]
        own = slice(bounds[0], bounds[-1])
        positions[own] = gallery_positions(
            keys,
            block,
            pairs.gallery[own],
            bounds - bounds[0],
            pairs.positive[own],
            max_rank,
            by_camera=by_camera,
        )
        if draws is not None:
            drawn_ranks.append(draws.ranks(first, keys, block))
    return positions, np.concatenate(drawn_ranks, axis=1) if drawn_ranks else None


def _summary(
    labels: RetrievalLabels,
    pairs: IdentityPairs,
    ranked: RankedPositives,
    drawn_ranks: NDArray[np.int64] | None,
    ap: str,
    max_rank: int,
) -> dict[str, Any]:
    ranks = ranked.first_rank() if drawn_ranks is None else drawn_ranks
    ascending = np.sort(ranks, axis=None)

    def share_up_to(rank: int | NDArray[np.int64]) -> Any:
        return 100 * np.searchsorted(ascending, rank, 'right') / ascending.size

    junk = int(labels.junk.sum())
    length = min(max_rank, len(labels.gallery_pids))
    return {
        'cmc': share_up_to(np.arange(1, length + 1)),
        **{f'rank{rank}': float(share_up_to(rank)) for rank in RANKS},
        'mAP': 100 * float(ranked.average_precision(ap).mean()),
        'mINP': 100 * float(ranked.inverse_penalty().mean()),
        'counts': {
            'queries': len(labels.query_pids),
            'scored_queries': len(pairs.queries),
            'gallery': len(labels.gallery_pids) - junk,
            'junk': junk,
            'positives': int(pairs.positive.sum()),
        },
    }


def _per_query(
    labels: RetrievalLabels, pairs: IdentityPairs, ranked: RankedPositives, ap: str
) -> dict[str, NDArray[np.float64]]:
    results = {
        'average_precision': 100 * ranked.average_precision(ap),
        'inverse_penalty': 100 * ranked.inverse_penalty(),
        'first_rank': ranked.first_rank(),
    }
    for name, values in results.items():
        results[name] = np.full(len(labels.query_pids), np.nan)
        results[name][pairs.queries] = values
    return results
