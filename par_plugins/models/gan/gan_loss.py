"""The non-saturating GAN loss, as a mean over resolutions.

I. Goodfellow et al., "Generative Adversarial Networks", NeurIPS 2014; over resolutions: Y. Ye et
al., "Hard-Aware Fashion Attribute Classification", 2019, section 4.4.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(real: Sequence[Tensor], generated: Sequence[Tensor]) -> Tensor:
    """Compute the cross-entropy of telling real images from generated ones.

    Args:
        real: ``(N,)`` logits of being real, of real images, for every resolution.
        generated: The same of generated images.

    Returns:
        A scalar: ``-log D(x) - log(1 - D(G(z)))``, means over images, then over resolutions.
    """
    return _mean_over_resolutions([-logits for logits in real]) + _mean_over_resolutions(generated)


def generator_loss(generated: Sequence[Tensor]) -> Tensor:
    """Compute the cross-entropy of generated images with being real.

    Args:
        generated: ``(N,)`` logits of being real, of generated images, for every resolution.

    Returns:
        A scalar: ``-log D(G(z))``, mean over images, then over resolutions.
    """
    return _mean_over_resolutions([-logits for logits in generated])


def _mean_over_resolutions(logits: Sequence[Tensor]) -> Tensor:
    return torch.stack([softplus(of_one.float()).mean() for of_one in logits]).mean()
