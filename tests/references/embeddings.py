"""Slow, obvious quintuplets and triplets: one anchor, one image at a time."""

import math
from itertools import pairwise


def distances_of(features):
    """Squared distances of vectors scaled to length 1, as nested lists."""
    units = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in features]
    return [[sum((x - y) ** 2 for x, y in zip(u, v, strict=True)) for v in units] for u in units]


def lmle_loss(features, labels, clusters, margin):
    """Of several attributes: a list of distances' features, labels and clusters by attribute."""
    total, num_anchors = 0.0, 0
    for own_features, own_labels, own_clusters in zip(features, labels, clusters, strict=True):
        distances = distances_of(own_features)
        images = [i for i, label in enumerate(own_labels) if label >= 0]
        for a in images:
            in_class = [i for i in images if i != a and own_labels[i] == own_labels[a]]
            in_cluster = [i for i in in_class if own_clusters[i] == own_clusters[a]]
            outside = [i for i in in_class if own_clusters[i] != own_clusters[a]]
            others = [i for i in images if own_labels[i] != own_labels[a]]
            chain = [(in_cluster, max), (outside, min), (in_class, max), (others, min)]
            found = [pick(distances[a][i] for i in of) if of else None for of, pick in chain]
            hinges = [
                max(0.0, margin + near - far)
                for near, far in pairwise(found)
                if near is not None and far is not None
            ]
            total += sum(hinges)
            num_anchors += bool(hinges)
    return total / max(num_anchors, 1)


def semi_hard_triplet_loss(features, labels, margin):
    """Of several attributes: a list of features and labels by attribute."""
    hinges = []
    for own_features, own_labels in zip(features, labels, strict=True):
        distances = distances_of(own_features)
        images = [i for i, label in enumerate(own_labels) if label >= 0]
        for a in images:
            negatives = [distances[a][i] for i in images if own_labels[i] != own_labels[a]]
            for p in images:
                if p != a and own_labels[p] == own_labels[a] and negatives:
                    beyond = [d for d in negatives if d > distances[a][p]]
                    negative = min(beyond) if beyond else max(negatives)
                    hinges.append(max(0.0, margin + distances[a][p] - negative))
    return sum(hinges) / max(len(hinges), 1)
