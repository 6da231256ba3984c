"""Triplets with semi-hard negatives: the embedding of Triplet-kNN.

F. Schroff et al., "FaceNet", CVPR 2015, section 3, which the class rectification papers compare
against as Triplet-kNN; identities are attribute values here. **Ours**: an anchor without a negative
beyond its positive takes its farthest negative, and all attributes' triplets are pooled.
"""

import torch
from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses.embedding_loss import EmbeddingLoss, no_pull, pair_table
from par_plugins.structures import checked_number


def semi_hard_triplet_loss(features: Tensor, targets: Tensor, *, margin: float) -> Tensor:
    """Average ``max(0, margin + D(a, p) - D(a, n))`` over all pairs of anchor and positive.

    The negative of a pair is the nearest of those farther from the anchor than the positive; if
    there is none, the farthest.

    Args:
        features: ``(N, F)`` or ``(N, A, E)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        margin: Between squared distances of features of length 1.

    Returns:
        A scalar; 0 with zero gradient where there is no triplet.
    """
    pairs = pair_table(features, targets)
    positive = pairs.distances.expand_as(pairs.same)
    negatives = positive.masked_fill(~pairs.other, torch.inf).sort(dim=2).values
    number = pairs.other.sum(dim=2, keepdim=True)
    beyond = torch.searchsorted(negatives.detach(), positive.detach().contiguous(), right=True)
    negative = negatives.gather(2, beyond.minimum((number - 1).clamp(min=0)))
    counted = pairs.same & (number > 0)
    hinges = margin + positive.masked_fill(~counted, 0.0) - negative.masked_fill(~counted, 0.0)
    hinges = hinges.clamp(min=0).masked_fill(~counted, 0.0)
    return hinges.sum() / counted.sum().clamp(min=1)


@MODELS.register_module()
class SemiHardTripletLoss(EmbeddingLoss):
    """Triplets of a batch by attribute values; predict with ``NearestNeighbourHead``.

    Args:
        margin: See :func:`semi_hard_triplet_loss`; FaceNet's is 0.2.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``margin`` is not above 0.
    """

    def __init__(self, margin: float = 0.2, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.margin = checked_number('margin', margin, above=0)
        self.loss_weight = checked_number('loss_weight', loss_weight)

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
        features: Tensor | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` logits, which get a gradient of 0.
            target: ``(N, A)``, -1 for unknown.
            weight: None.
            avg_factor: Given by heads of mmpretrain; this mean has no use for it.
            reduction_override: None or ``mean``.
            features: ``(N, F)`` or ``(N, A, E)``.

        Raises:
            InputError: If features are missing or do not fit, or there is a weight.
        """
        features = self.checked(features, weight, reduction_override)
        loss = semi_hard_triplet_loss(features, self.labels(pred, target), margin=self.margin)
        return self.loss_weight * loss + no_pull(pred)
