"""Decorrelation of the kernels that project a generator's noise (MR-GAN, eq. 7 and 8).

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019. The sum of squared cosines over
all pairs of N_Z unit kernels of length d is ``||U U^T||_F^2 = ||U^T U||_F^2`` (U is N_Z x d) less
its diagonal: the d x d form costs N_Z d^2 in place of N_Z^2 d. Different from the paper: beside its
mean, which has next to no gradient at its weight of 2e-6, there is the sum.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from par_plugins.structures import InputError, checked_choice

REDUCTIONS = ('mean', 'sum')


def decorrelation_loss(weight: Tensor, *, num_noise: int, reduction: str) -> Tensor:
    """Compute squared cosines between the kernels of the noise inputs, for each output channel.

    Args:
        weight: ``(N_Z + conditions, N_F, s, s)`` of the transposed convolution that makes the
            first feature maps, the noise inputs first; any height and width.
        num_noise: Number N_Z of noise inputs.
        reduction: ``sum`` over output channels and ordered pairs of different kernels, or ``mean``:
            that divided by ``N_F * N_Z^2`` (eq. 7).

    Returns:
        A scalar in float32 (float64 for float64 weights). A kernel of zeros counts as orthogonal.

    Raises:
        InputError: If ``weight`` is not of that shape, or ``reduction`` is unknown.
    """
    if weight.ndim != 4 or not 0 < num_noise <= len(weight):
        raise InputError(
            f'num_noise={num_noise} of a weight of shape {tuple(weight.shape)}, expected '
            '(at least num_noise, channels, height, width)'
        )
    checked_choice('reduction', reduction, REDUCTIONS)
    exact = weight if weight.dtype == torch.float64 else weight.float()
    kernels = exact[:num_noise].flatten(2).transpose(0, 1)
    with torch.autocast(weight.device.type, enabled=False):
        unit = normalize(kernels, dim=2)
        gram = unit.transpose(1, 2) @ unit
    # The kernels' cosines with themselves, which are 1 but for rounding and kernels of zeros.
    diagonal = unit.square().sum(dim=2).square()
    total = gram.square().sum() - diagonal.sum()
    if reduction == 'sum':
        return total
    return total / (diagonal.shape[0] * num_noise**2)
