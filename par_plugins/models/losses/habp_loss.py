"""Hard-aware backpropagation (HABP): the mean of label losses, weighted by error probability.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, eq. 3 and 4. The weights stand
for the probability that a label is sampled, therefore no gradient goes through them (the paper does
not say); ``detach=False`` sends it through. With several processes each normalises its own batch;
``across_ranks`` normalises by the batch of all.
"""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.dist import all_reduce, get_world_size
from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.losses.based_loss import CROSS_ENTROPY
from par_plugins.models.losses.error_probability import error_power
from par_plugins.models.losses.label_emphasis_loss import LabelEmphasisLoss
from par_plugins.structures import checked_number


def habp_loss(
    losses: Tensor,
    error_logits: Tensor,
    *,
    gamma: float,
    detach: bool,
    across_ranks: bool,
) -> Tensor:
    """Compute ``sum (1 - p)^gamma l / sum (1 - p)^gamma`` over the known labels.

    Args:
        losses: ``(N, A)`` loss ``l`` of every label.
        error_logits: ``(N, A)``, see :meth:`par_plugins.structures.LogitLayout.error_logits`.
        gamma: Power of the error probability.
        detach: Hold the weights constant in the gradient.
        across_ranks: Sum over the processes' batches. Every process then gets the joint value,
            and the mean of their gradients, which is what distributed training takes, is that of
            the joint value. Every process must call it.

    Returns:
        A scalar; 0 with zero gradient where all weights are 0.
    """
    weights = error_power(error_logits.detach() if detach else error_logits, gamma=gamma)
    weighted, total = (weights * losses).sum(), weights.sum()
    if not across_ranks:
        return weighted / total.masked_fill(total == 0, 1.0)
    sums = torch.stack([weighted, total]).detach()
    all_reduce(sums)
    joint_total = sums[1].masked_fill(sums[1] == 0, 1.0)
    value = sums[0] / joint_total
    # This rank's part of the quotient's differential, times the ranks that it is averaged over.
    differential = get_world_size() * (weighted - value * total) / joint_total
    return value + (differential - differential.detach())


@MODELS.register_module()
class HABPLoss(LabelEmphasisLoss):
    """Hard-aware backpropagation.

    Args:
        gamma: Power of the error probability; the paper takes 0.1 on a base with
            ``weighting='global_ratio'``, and 1.2 else.
        base: Loss of single labels, as a config or built; the paper's CE-A and CE-B are
            ``dict(type='AttributeCrossEntropyLoss', weighting='log_ratio')`` and
            ``'global_ratio'``. Its own reduction plays no part.
        detach: Hold the weights constant in the gradient.
        across_ranks: Normalise by the batch of all processes, see :func:`habp_loss`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``gamma`` is negative.
    """

    def __init__(
        self,
        gamma: float = 1.2,
        base: Mapping[str, Any] | nn.Module = CROSS_ENTROPY,
        detach: bool = True,
        across_ranks: bool = False,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(base=base, loss_weight=loss_weight)
        self.gamma = checked_number('gamma', gamma, at_least=0)
        self.detach = detach
        self.across_ranks = across_ranks
        self.exact_gradient = not detach

    def emphasise(self, losses: Tensor, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Average the batch by weight."""
        return habp_loss(
            losses,
            error_logits,
            gamma=self.gamma,
            detach=self.detach,
            across_ranks=self.across_ranks,
        )
