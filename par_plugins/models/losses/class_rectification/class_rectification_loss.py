"""Class rectification loss (CRL): minority classes of a batch set apart from their hard negatives.

Q. Dong, S. Gong and X. Zhu, "Class Rectification Hard Mining for Imbalanced Deep Learning", ICCV
2017, and "Imbalanced Deep Learning by Minority Class Incremental Rectification", TPAMI 2019: six
losses each, beside cross-entropy. Different from the papers: unknown labels take part in nothing
(shares are of known labels); pairs of one kind without a triplet make no loss; the imbalance, which
the text gives in words, has two readings (``omega``). Anchors, hard samples, distances of features,
comparisons and what tells the papers apart are in the files beside this one.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from par_plugins.models.losses.based_loss import CROSS_ENTROPY, BasedLoss
from par_plugins.models.losses.class_rectification.comparison import compare
from par_plugins.models.losses.class_rectification.mining import mined_pairs
from par_plugins.models.losses.class_rectification.presets import PRESETS
from par_plugins.models.losses.embedding_features import check_features, unit_features
from par_plugins.models.losses.reduction import check_own_mean
from par_plugins.structures import (
    InputError,
    LabelStatistics,
    LogitLayout,
    checked_choice,
    checked_number,
)

CHOICES = {
    'variant': tuple(PRESETS),
    'mining': ('class', 'instance', 'none'),
    'comparison': ('relative', 'absolute', 'distribution'),
    'scope': ('minority', 'all'),
    'omega': ('moved', 'added'),
}


def class_rectification_loss(
    probabilities: Sequence[Tensor] | Tensor,
    targets: Tensor,
    features: Tensor | None,
    *,
    layout: LogitLayout | None,
    variant: str,
    mining: str,
    comparison: str,
    k: int | None,
    rho: float,
    scope: str,
    normalize_features: bool,
    draw: Tensor | None,
) -> Tensor:
    """The loss L_crl alone, without cross-entropy.

    Args:
        probabilities: A list of ``(N, K_j)``, two columns for a binary attribute; or with
            ``layout`` a tensor, packed ``(N, C)`` or padded ``(N, A, K)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        features: ``(N, F)`` or ``(N, A, E)``; None where scores are compared.
        layout: What a tensor of probabilities is laid out by; None with a list.
        variant: ``tpami2019`` or ``iccv2017``, see :class:`ClassRectificationLoss`.
        mining: ``class``, ``instance`` or ``none``.
        comparison: ``relative``, ``absolute`` or ``distribution``.
        k: Hard positives and negatives of an anchor at most; None takes all.
        rho: Share of the known labels that the minority classes have at most.
        scope: ``minority`` or ``all`` classes give anchors.
        normalize_features: Scale features to length 1, as ``distribution`` does in any case.
        draw: Number that the random samples of ``mining='none'`` with a ``k`` follow from.

    Returns:
        ``(A,)`` loss of every attribute (``tpami2019``), or the scalar of all their pairs
        together (``iccv2017``); exactly 0 with zero gradient where there is no triplet.

    Raises:
        InputError: If shapes do not fit, or features that are compared are missing.
    """
    table, num_values = _table(probabilities, layout)
    if targets.shape != (table.shape[2], len(num_values)):
        raise InputError(
            f'targets of shape {tuple(targets.shape)} for probabilities of '
            f'{table.shape[2]} images and {len(num_values)} attributes'
        )
    preset = PRESETS[variant]
    by_features = preset.compares_features(mining)
    if by_features:
        features = _checked(features, targets, variant=variant, mining=mining).to(table.dtype)
        if normalize_features or comparison == 'distribution':
            features = unit_features(features)
    pairs = mined_pairs(
        table,
        targets.t(),
        features if by_features else None,
        num_values=num_values,
        preset=preset,
        mining=mining,
        k=k,
        rho=rho,
        scope=scope,
        draw=draw,
    )
    losses = compare(
        pairs,
        comparison=comparison,
        margin=_margins(num_values, comparison, by_features).to(table, non_blocking=True),
        spread=(0.0, 2.0) if by_features else (-1.0, 1.0),
        pooled=preset.pooled,
    )
    return losses[0] if preset.pooled else losses


def _table(
    probabilities: Sequence[Tensor] | Tensor, layout: LogitLayout | None
) -> tuple[Tensor, tuple[int, ...]]:
    """Probabilities ``(A, K, N)``, float32 or better, and the number of values of attributes."""
    if isinstance(probabilities, Tensor):
        if layout is None:
            raise InputError('a tensor of probabilities needs its layout')
        table, num_values = probabilities, layout.schema.num_values
        if table.ndim == 2:
            table = torch.cat([table, table.new_zeros(len(table), 2)], dim=1)[:, layout.index]
            binary = torch.tensor(layout.schema.binary).to(table.device, non_blocking=True)
            first = torch.where(binary, 1 - table[:, :, 1], table[:, :, 0])
            table = torch.cat([first[:, :, None], table[:, :, 1:]], dim=2)
        table = table.permute(1, 2, 0)
    else:
        num_values = tuple(columns.shape[1] for columns in probabilities)
        table = pad_sequence([columns.t() for columns in probabilities], batch_first=True)
    return (table if table.dtype == torch.float64 else table.float()), num_values


def _margins(num_values: Sequence[int], comparison: str, by_features: bool) -> Tensor:
    """``(A,)`` margin of every attribute."""
    if not by_features:
        return torch.full((len(num_values),), 0.5, dtype=torch.float64)
    if comparison == 'absolute':
        return torch.ones(len(num_values), dtype=torch.float64)
    return torch.tensor([2 * math.pi / values for values in num_values], dtype=torch.float64)


def _checked(features: Tensor | None, targets: Tensor, *, variant: str, mining: str) -> Tensor:
    """Features of the right shape."""
    if features is None:
        raise InputError(f'variant={variant!r} with mining={mining!r} compares features: give them')
    check_features(features, targets)
    return features


def imbalance(statistics: LabelStatistics, *, omega: str) -> np.ndarray:
    """How far each attribute's classes are from equal shares (TPAMI 2019, Omega of eq. 8).

    Args:
        statistics: Counts of the training set.
        omega: ``moved``: share of the images that would have to change class; ``added``: share
            that new images would be of the data if they filled all classes up to the largest.

    Returns:
        ``(A,)`` in [0, 1 - 1/K]; 0 of an attribute without a known label.
    """
    num_values = np.array(statistics.schema.num_values)
    if omega == 'added':
        balanced = num_values * statistics.counts.max(axis=1)
        return 1 - np.divide(
            statistics.known, balanced, out=np.ones(len(balanced)), where=balanced > 0
        )
    own = np.arange(statistics.counts.shape[1]) < num_values[:, None]
    missing = np.maximum(0, 1 / num_values[:, None] - statistics.shares)
    return np.nan_to_num(missing, nan=0.0).sum(axis=1, where=own)


@MODELS.register_module()
class ClassRectificationLoss(BasedLoss):
    """Class rectification together with the cross-entropy that it stands beside.

    It is the whole training loss: ``tpami2019`` sums ``alpha_j L_crl_j + (1 - alpha_j) L_ce_j``
    over the attributes, ``iccv2017`` is ``L_crl + L_ce``; ``L_ce`` is the sum over attributes, and
    the mean over the images with a known label, of ``base``. After a call ``parts`` has
    ``L_crl`` (summed over attributes) and ``L_ce``; ``AttributeHead`` logs them. Where scores
    are compared it works in heads of other projects as it is; where features are
    (``iccv2017`` or ``mining='instance'``) they must be given.

    Args:
        variant: ``tpami2019`` or ``iccv2017``.
        mining: ``class``: the same hard samples for all anchors of a class, by score;
            ``instance``: by distance in feature space (``iccv2017``: positives only among the
            misclassified); ``none``: a random draw of the same size, or all with ``k=None``.
        comparison: ``relative`` (triplets), ``absolute`` (pairs) or ``distribution``.
        k: Hard positives and hard negatives of an anchor at most; None for all. ICCV names none.
        rho: Share of an attribute's labels in the batch that its minority classes have at most
            (``iccv2017``: less than that).
        scope: ``minority`` or ``all`` classes give anchors.
        eta: ``tpami2019``: alpha of an attribute is eta times its imbalance, which needs
            ``LabelStatisticsHook``.
        alpha: ``tpami2019``: the alpha of all attributes, in place of ``eta`` and ``omega``.
        omega: See :func:`imbalance`.
        normalize_features: Scale features to length 1, as ``distribution`` does in any case.
        base: Loss of single labels, as a config or built. Its own reduction plays no part.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If an argument is unknown or out of range.
    """

    inputs = ('features',)
    alphas: Tensor | None
    num_draws: Tensor | None

    def __init__(
        self,
        variant: str = 'tpami2019',
        mining: str = 'class',
        comparison: str = 'relative',
        k: int | None = 25,
        rho: float = 0.5,
        scope: str = 'minority',
        eta: float = 0.01,
        alpha: float | None = None,
        omega: str = 'moved',
        normalize_features: bool = False,
        base: Mapping[str, Any] | nn.Module = CROSS_ENTROPY,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(base=base, loss_weight=loss_weight)
        chosen = dict(
            variant=variant, mining=mining, comparison=comparison, scope=scope, omega=omega
        )
        for name, value in chosen.items():
            checked_choice(name, value, CHOICES[name])
        if k is not None:
            checked_number('k (None for all)', k, at_least=1, whole=True)
        if alpha is not None and (PRESETS[variant].pooled or not 0 <= alpha <= 1):
            raise InputError(
                f"alpha must be in [0, 1], and has no meaning with variant='iccv2017', got {alpha} "
                f'with variant={variant!r}'
            )
        self.variant = variant
        self.mining = mining
        self.comparison = comparison
        self.k = k
        self.rho = checked_number('rho', rho, above=0, at_most=1)
        self.scope = scope
        self.eta = checked_number('eta', eta, at_least=0)
        self.alpha = alpha
        self.omega = omega
        self.normalize_features = normalize_features
        self.parts: dict[str, Tensor] = {}
        # Not saved: it belongs to the training set, and the hook counts it at every start.
        self.register_buffer('alphas', None, persistent=False)
        drawing = mining == 'none' and k is not None
        # Saved, so that a resumed run draws what it would have drawn.
        self.register_buffer('num_draws', torch.zeros((), dtype=torch.long) if drawing else None)

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the training set's counts, from which the alpha of every attribute follows.

        Raises:
            InputError: If one is above 1.
        """
        alphas = self.eta * imbalance(statistics, omega=self.omega)
        if self.alpha is None and alphas.max() > 1:
            worst = statistics.schema.attributes[int(alphas.argmax())].name
            raise InputError(f'eta={self.eta} gives attribute {worst!r} an alpha above 1')
        if self.alpha is None and alphas.max() == 0:
            print_log(
                'ClassRectificationLoss: the training set is balanced, so that alpha is 0 and '
                'this is cross-entropy alone; alpha=0.5 is what TPAMI 2019 takes there',
                logger='current',
                level=logging.WARNING,
            )
        self.alphas = torch.from_numpy(alphas)

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
        features: Tensor | None = None,
    ) -> Tensor:
        """Compute rectification and cross-entropy.

        Args:
            pred: ``(N, C)`` packed logits.
            target: ``(N, A)``, -1 for unknown.
            weight: Factors of the cross-entropies of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Given by heads of mmpretrain; these means have no use for it.
            reduction_override: None or ``mean``.
            features: ``(N, F)`` shared by the attributes or ``(N, A, E)``, see the class.

        Returns:
            A scalar, 0 with zero gradient where no label is known.

        Raises:
            InputError: If shapes do not fit, features are missing, or alpha follows from
                statistics that have not been set.
        """
        check_own_mean(reduction_override)
        targets = self.labels(pred, target)
        layout = self.layout_of(pred)
        rectification = class_rectification_loss(
            layout.log_probabilities(pred).exp(),
            targets,
            features,
            layout=layout,
            variant=self.variant,
            mining=self.mining,
            comparison=self.comparison,
            k=self.k,
            rho=self.rho,
            scope=self.scope,
            normalize_features=self.normalize_features,
            draw=self.num_draws,
        )
        if self.num_draws is not None:
            self.num_draws += 1
        num_images = (targets >= 0).any(dim=1).sum().clamp(min=1)
        cross_entropy = self.label_losses(pred, targets, weight).sum(dim=0) / num_images
        self.parts = {
            'rectification': rectification.sum().detach(),
            'cross_entropy': cross_entropy.sum().detach(),
        }
        if PRESETS[self.variant].pooled:
            return self.loss_weight * (cross_entropy.sum() + rectification)
        alpha = self._alpha(cross_entropy)
        weighted = alpha * rectification + (1 - alpha) * cross_entropy
        return self.loss_weight * weighted.sum()

    def _alpha(self, losses: Tensor) -> Tensor:
        """``(A,)`` weight of rectification, for losses of attributes."""
        if self.alpha is not None:
            return torch.full_like(losses, self.alpha)
        if self.alphas is None:
            raise InputError(
                "alpha follows from the training set's statistics: add "
                "dict(type='LabelStatisticsHook') to custom_hooks, or set alpha"
            )
        return self.alphas.to(losses.dtype)
