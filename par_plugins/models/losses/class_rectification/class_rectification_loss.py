"""Class rectification loss (CRL): minority classes of a batch set apart from their hard negatives.

Q. Dong, S. Gong and X. Zhu, "Class Rectification Hard Mining for Imbalanced Deep Learning", ICCV
2017, and "Imbalanced Deep Learning by Minority Class Incremental Rectification", TPAMI 2019: six
losses each, beside cross-entropy. Different from the papers: unknown labels take part in nothing
(shares are of known labels); pairs of one kind without a triplet make no loss; the imbalance, which
the text gives in words, has two readings (``omega``). Anchors, miners, distances, comparisons and
the presets of the two papers are in the files beside this one.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from mmengine.registry import MODELS, TASK_UTILS
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from par_plugins.models.losses.based_loss import CROSS_ENTROPY, BasedLoss
from par_plugins.models.losses.class_rectification.anchors import find_anchors
from par_plugins.models.losses.class_rectification.comparisons import DistributionComparison
from par_plugins.models.losses.class_rectification.miners import (
    Pairs,
    Samples,
    mine_in_parts,
    mined_pairs,
)
from par_plugins.models.losses.reduction import check_own_mean, num_labelled_images
from par_plugins.structures import (
    InputError,
    LabelStatistics,
    checked_choice,
    checked_number,
)

Component = str | Mapping[str, Any] | Any
"""A registered name, a config, or what is built already."""


PART = 2**18
"""Pairs of an anchor and an image that are looked at together: their tables stay in the cache."""

CHUNK = 2**22
"""Mined pairs that are held for the gradient: of more attributes they are measured again then."""


def built(component: Component) -> Any:
    """Build a miner, distance or comparison, unless it is built already."""
    config = {'type': component} if isinstance(component, str) else component
    return TASK_UTILS.build(dict(config)) if isinstance(config, Mapping) else config


def imbalance(statistics: LabelStatistics, *, omega: str) -> np.ndarray:
    """Compute how far each attribute's classes are from equal shares (TPAMI 2019, Omega of eq. 8).

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
    is_value = np.arange(statistics.counts.shape[1]) < num_values[:, None]
    missing = np.maximum(0, 1 / num_values[:, None] - statistics.shares)
    return np.nan_to_num(missing, nan=0.0).sum(axis=1, where=is_value)


