"""A head with one more output for every attribute: that an image is synthetic.

The auxiliary classifier (AC) that the deactivation loss is compared with, a semi-supervised GAN: A.
Odena, 2016; Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.2 and
table 3.
"""

from typing import Any

import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.nn.functional import softplus

from par_plugins.models.heads.attribute_head import AttributeHead
from par_plugins.models.losses import LossInputs, reduce_labels
from par_plugins.structures import InputError


def auxiliary_class_losses(value_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    """Compute what a softmax of ``K + 1`` outputs adds to the cross-entropy of its first K.

    Args:
        value_logits: ``(N, A, K)`` of the attributes' values, see ``LogitLayout.value_logits``.
        fake_logits: ``(N, A)`` of one more value: that the image is synthetic.

    Returns:
        ``(N, A)`` minus the logarithm of the probability of being real, which with the
        cross-entropy over the K values is that over ``K + 1``, and that of being synthetic.
    """
    margin = fake_logits.to(value_logits.dtype) - value_logits.logsumexp(dim=2)
    return softplus(margin), softplus(-margin)


@MODELS.register_module()
class AuxiliaryClassHead(AttributeHead):
    """``AttributeHead`` that also tells synthetic images from real ones, in the same softmax.

    Two losses join those of the config: ``loss_real`` makes, with a plain cross-entropy there, the
    cross-entropy over ``K + 1`` values of each attribute; ``loss_synthetic`` is that of synthetic
    images with the last value. The added outputs are left out of prediction. They start at 0 and
    draw no random number, so that everything else starts as in an ``AttributeHead``.

    The labels of the synthetic images come from the ``hard_labels`` of a ``DeactivationLoss``,
    which may have a ``loss_weight`` of 0.

    Args:
        in_channels: See :class:`AttributeHead`.
        synthetic_weight: Factor of ``loss_synthetic``.
        **kwargs: See :class:`AttributeHead`.

    Raises:
        InputError: If there is ``num_logits``, which says nothing about the attributes, or
            ``dropout`` or ``norm_logits``, which the added outputs would not have.
    """

    def __init__(self, in_channels: int, synthetic_weight: float = 1.0, **kwargs: Any) -> None:
        refused = {'num_logits': None, 'dropout': 0, 'norm_logits': False}
        given = [name for name, none in refused.items() if kwargs.get(name, none) != none]
        if given:
            raise InputError(
                f'AuxiliaryClassHead has no {", ".join(given)}: give schema or num_attributes, and '
                'leave out dropout and norm_logits'
            )
        super().__init__(in_channels, **kwargs)
        self.synthetic_weight = synthetic_weight
        shape = (len(self.layout.schema), self.classifier.in_features)
        self.fake_weight = nn.Parameter(torch.zeros(shape))
        self.fake_bias = nn.Parameter(torch.zeros(shape[0]))

    def losses_on(self, batch: LossInputs, *, images: str = 'real') -> dict[str, Tensor]:
        """Compute the losses that are about images of one kind, the auxiliary one among them."""
        results = super().losses_on(batch, images=images)
        features = batch.features
        if features.ndim == 2:
            fake_logits = features @ self.fake_weight.T + self.fake_bias
        else:
            fake_logits = (features * self.fake_weight).sum(dim=2) + self.fake_bias
        losses = auxiliary_class_losses(self.layout.value_logits(batch.logits), fake_logits)
        unknown = batch.targets < 0
        real, synthetic = (
            reduce_labels(
                loss.masked_fill(unknown, 0.0),
                batch.targets,
                reduction='image_mean',
                avg_factor=None,
            )
            for loss in losses
        )
        if images == 'real':
            return results | {'loss_real': real}
        return results | {'loss_synthetic': self.synthetic_weight * synthetic}
