"""From one loss per label to one number, each reduction meaning what its name says."""

import torch
from torch import Tensor

from par_plugins.structures import InputError, checked_choice

REDUCTIONS = ('none', 'sum', 'mean', 'image_mean', 'attribute_mean')


def reduce_labels(
    losses: Tensor, targets: Tensor, *, reduction: str, avg_factor: float | Tensor | None
) -> Tensor:
    """Reduce the losses of labels.

    Args:
        losses: ``(N, A)``, 0 where the label is unknown.
        targets: ``(N, A)`` int64, -1 for unknown.
        reduction: ``none``: as they are; ``sum``; ``mean``: over known labels; ``image_mean``:
            sum over attributes, mean over the images with at least one known label;
            ``attribute_mean``: each attribute's mean over its own known labels, then the mean
            over all A attributes, one without a known label counting as 0 (APR, eq. 4).
        avg_factor: The number of images, where a foreign head insists on giving it: the sum is
            divided by it in place of the count of ``mean`` and ``image_mean``.

    Returns:
        A scalar, or ``(N, A)`` for ``none``; 0 with zero gradient where nothing is known.

    Raises:
        InputError: If ``avg_factor`` comes with a reduction that has no such count.
    """
    if avg_factor is not None:
        if reduction not in ('mean', 'image_mean'):
            raise InputError(f'avg_factor has no meaning with reduction={reduction!r}')
        return losses.sum() / avg_factor
    if reduction == 'none':
        return losses
    if reduction == 'sum':
        return losses.sum()
    if reduction == 'mean':
        return losses.sum() / (targets >= 0).sum().clamp(min=1)
    if reduction == 'image_mean':
        return losses.sum() / num_labelled_images(targets)
    return torch.mean(losses.sum(dim=0) / (targets >= 0).sum(dim=0).clamp(min=1))


def num_labelled_images(targets: Tensor) -> Tensor:
    """Count the images with a known label, ``(N, A)`` targets; 1 where there is none."""
    return (targets.amax(dim=1) >= 0).sum().clamp(min=1)


def weigh_labels(losses: Tensor, weight: Tensor) -> Tensor:
    """Multiply the losses ``(N, A)`` by factors of labels ``(N, A)`` or of images ``(N,)``."""
    return losses * (weight[:, None] if weight.ndim == 1 else weight)


def check_own_mean(reduction_override: str | None) -> None:
    """Refuse another reduction of a loss that is a mean over the batch of a kind of its own.

    Raises:
        InputError: If it is neither None nor ``mean``.
    """
    checked_choice('reduction_override', reduction_override, (None, 'mean'))
