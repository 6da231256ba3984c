"""Scores of what the folds of a cross-validation predict, at thresholds found without them.

The thresholds: 0.5; ``prior``, the share of positives among the pictures that a fold was trained
on; ``calibrated``, the same on outputs that ``platt_calibration`` has turned into probabilities by
the pictures of the other folds, which each fold was trained on, predicted by the networks that were
not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from par_plugins.evaluation.functional.attribute_scores import RATIO_GROUPS
from par_plugins.evaluation.functional.platt_calibration import calibrated, platt_calibration
from par_plugins.evaluation.functional.threshold_rules import prior_thresholds

Array = NDArray[np.float64]
NAMES = (
    *('mA', 'prior/mA', 'calibrated/mA', 'mAP', 'f1', 'calibrated/f1'),
    *(f'{at}mA_{group}' for at in ('', 'calibrated/') for group in RATIO_GROUPS),
)


@dataclass(frozen=True)
class Pooled:
    """All pictures once, each predicted by the network whose fold it was left out of.

    Attributes:
        probabilities: ``(N, A)``.
        targets: ``(N, A)`` of 0 and 1.
        folds: ``(N,)``, which each belongs to.
    """

    probabilities: Array
    targets: NDArray[np.int8]
    folds: NDArray[np.int64]

    def answers(self) -> dict[str, NDArray[np.bool_]]:
        """Return ``(N, A)`` answers by the name of the threshold; that of 0.5 is ''."""
        found = {name: np.zeros(self.targets.shape, bool) for name in ('', 'prior/', 'calibrated/')}
        found[''] = self.probabilities >= 0.5
        for fold in np.unique(self.folds):
            own, others = self.folds == fold, self.folds != fold
            priors = prior_thresholds(self.targets[others].mean(0))
            found['prior/'][own] = self.probabilities[own] >= priors
            line = platt_calibration(self.probabilities[others], self.targets[others])
            found['calibrated/'][own] = calibrated(self.probabilities[own], *line) >= priors
        return found

    def scores(self, weights: Array) -> dict[str, Array]:
        """Scores in percent of test sets that have each picture so many times.

        Args:
            weights: ``(B, N)`` counts; ones give the scores of the pictures as they are.

        Returns:
            ``(B,)`` for each of :data:`NAMES`.
        """
        positive = self.targets == 1
        groups = _group_of(positive.mean(0))
        result = {'mAP': 100 * _mean_defined(_precisions(self.probabilities, positive, weights))}
        for name, answers in self.answers().items():
            with np.errstate(invalid='ignore'):
                right = [
                    weights @ (answers & positive) / (weights @ positive),
                    weights @ (~answers & ~positive) / (weights @ ~positive),
                ]
            balanced = 50 * (right[0] + right[1])
            result[f'{name}mA'] = _mean_defined(balanced)
            for group in RATIO_GROUPS:
                result[f'{name}mA_{group}'] = _mean_defined(balanced[:, groups == group])
            true, given = positive.sum(1), answers.sum(1)
            hits = (answers & positive).sum(1)
            # Protocol rap: mean precision of rows with either, mean recall of those with labels.
            rows = [(true + given > 0, given), (true > 0, true)]
            precision, recall = (
                weights[:, of] @ (hits[of] / np.maximum(sizes[of], 1)) / weights[:, of].sum(1)
                for of, sizes in rows
            )
            result[f'{name}f1'] = 200 * precision * recall / (precision + recall)
        return {name: result[name] for name in NAMES}


def resampled(num_pictures: int, *, resamples: int, neighbours: int, seed: int = 0) -> Array:
    """Draw test sets with replacement, whole runs of neighbours, who may be one person.

    Args:
        num_pictures: N.
        resamples: B.
        neighbours: Pictures of a run.
        seed: Of the drawing.

    Returns:
        ``(B, N)`` counts.
    """
    runs = -(-num_pictures // neighbours)
    draws = np.random.default_rng(seed).multinomial(runs, np.full(runs, 1 / runs), resamples)
    return np.repeat(draws, neighbours, axis=1)[:, :num_pictures].astype(np.float64)


def difference(
    arm: Iterable[Pooled], baseline: Iterable[Pooled], weights: Array, *, seed: int = 0
) -> dict[str, tuple[float, float, float]]:
    """How far an arm is from the baseline, with what other pictures and other seeds would do to it.

    Args:
        arm: Its runs by seed.
        baseline: Those of the baseline, of the same seeds.
        weights: See :func:`resampled`; each test set takes seeds of its own, with replacement.
        seed: Of the drawing of seeds.

    Returns:
        By score the mean over seeds, and the ends of the 95 % interval.
    """
    pairs = list(zip(arm, baseline, strict=True))
    plain = np.ones((1, weights.shape[1]))
    gains = [[_less(a.scores(w), b.scores(w)) for w in (plain, weights)] for a, b in pairs]
    chosen = np.random.default_rng(seed).multinomial(
        len(pairs), np.full(len(pairs), 1 / len(pairs)), len(weights)
    )
    found = {}
    for name in NAMES:
        mean = float(np.mean([gain[0][name] for gain in gains]))
        drawn = sum(chosen[:, i] * gain[1][name] for i, gain in enumerate(gains)) / len(pairs)
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        found[name] = (mean, float(low), float(high))
    return found


def _less(scores: dict[str, Array], others: dict[str, Array]) -> dict[str, Array]:
    return {name: scores[name] - others[name] for name in NAMES}


def _mean_defined(values: Array) -> Array:
    """Mean over the columns ``(B, A)`` that are defined, NaN where none is."""
    defined = ~np.isnan(values)
    with np.errstate(invalid='ignore'):
        return np.asarray(np.where(defined, values, 0).sum(1) / defined.sum(1))


def _group_of(shares: Array) -> NDArray[np.str_]:
    groups = [next(g for g, smallest in RATIO_GROUPS.items() if s >= smallest) for s in shares]
    return np.array(groups)


def _precisions(scores: Array, positive: NDArray[np.bool_], weights: Array) -> Array:
    """Average precision ``(B, A)``; equal scores come in one after another."""
    columns = []
    for column, labels in zip(scores.T, positive.T, strict=True):
        order = np.argsort(-column, kind='stable')
        seen = weights[:, order]
        hits = seen * labels[order]
        with np.errstate(invalid='ignore'):
            precision = np.cumsum(hits, 1) / np.cumsum(seen, 1)
            columns.append(np.nansum(hits * precision, 1) / hits.sum(1))
    return np.stack(columns, 1)
