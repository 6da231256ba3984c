"""Online hard example mining (OHEM) over labels: the mean of the largest losses of a batch.

Shrivastava et al., CVPR 2016, with labels in place of regions, as the HABP paper (2019, section
4.1) compares against. Each process takes the hardest share of its own batch.
"""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.losses.based_loss import CROSS_ENTROPY
from par_plugins.models.losses.label_emphasis_loss import LabelEmphasisLoss
from par_plugins.structures import checked_number


def ohem_loss(losses: Tensor, known: Tensor, *, share: float) -> Tensor:
    """Average over the hardest known labels.

    Args:
        losses: ``(N, A)`` loss of every label.
        known: ``(N, A)`` bool.
        share: Share of the known labels that is kept, rounded to whole labels, at least one;
            of equal losses the first (image by image, attribute by attribute) are kept.

    Returns:
        A scalar; 0 with zero gradient where nothing is known.
    """
    flat = losses.masked_fill(~known, -torch.inf).flatten()
    hardest = flat.sort(descending=True, stable=True).values
    num_known = known.sum()
    kept = (share * num_known).round().clamp(min=1).minimum(num_known)
    chosen = torch.arange(len(hardest), device=losses.device) < kept
    return torch.where(chosen, hardest, 0.0).sum() / kept.clamp(min=1)


@MODELS.register_module()
class OHEMLoss(LabelEmphasisLoss):
    """Mean loss of the hardest labels.

    Args:
        share: Share of the known labels that is kept, in (0, 1]; the paper tried 0.5, 0.33, 0.17
            and 0.1 and found 0.17 best.
        base: Loss of single labels, as a config or built. Its own reduction plays no part.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``share`` is not in (0, 1].
    """

    def __init__(
        self,
        share: float = 0.17,
        base: Mapping[str, Any] | nn.Module = CROSS_ENTROPY,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(base=base, loss_weight=loss_weight)
        self.share = checked_number('share', share, above=0, at_most=1)
        self.pulls_every_label = share == 1

    def emphasise(self, losses: Tensor, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Average over the batch's hardest labels."""
        return ohem_loss(losses, targets >= 0, share=self.share)
