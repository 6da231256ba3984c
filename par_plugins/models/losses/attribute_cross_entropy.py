"""Cross-entropy of binary and categorical attributes, weighted by how rare a value is.

Binary cross-entropy for binary attributes, softmax cross-entropy for categorical ones; unknown
labels (-1) take part in nothing. The weightings are those of DeepMAR and the strong baseline
(``exp``), of inverse ratios (``ratio``), and of HABP's CE-A (``log_ratio``) and CE-B
(``global_ratio``). Different from the paper: ``log_ratio`` is never below 1, because the plain
logarithm is negative for attributes that most people have.
"""

import numpy as np
import torch
from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.reduction import check_reduction, reduce_labels
from par_plugins.structures import LabelStatistics

WEIGHTINGS = ('none', 'exp', 'ratio', 'log_ratio', 'global_ratio')


def attribute_cross_entropy(
    log_probabilities: Tensor, targets: Tensor, *, value_weights: Tensor | None
) -> Tensor:
    """Cross-entropy of every label.

    Args:
        log_probabilities: ``(N, A, K)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        value_weights: ``(A, K)`` factor of each value's labels, or None.

    Returns:
        ``(N, A)``, 0 where the label is unknown.

    Raises:
        ValueError: If the shapes do not fit.
    """
    if targets.shape != log_probabilities.shape[:2]:
        raise ValueError(
            f'targets of shape {tuple(targets.shape)} for logits of '
            f'{tuple(log_probabilities.shape[:2])} images and attributes'
        )
    values = targets.clamp(min=0)
    losses = -log_probabilities.gather(2, values[:, :, None])[:, :, 0]
    if value_weights is not None:
        attributes = torch.arange(targets.shape[1], device=targets.device)
        losses = losses * value_weights.to(losses.dtype)[attributes, values]
    return losses.masked_fill(targets < 0, 0.0)


def value_weights(statistics: LabelStatistics, *, weighting: str) -> np.ndarray:
    """Factor of the cross-entropy for each value of each attribute.

    With ``a`` the positive ratio and ``n`` counts over the known labels of the training set:
    ``exp`` is ``exp(1 - share)`` of any value (for binary attributes ``exp(1 - a)`` on positives
    and ``exp(a)`` on negatives); ``ratio`` is ``n_neg / n_pos`` on positives, ``log_ratio`` its
    logarithm but at least 1, ``global_ratio`` the one factor ``sum n_neg / sum n_pos``. The
    ratios are about binary attributes and leave categorical ones at 1. A ratio of which the
    training set shows no positive, or no label, stays at 1.

    Returns:
        ``(A, K)`` float64.
    """
    weights = np.ones(statistics.counts.shape)
    if weighting == 'exp':
        return np.exp(1 - np.nan_to_num(statistics.shares, nan=1.0))
    if weighting == 'none':
        return weights
    binary = np.array(statistics.schema.binary)
    negatives, positives = statistics.counts[:, 0], statistics.counts[:, 1]
    if weighting == 'global_ratio':
        negatives = np.full_like(negatives, negatives[binary].sum())
        positives = np.full_like(positives, positives[binary].sum())
    weighed = binary & (positives > 0)
    ratio = negatives[weighed] / positives[weighed]
    if weighting == 'log_ratio':
        ratio = np.maximum(1, np.log(np.maximum(ratio, 1)))
    weights[weighed, 1] = ratio
    return weights


@MODELS.register_module()
class AttributeCrossEntropyLoss(AttributeLoss):
    """Weighted cross-entropy of attributes.

    Args:
        weighting: ``none``, ``exp``, ``ratio``, ``log_ratio`` or ``global_ratio``, see
            :func:`value_weights`; all but ``none`` need ``LabelStatisticsHook``.
        reduction: See :func:`par_plugins.models.losses.reduction.reduce_labels`.
        loss_weight: Factor of the whole.

    Raises:
        ValueError: If ``weighting`` or ``reduction`` is unknown.
    """

    value_weights: Tensor | None

    def __init__(
        self, weighting: str = 'none', reduction: str = 'image_mean', loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        if weighting not in WEIGHTINGS:
            raise ValueError(f'weighting must be one of {", ".join(WEIGHTINGS)}, got {weighting!r}')
        self.weighting = weighting
        self.reduction = check_reduction(reduction)
        self.loss_weight = loss_weight
        # Not saved: it belongs to the training set, and the hook counts it at every start.
        self.register_buffer('value_weights', None, persistent=False)

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the training set's counts, from which the weights follow."""
        if self.weighting != 'none':
            weights = value_weights(statistics, weighting=self.weighting)
            self.value_weights = torch.from_numpy(weights)

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` packed logits.
            target: ``(N, A)``, -1 for unknown.
            weight: Factors of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: See :func:`reduce_labels`.
            reduction_override: In place of ``reduction``.

        Raises:
            ValueError: If shapes do not fit the schema, or the weighting's statistics have
                not been set.
        """
        if self.weighting != 'none' and self.value_weights is None:
            raise ValueError(
                f"weighting={self.weighting!r} needs the training set's statistics: add "
                "dict(type='LabelStatisticsHook') to custom_hooks"
            )
        if target.is_floating_point():  # heads of other projects hand over floats
            torch._assert_async((target == target.round()).all(), 'targets must be whole numbers')
        target = target.long()
        losses = attribute_cross_entropy(
            self.log_probabilities(pred), target, value_weights=self.value_weights
        )
        if weight is not None:
            losses = losses * (weight[:, None] if weight.ndim == 1 else weight)
        reduction = check_reduction(reduction_override or self.reduction)
        return self.loss_weight * reduce_labels(
            losses, target >= 0, reduction=reduction, avg_factor=avg_factor
        )
