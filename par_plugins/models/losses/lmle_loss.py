"""Large margin local embedding (LMLE): quintuplets over clusters within classes.

C. Huang et al., "Learning Deep Representation for Imbalanced Classification", CVPR 2016, as the
class rectification papers (ICCV 2017, TPAMI 2019) compare against. **Ours**, where those say
nothing: features of length 1 and squared distances, one margin for all three hinges, quintuplets
taken from the batch (the original searches the whole training set), and a quintuplet that the batch
cannot fill keeps the hinges that it can. A class with one cluster has the last hinge alone, that of
the batch's hardest triplet.
"""

import torch
from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses.embedding_loss import EmbeddingLoss, no_pull, pair_table
from par_plugins.structures import InputError, checked_number


def lmle_loss(features: Tensor, targets: Tensor, clusters: Tensor, *, margin: float) -> Tensor:
    """Sum of three chained hinges, mean over the anchors that have one.

    Of each image and attribute as anchor: ``sum_t max(0, margin + D(q_t) - D(q_t+1))`` over the
    distances to its farthest image of the same cluster, its nearest of its class in another
    cluster, its farthest of its class, and its nearest of another class. A hinge is there if both
    its images are.

    Args:
        features: ``(N, F)`` or ``(N, A, E)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        clusters: ``(N, A)`` int64 cluster of each image by attribute; clusters of different
            classes may share a number.
        margin: Between squared distances of features of length 1.

    Returns:
        A scalar; 0 with zero gradient where there is no hinge.
    """
    if len(features) == 0:
        return features.sum()  # no farthest of no images
    pairs = pair_table(features, targets)
    cluster_ids = clusters.t()
    together = pairs.same & (cluster_ids[:, :, None] == cluster_ids[:, None, :])
    chain = torch.stack([together, pairs.same & ~together, pairs.same, pairs.other])
    infinity = torch.inf
    distances = torch.stack(
        [
            pairs.distances.masked_fill(~chain[0], -infinity).amax(dim=2),
            pairs.distances.masked_fill(~chain[1], infinity).amin(dim=2),
            pairs.distances.masked_fill(~chain[2], -infinity).amax(dim=2),
            pairs.distances.masked_fill(~chain[3], infinity).amin(dim=2),
        ]
    )
    there = chain.any(dim=3)
    distances = distances.masked_fill(~there, 0.0)
    hinges = (margin + distances[:-1] - distances[1:]).clamp(min=0)
    counted = there[:-1] & there[1:]
    return hinges.masked_fill(~counted, 0.0).sum() / counted.any(dim=0).sum().clamp(min=1)


@MODELS.register_module()
class LMLELoss(EmbeddingLoss):
    """Quintuplets of a batch; the clusters come from ``ClassClusterHook``.

    Predictions are those of ``NearestNeighbourHead`` over the clusters.

    Args:
        margin: See :func:`lmle_loss`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``margin`` is not above 0.
    """

    inputs = ('features', 'image_indices')

    def __init__(self, margin: float = 0.2, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.margin = checked_number('margin', margin, above=0)
        self.loss_weight = checked_number('loss_weight', loss_weight)
        # No buffer: the hook replaces it, and keeps it in the checkpoint.
        self.clusters: Tensor | None = None

    def set_clusters(self, clusters: Tensor) -> None:
        """Take the clusters of all training images.

        Args:
            clusters: ``(M, A)`` int64, in the order of the training set.
        """
        self.clusters = clusters

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
        features: Tensor | None = None,
        image_indices: Tensor | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` logits, which get a gradient of 0.
            target: ``(N, A)``, -1 for unknown.
            weight: None.
            avg_factor: Given by heads of mmpretrain; this mean has no use for it.
            reduction_override: None or ``mean``.
            features: ``(N, F)`` or ``(N, A, E)``.
            image_indices: ``(N,)`` place of each image in the training set.

        Raises:
            InputError: If features, clusters or indices are missing, shapes do not fit, or there
                is a weight.
        """
        features = self.checked(features, weight, reduction_override)
        if self.clusters is None:
            raise InputError(
                "LMLELoss needs clusters: add dict(type='ClassClusterHook') to custom_hooks"
            )
        if image_indices is None:
            raise InputError("LMLELoss needs the samples' sample_idx: keep it in their meta_keys")
        self.clusters = self.clusters.to(features.device)
        clusters = self.clusters[image_indices]
        loss = lmle_loss(features, self.labels(pred, target), clusters, margin=self.margin)
        return self.loss_weight * loss + no_pull(pred)
