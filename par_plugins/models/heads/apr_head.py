"""The head of the attribute-person recognition network (APR).

Y. Lin et al., "Improving Person Re-identification by Attribute and Identity Learning",
arXiv:1703.07220v1, section 4, equation 3: ``L = lambda * L_ID + (1 / M) * sum_i L_att_i``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from par_plugins.models.heads.attribute_head import AttributeHead, samples_to_fill
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError, checked_number


def identity_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Average the cross-entropy of identities over images of a known one (equation 1).

    Args:
        logits: ``(N, I)``.
        labels: ``(N,)`` int64, the number of the identity among I, -1 for unknown.

    Returns:
        A scalar; 0 with zero gradient where no identity is known.
    """
    exact = logits if logits.dtype == torch.float64 else logits.float()
    total = F.cross_entropy(exact, labels, ignore_index=UNKNOWN, reduction='sum')
    return total / (labels != UNKNOWN).sum().clamp(min=1)


@MODELS.register_module()
class APRHead(AttributeHead):
    """A linear classifier for the identity beside one for each attribute.

    All of them look at the pooled feature of the backbone, each through a dropout of its own. The
    same feature is what retrieval compares: ``predict`` adds it as ``pred_embedding``. The
    identity's loss is logged as ``loss_identity``, those of the attributes as the head's other
    losses; any loss on attributes can take their part. ``lambda_id=0`` leaves attributes alone
    (the paper's baseline 2), ``losses={}`` the identity (baseline 1: no probabilities are
    predicted).

    Needs ``IdentityHook``, which tells the identities of the training set: their labels are their
    places in sorted order. An image of no known identity takes no part in the identity's loss.

    Args:
        in_channels: Number of features F.
        num_identities: Number of training identities I; not needed with ``lambda_id=0``.
        num_attributes: See :class:`AttributeHead`.
        schema: See there.
        attributes: See there.
        losses: See there; their sum is the second term of equation 3. The default is the paper's,
            an attribute without a known label in the batch counting as 0.
        lambda_id: Factor of the identity's loss.
        dropout: Share of the features dropped in front of each classifier.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        InputError: If ``lambda_id`` is negative, the identity's classifier has no
            ``num_identities``, there is nothing to learn, or see :class:`AttributeHead`.
    """

    losses_required: ClassVar[bool] = False
    identities: Tensor | None

    def __init__(
        self,
        in_channels: int,
        num_identities: int | None = None,
        num_attributes: int | None = None,
        schema: AttributeSchema | Mapping[str, Any] | None = None,
        attributes: Sequence[str] | None = None,
        losses: Mapping[str, dict | nn.Module] = {
            'attributes': {'type': 'AttributeCrossEntropyLoss', 'reduction': 'attribute_mean'}
        },
        lambda_id: float = 8.0,
        dropout: float = 0.9,
        init_cfg: dict | None = None,
    ) -> None:
        checked_number('lambda_id', lambda_id, at_least=0)
        if lambda_id > 0 and (num_identities is None or num_identities < 1):
            raise InputError(
                f'lambda_id={lambda_id} needs num_identities of at least 1, got {num_identities}'
            )
        if lambda_id == 0 and not losses:
            raise InputError(f'lambda_id=0 and losses={losses!r}: there is nothing to learn')
        super().__init__(
            in_channels,
            num_attributes=num_attributes,
            schema=schema,
            attributes=attributes,
            losses=losses,
            dropout=dropout,
            independent_dropout=True,
            init_cfg=init_cfg,
        )
        if not losses:
            del self.classifier
        self.lambda_id = lambda_id
        self.num_identities = num_identities or 0
        self.identity_classifier = (
            nn.Linear(in_channels, self.num_identities) if lambda_id > 0 else None
        )
        # Not saved: they belong to the training set, and the hook gathers them at every start.
        self.register_buffer('identities', None, persistent=False)

    def set_identities(self, identities: Sequence[int]) -> None:
        """Take the identities of the training set.

        Args:
            identities: Known and different ones, in any order.

        Raises:
            InputError: If there is none, or more than the head was built for.
        """
        if self.identity_classifier is None:
            return
        if not 0 < len(identities) <= self.num_identities:
            raise InputError(
                f'the head was built for {self.num_identities} identities, but the training set '
                f'has {len(identities)}; set model.head.num_identities'
            )
        if len(identities) < self.num_identities:
            print_log(
                f'APRHead: {self.num_identities} identities, of which the training set has '
                f'{len(identities)}',
                logger='current',
            )
        device = self.identity_classifier.weight.device
        self.identities = torch.tensor(sorted(identities), device=device)

    def classify(self, features: Tensor) -> Tensor:
        """Compute packed logits ``(N, C)`` of the attributes; ``(N, 0)`` without their losses."""
        if not self.losses:
            return features.new_zeros(len(features), 0)
        return super().classify(features)

    def losses_of(
        self, features: Tensor, logits: Tensor, data_samples: Sequence[BaseDataElement]
    ) -> dict[str, Tensor]:
        """Compute the losses of the attributes, and ``loss_identity`` times ``lambda_id``."""
        results = super().losses_of(features, logits, data_samples) if self.losses else {}
        if self.identity_classifier is not None:
            identity_logits = self.identity_classifier(self.dropout(features))
            labels = self._identity_labels(data_samples)
            loss = identity_cross_entropy(identity_logits, labels)
            results['loss_identity'] = self.lambda_id * loss
        return results

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: Sequence[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Fill ``pred_embedding``, the feature ``(F,)``, and ``pred_probabilities``, ``(C,)``.

        Args:
            feats: See :meth:`pre_logits`.
            data_samples: Samples to fill; None makes new ones.
        """
        features = self.pre_logits(feats)
        samples = samples_to_fill(data_samples, len(features))
        if self.losses:
            super().predict(feats, samples)
        for sample, feature in zip(samples, features, strict=True):
            sample.set_field(feature, 'pred_embedding')
        return samples

    def _identity_labels(self, data_samples: Sequence[BaseDataElement]) -> Tensor:
        if self.identities is None:
            raise InputError(
                'APRHead does not know the identities of the training set: add '
                "dict(type='IdentityHook') to custom_hooks"
            )
        if any('gt_pid' not in sample for sample in data_samples):
            raise InputError(
                'a training sample has no gt_pid: the dataset must give identities, and the '
                'pipeline must end in PackAttributeInputs'
            )
        pids = torch.tensor([int(sample.get('gt_pid')) for sample in data_samples])
        pids = pids.to(self.identities.device, non_blocking=True)
        columns = torch.searchsorted(self.identities, pids).clamp(max=len(self.identities) - 1)
        return torch.where(self.identities[columns] == pids, columns, UNKNOWN)
