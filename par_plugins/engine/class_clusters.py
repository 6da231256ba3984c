"""Clusters of images within each value of each attribute, by k-means."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from par_plugins.structures import UNKNOWN


@dataclass(frozen=True)
class ClassClusters:
    """Clusters of M training images.

    Attributes:
        clusters: ``(M, A)`` int64 number of each image's cluster, counted through all attributes;
            -1 where its label is unknown.
        centres: ``(G, F)``, or ``(G, A, E)`` of which a cluster has that of its own attribute, 0
            elsewhere.
        targets: ``(G, A)`` int64 value of a cluster's images in its own attribute, -1 elsewhere.
    """

    clusters: Tensor
    centres: Tensor
    targets: Tensor


def cluster_classes(
    features: Tensor, targets: Tensor, *, cluster_size: int, seed: int
) -> ClassClusters:
    """Cluster the images of each value, scaled to length 1, by scikit-learn's k-means.

    Args:
        features: ``(M, F)`` or ``(M, A, E)``.
        targets: ``(M, A)`` int64, -1 for unknown.
        cluster_size: Mean number of images of a cluster; a value with fewer than one and a half
            times as many has one cluster.
        seed: Same seed, same clusters.
    """
    from sklearn.cluster import KMeans  # takes half a second, and few runs cluster

    unit = functional.normalize(features.float(), dim=-1)
    clusters = torch.full_like(targets, UNKNOWN)
    centres: list[Tensor] = []
    labels: list[Tensor] = []
    for column in range(targets.shape[1]):
        embeddings = unit if unit.ndim == 2 else unit[:, column]
        for value in targets[:, column].unique().tolist():
            if value == UNKNOWN:
                continue
            rows = torch.nonzero(targets[:, column] == value)[:, 0]
            number = max(1, round(len(rows) / cluster_size))
            means = KMeans(number, n_init=1, random_state=seed).fit(embeddings[rows].numpy())
            clusters[rows, column] = len(labels) + torch.from_numpy(means.labels_).long()
            for centre in torch.from_numpy(means.cluster_centers_):
                embedded = torch.zeros_like(unit[0])
                embedded[(...,) if unit.ndim == 2 else (column,)] = centre
                centres.append(embedded)
                label = torch.full_like(targets[0], UNKNOWN)
                label[column] = value
                labels.append(label)
    return ClassClusters(clusters, torch.stack(centres), torch.stack(labels))