@MODELS.register_module()
class ClassRectificationLoss(BasedLoss):
    """Class rectification together with the cross-entropy that it stands beside.

    It is the whole training loss: ``alpha_j L_crl_j + (1 - alpha_j) L_ce_j`` summed over the
    attributes, or ``L_crl + L_ce`` where ``pooled``; ``L_ce`` is the sum over attributes, and
    the mean over the images with a known label, of ``base``. After a call ``parts`` has
    ``L_crl`` (summed over attributes) and ``L_ce``; ``AttributeHead`` logs them. Where scores
    are compared it works in heads of other projects as it is; where features are, they must be
    given. Presets compose what each paper does; miner, distance and comparison are registered
    names, configs or built.

    Args:
        miner: ``ClassMiner``, ``InstanceMiner`` or ``RandomMiner``.
        distance: ``ScoreDistance`` or ``FeatureDistance``.
        comparison: ``RelativeComparison`` (triplets), ``AbsoluteComparison`` (pairs) or
            ``DistributionComparison``.
        rho: Share of an attribute's labels in the batch that its minority classes have at most;
            None: every class gives anchors.
        strict: Whether they have less than that.
        pooled: Whether the pairs of all attributes make one loss, added to the cross-entropy.
        eta: Alpha of an attribute is eta times its imbalance, which needs ``LabelStatisticsHook``.
        alpha: The alpha of all attributes, in place of ``eta`` and ``omega``.
        omega: See :func:`imbalance`.
        base: Loss of single labels, as a config or built. Its own reduction plays no part.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If an argument is unknown or out of range.
    """

    inputs = ('features',)
    alphas: Tensor | None

    def __init__(
        self,
        miner: Component = 'ClassMiner',
        distance: Component = 'ScoreDistance',
        comparison: Component = 'RelativeComparison',
        rho: float | None = 0.5,
        strict: bool = False,
        pooled: bool = False,
        eta: float = 0.01,
        alpha: float | None = None,
        omega: str = 'moved',
        base: Mapping[str, Any] | nn.Module = CROSS_ENTROPY,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(base=base, loss_weight=loss_weight)
        self.miner = built(miner)
        self.distance = built(distance)
        self.comparison = built(comparison)
        if isinstance(self.comparison, DistributionComparison) and self.distance.span is None:
            raise InputError(
                'DistributionComparison needs distances with a bound: '
                "distance=dict(type='FeatureDistance', normalize=True)"
            )
        if alpha is not None and (pooled or not 0 <= alpha <= 1):
            raise InputError(
                f'alpha must be in [0, 1], and has no meaning where pairs are pooled, got {alpha} '
                f'with pooled={pooled}'
            )
        self.rho = None if rho is None else checked_number('rho', rho, above=0, at_most=1)
        self.strict = strict
        self.pooled = pooled
        self.eta = checked_number('eta', eta, at_least=0)
        self.alpha = alpha
        self.omega = checked_choice('omega', omega, ('moved', 'added'))
        self.parts: dict[str, Tensor] = {}
        # Not saved: it belongs to the training set, and the hook counts it at every start.
        self.register_buffer('alphas', None, persistent=False)

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
        probabilities = layout.log_probabilities(pred).exp()
        rectification = self.rectify(probabilities, targets, features, layout.schema.num_values)
        losses = self.label_losses(pred, targets, weight)
        cross_entropy = losses.sum(dim=0) / num_labelled_images(targets)
        self.parts = {
            'rectification': rectification.sum().detach(),
            'cross_entropy': cross_entropy.sum().detach(),
        }
        if self.pooled:
            return self.loss_weight * (cross_entropy.sum() + rectification[0])
        alpha = self._alpha(cross_entropy)
        weighted = alpha * rectification + (1 - alpha) * cross_entropy
        return self.loss_weight * weighted.sum()

    def rectify(
        self,
        probabilities: Tensor,
        targets: Tensor,
        features: Tensor | None,
        num_values: Sequence[int],
    ) -> Tensor:
        """Compute L_crl alone, without cross-entropy.

        Args:
            probabilities: ``(N, A, K)``, 0 where an attribute has fewer values.
            targets: ``(N, A)`` int64, -1 for unknown.
            features: ``(N, F)`` or ``(N, A, E)``; None where scores are compared.
            num_values: Number of values of every attribute.

        Returns:
            ``(A,)`` loss of every attribute, or ``(1,)`` where pooled; exactly 0 with zero
            gradient where there is no triplet.
        """
        single = probabilities.dtype != torch.float64
        table = (probabilities.float() if single else probabilities).permute(1, 2, 0)
        anchors = find_anchors(table, targets.t(), num_values, rho=self.rho, strict=self.strict)
        distances, mine = self.distance(anchors, features), self.miner(anchors)

        def pairs_of(rows: slice, mined: Samples | None) -> Pairs:
            some, measured = anchors.of_attributes(rows), distances(rows)
            with torch.no_grad():
                samples = mined.of_attributes(rows) if mined else mine(some, measured)
            return mined_pairs(some, samples, measured)

        def sums_of(parts: Sequence[slice], mined: Samples | None = None) -> Tensor:
            pairs = Pairs.joined([pairs_of(rows, mined) for rows in parts])
            return self.comparison.sums(pairs, self.distance)

        (num_attributes, num_anchors), num_images = anchors.images.shape, len(probabilities)
        step = max(1, PART // max(1, num_anchors * num_images))
        parts = [slice(row, row + step) for row in range(0, num_attributes, step)]
        samples = 2 * num_anchors * min(self.miner.k or num_images, num_images)
        step = max(1, CHUNK // max(1, step * samples))
        if step >= len(parts):
            sums = sums_of(parts)
        else:  # what a chunk needs for its gradient is computed again then, but mined once
            chunks = [parts[first : first + step] for first in range(0, len(parts), step)]
            mined = mine_in_parts(mine, anchors, distances, parts)
            again: dict[str, Any] = dict(use_reentrant=False, preserve_rng_state=False)
            sums = torch.cat([checkpoint(sums_of, chunk, mined, **again) for chunk in chunks])
        sums = sums.sum(dim=0, keepdim=True) if self.pooled else sums
        losses: Tensor = self.comparison.loss(sums)
        return losses.masked_fill(sums[:, -1] == 0, 0.0)

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
