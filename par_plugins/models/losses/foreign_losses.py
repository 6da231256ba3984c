"""Losses of other projects on packed logits, without the labels that are unknown.

Upstream's losses (cross-entropy, focal, asymmetric, label smoothing, seesaw) take -1 for a label
like any other, and their ``weight`` is one number an image. Here an unknown label and its logit are
replaced by legal ones, the loss gives one number a label, and the reduction is over known labels.
"""

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from par_plugins.models.losses.reduction import REDUCTIONS, reduce_labels
from par_plugins.structures import InputError, LogitLayout, checked_choice


def masks_unknown(loss: nn.Module) -> bool:
    """Return whether a loss says that it leaves unknown labels out by itself."""
    return bool(getattr(loss, 'masks_unknown', False))


def foreign_loss(
    loss: nn.Module, logits: Tensor, targets: Tensor, layout: LogitLayout, **inputs: Any
) -> Tensor:
    """Call a loss that does not leave unknown labels out.

    Args:
        loss: Takes logits and targets. One that takes ``reduction_override`` is asked for a number
            a label, which its own ``reduction`` then reduces over the known ones.
        logits: ``(N, C)`` packed.
        targets: ``(N, A)`` int64, -1 for unknown.
        layout: Of the packed logits.
        **inputs: What else the loss asks for; one that does gives one number for the batch.

    Returns:
        A scalar, or ``(N, A)`` where the loss has ``reduction='none'``.

    Raises:
        InputError: If a label is unknown and the loss gives no number a label. Only to tell this
            of a loss without ``reduction_override``, the host waits for the targets.
    """
    if not inputs and 'reduction_override' in inspect.signature(loss.forward).parameters:
        reduction = getattr(loss, 'reduction', 'mean')
        checked_choice(f'{type(loss).__name__}.reduction', reduction, REDUCTIONS)
        losses = known_label_losses(loss, logits, targets, layout)
        return reduce_labels(losses, targets, reduction=reduction, avg_factor=None)
    if not (targets >= 0).all():
        raise InputError(
            f'{type(loss).__name__} gives no number a label (it takes no reduction_override), so '
            'that unknown labels (-1) cannot be kept out of it: take another loss, or let it leave '
            'them out itself and say so by a class attribute masks_unknown = True'
        )
    result: Tensor = loss(logits, targets, **inputs)
    return result


def known_label_losses(
    loss: nn.Module, logits: Tensor, targets: Tensor, layout: LogitLayout
) -> Tensor:
    """Return one number a label, from a loss that does not leave unknown labels out.

    Where all attributes are binary, the loss sees all of them at once as upstream's multi-label
    heads call it. Otherwise, and if it says ``use_sigmoid=False``, it sees one attribute after
    another as upstream's single-label heads call it: the logits of its values (0 and z of a binary
    one) and the numbers of the values, of the images whose label is known.

    Args:
        loss: See :func:`foreign_loss`; takes ``reduction_override``.
        logits: ``(N, C)`` packed.
        targets: ``(N, A)`` int64, -1 for unknown.
        layout: Of the packed logits.

    Returns:
        ``(N, A)``, 0 with zero gradient where the label is unknown.

    Raises:
        InputError: If the loss gives something else than a number a label.
    """
    if layout.schema.all_binary and getattr(loss, 'use_sigmoid', True):
        return _multi_label_losses(loss, logits, targets)
    if getattr(loss, 'use_soft', False):
        raise InputError(
            f'{type(loss).__name__} with use_soft=True takes soft labels, which attributes have '
            'not: leave use_soft out'
        )
    return _single_label_losses(loss, logits, targets, layout)


def _multi_label_losses(loss: nn.Module, logits: Tensor, targets: Tensor) -> Tensor:
    known = targets >= 0
    # Before the call, so that an infinite logit of an unknown label is no NaN in the gradient.
    exact = (logits if logits.dtype == torch.float64 else logits.float()).masked_fill(~known, 0.0)
    labels = targets.clamp(min=0).to(exact.dtype)
    num_attributes = targets.shape[1]
    if num_attributes == 1:  # upstream takes one column for class indices, but not two
        exact, labels = exact.expand(-1, 2), labels.expand(-1, 2)
    losses = loss(exact, labels, reduction_override='none')
    _require_shape(loss, losses, tuple(labels.shape))
    return losses[:, :num_attributes].masked_fill(~known, 0.0)


def _single_label_losses(
    loss: nn.Module, logits: Tensor, targets: Tensor, layout: LogitLayout
) -> Tensor:
    values = layout.value_logits(logits)
    columns = []
    for column, num_values in enumerate(layout.schema.num_values):
        rows = (targets[:, column] >= 0).nonzero()[:, 0]
        labels = targets[rows, column]
        empty = values[:, column, 0].new_zeros(len(targets))
        if len(rows) == 0:
            columns.append(empty)
            continue
        losses = loss(values[rows, column, :num_values], labels, reduction_override='none')
        _require_shape(loss, losses, (len(rows),))
        columns.append(empty.index_copy(0, rows, losses))
    return torch.stack(columns, dim=1) + logits[:0].sum()  # a gradient, also of no known label


def _require_shape(loss: nn.Module, losses: Tensor, shape: tuple[int, ...]) -> None:
    if tuple(losses.shape) != shape:
        raise InputError(
            f'{type(loss).__name__} gives losses of shape {tuple(losses.shape)} where one number a '
            f'label is needed, {shape}: binary attributes need a loss with sigmoids, categorical '
            'ones a loss with a softmax'
        )
