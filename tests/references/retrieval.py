"""Slow, obvious retrieval scores: sort the gallery of one query after the other."""

import math

import numpy as np


def squared_distances(queries, gallery):
    """Squared Euclidean distances of rows, exact for whole numbers."""
    return ((queries[:, None].astype(float) - gallery[None]) ** 2).sum(axis=2)


def cosine_distances(queries, gallery):
    def unit(rows):
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return 1 - unit(queries) @ unit(gallery).T


def ranking(distances, dropped):
    """Gallery images by distance, equal ones in gallery order, without those to drop."""
    images = [image for image in range(len(distances)) if not dropped[image]]
    return sorted(images, key=lambda image: (distances[image], image))


def finite_sum(hits):
    """Mean over the positives of the precision at their rank."""
    precisions = [sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
    return sum(precisions) / len(precisions)


def trapezoid(hits):
    """The area below the precision-recall curve, walked from rank to rank."""
    area, recall, precision = 0.0, 0.0, 1.0
    for place in range(len(hits)):
        found = sum(hits[: place + 1])
        next_recall, next_precision = found / sum(hits), found / (place + 1)
        area += (next_recall - recall) * (precision + next_precision) / 2
        recall, precision = next_recall, next_precision
    return area


AVERAGE_PRECISION = {'finite_sum': finite_sum, 'trapezoid': trapezoid}


def dropped_images(query, qp, gp, qc, gc, filter_same_camera):
    same = (gp == qp[query]) & (gc == qc[query]) if filter_same_camera else np.zeros(len(gp), bool)
    return (gp == -1) | same


def drawn_first_hits(query, distances, dropped, qp, gp, draws, seed):
    """Rank of the query's own identity in galleries of one image an identity."""
    first_hits = []
    for numbers in np.random.default_rng(seed).random((draws, len(gp))):
        chosen = []
        for pid in set(gp[~dropped].tolist()):
            images = [image for image in np.flatnonzero(gp == pid) if not dropped[image]]
            chosen.append(min(images, key=lambda image: numbers[image]))
        others = np.ones(len(gp), bool)
        others[chosen] = False
        order = ranking(distances, others)
        first_hits.append(1 + [gp[image] for image in order].index(qp[query]))
    return first_hits


def retrieval_scores(
    distances,
    qp,
    gp,
    qc,
    gc,
    ap='finite_sum',
    filter_same_camera=True,
    max_rank=50,
    gallery_draws=0,
    seed=0,
):
    """The scores in percent, and those of each query, NaN without a positive."""
    num_queries, num_gallery = distances.shape
    first_hits = []
    average_precisions, penalties = ([math.nan] * num_queries for _ in range(2))
    for query in range(num_queries):
        dropped = dropped_images(query, qp, gp, qc, gc, filter_same_camera)
        order = ranking(distances[query], dropped)
        hits = [qp[query] != -1 and gp[image] == qp[query] for image in order]
        if not any(hits):
            continue
        average_precisions[query] = 100 * AVERAGE_PRECISION[ap](hits)
        last = max(place for place, hit in enumerate(hits) if hit)
        penalties[query] = 100 * sum(hits) / (last + 1)
        if gallery_draws:
            first_hits += drawn_first_hits(
                query, distances[query], dropped, qp, gp, gallery_draws, seed
            )
        else:
            first_hits.append(1 + hits.index(True))

    def share_up_to(rank):
        return 100 * sum(first <= rank for first in first_hits) / len(first_hits)

    return {
        'cmc': [share_up_to(rank) for rank in range(1, min(max_rank, num_gallery) + 1)],
        **{f'rank{rank}': share_up_to(rank) for rank in (1, 5, 10, 20)},
        'mAP': np.nanmean(average_precisions),
        'mINP': np.nanmean(penalties),
        'average_precision': average_precisions,
        'inverse_penalty': penalties,
    }


def camera_pair_scores(distances, qp, gp, qc, gc, ap='finite_sum', filter_same_camera=True):
    """Rank-1 and mAP by camera of query and positives, as two matrices."""
    cameras = sorted(set(qc.tolist())), sorted(set(gc[gp != -1].tolist()))
    matrices = np.full((2, len(cameras[0]), len(cameras[1])), math.nan)
    for row, query_camera in enumerate(cameras[0]):
        for column, gallery_camera in enumerate(cameras[1]):
            first, precision = [], []
            for query in np.flatnonzero(qc == query_camera):
                dropped = dropped_images(query, qp, gp, qc, gc, filter_same_camera)
                dropped |= (gp == qp[query]) & (gc != gallery_camera)
                order = ranking(distances[query], dropped)
                hits = [qp[query] != -1 and gp[image] == qp[query] for image in order]
                if any(hits):
                    first.append(hits[0])
                    precision.append(AVERAGE_PRECISION[ap](hits))
            if first:
                matrices[:, row, column] = 100 * np.mean(first), 100 * np.mean(precision)
    return matrices


def precise_distances(queries, gallery, metric):
    """In double precision, from differences where a product would lose digits."""
    queries, gallery = (side.astype(float) for side in (queries, gallery))
    if metric == 'euclidean':
        return np.stack([np.square(query - gallery).sum(axis=1) for query in queries])
    directions = []
    for side in (queries, gallery):
        largest = np.abs(side).max(axis=1, keepdims=True)
        side = side / np.where(largest == 0, 1, largest)
        length = np.linalg.norm(side, axis=1, keepdims=True)
        directions.append(side / np.where(length == 0, 1, length))  # zeros are at right angles
    one, other = directions
    halves = np.stack([np.square(query - other).sum(axis=1) / 2 for query in one])
    cosines = one @ other.T
    return np.where(cosines > 0.7, halves, 1 - cosines)
