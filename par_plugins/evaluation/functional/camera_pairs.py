"""Retrieval scores of every pair of a query's and a gallery image's camera."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from par_plugins.evaluation.functional.identity_pairs import IdentityPairs, RetrievalLabels
from par_plugins.evaluation.functional.ranked_positives import RankedPositives


def camera_pair_scores(
    labels: RetrievalLabels, pairs: IdentityPairs, positions: NDArray[np.int64], ap: str
) -> dict[str, Any]:
    """Compute rank-1 and mAP by pair of cameras, as ``retrieval_scores`` returns them.

    Args:
        labels: With cameras.
        pairs: Of the queries that are scored.
        positions: ``(M,)`` places of the pairs' images in the ranking of the whole gallery.
        ap: Rule of average precision.
    """
    assert labels.query_camids is not None and labels.gallery_camids is not None
    of_query, of_image = labels.query_camids[pairs.queries], labels.gallery_camids[pairs.gallery]
    query_cameras = np.unique(labels.query_camids)
    gallery_cameras = np.unique(labels.gallery_camids[~labels.junk])
    matrices = np.full((2, len(query_cameras), len(gallery_cameras)), np.nan)
    for column, camera in enumerate(gallery_cameras):
        ranked = RankedPositives.of(pairs, positions, pairs.positive & (of_image == camera))
        per_query = np.stack([ranked.first_rank() == 1, ranked.average_precision(ap)])
        scored = ranked.num_positives > 0
        for row, query_camera in enumerate(query_cameras):
            chosen = scored & (of_query == query_camera)
            if chosen.any():
                matrices[:, row, column] = 100 * per_query[:, chosen].mean(axis=1)
    across = (query_cameras[:, None] != gallery_cameras) & ~np.isnan(matrices[0])
    rank1, mean_precision = matrices
    return {
        'query_cameras': query_cameras,
        'gallery_cameras': gallery_cameras,
        'rank1': rank1,
        'mAP': mean_precision,
        'cross_camera_rank1': float(rank1[across].mean()) if across.any() else np.nan,
        'cross_camera_mAP': float(mean_precision[across].mean()) if across.any() else np.nan,
    }
