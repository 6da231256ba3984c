"""mixup for labels that may be unknown.

H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. Different from mmpretrain's
``Mixup``, which mixes ``gt_score`` alone and would leave attributes as they are: images are mixed,
and both label sets are kept, so that an unknown label stays unknown.
"""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from mmpretrain.models import ImageClassifier
from torch import Tensor

from par_plugins.structures import checked_number


@MODELS.register_module()
class AttributeMixupClassifier(ImageClassifier):
    """mmpretrain's ``ImageClassifier``, trained on mixed images.

    The loss of ``lam * x1 + (1 - lam) * x2`` is ``lam * L(y1) + (1 - lam) * L(y2)``, one ``lam``
    a batch from ``Beta(alpha, alpha)``, for every loss of the head.

    Args:
        *args: See :class:`mmpretrain.models.ImageClassifier`.
        mixup_alpha: Both parameters of the Beta distribution.
        **kwargs: See there; the head must be an ``AttributeHead``.

    Raises:
        InputError: If ``mixup_alpha`` is not positive.
    """

    def __init__(self, *args: Any, mixup_alpha: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        checked_number('mixup_alpha', mixup_alpha, above=0)
        self.mixup = torch.distributions.Beta(mixup_alpha, mixup_alpha)

    def loss(self, inputs: Tensor, data_samples: Sequence[BaseDataElement]) -> dict[str, Tensor]:
        """Compute the head's losses on mixed images.

        Args:
            inputs: ``(N, 3, H, W)``.
            data_samples: N samples with ``gt_attributes``.
        """
        share = float(self.mixup.sample())
        partners = torch.randperm(len(inputs))
        mixed = share * inputs + (1 - share) * inputs[partners.to(inputs.device)]
        features = self.head.pre_logits(self.extract_feat(mixed))
        logits = self.head.classify(features)
        first = self.head.losses_of(features, logits, data_samples)
        partner = self.head.losses_of(
            features, logits, [data_samples[i] for i in partners.tolist()]
        )
        return {name: share * first[name] + (1 - share) * partner[name] for name in first}
