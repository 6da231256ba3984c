"""What an exported network costs in scores, on pictures whose labels are known."""

from dataclasses import dataclass

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from par_plugins.evaluation.functional import attribute_scores, bootstrap_intervals
from par_plugins.inference.load_model import LoadedModel, scope_of
from par_plugins.structures import InputError
from par_runtime.answers import AnswerRule

SCORES = ('mA', 'f1')


@dataclass(frozen=True)
class ScoredNetwork:
    """Scores of a network on a labelled split, protocol ``rap``.

    Attributes:
        rule: By whose thresholds answers are given.
        scores: ``mA`` and ``f1`` in percent.
        intervals: 95 % of a bootstrap over pictures, by score.
        answers: ``(N, A)`` by the rule.
    """

    rule: str
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    answers: np.ndarray

    def __str__(self) -> str:
        said = (
            f'{name} {self.scores[name]:.2f} [{low:.2f}, {high:.2f}]'
            for name, (low, high) in self.intervals.items()
        )
        return f'{self.rule}: {", ".join(said)}'


def scored_network(
    loaded: LoadedModel, cfg: Config, *, split: str, thresholds: str = 'half'
) -> ScoredNetwork:
    """Predict a split of a config and score the answers.

    Args:
        loaded: The network, exported or not.
        cfg: With the split's data loader.
        split: ``val`` or ``test``.
        thresholds: A rule of the checkpoint, see ``AnswerRule``.

    Raises:
        InputError: If there is no such split, no binary attribute, or no such rule.
    """
    if not cfg.get(f'{split}_dataloader'):
        raise InputError(f'the config has no {split}_dataloader to measure on')
    rule = AnswerRule.of_checkpoint(
        loaded.meta, loaded.schema, source=loaded.source, thresholds=thresholds
    )
    columns = [column for column, binary in enumerate(loaded.schema.binary) if binary]
    if not columns:
        raise InputError(f'{loaded.source}: mA is of binary attributes, of which it has none')
    with scope_of(cfg):
        loader = Runner.build_dataloader(cfg[f'{split}_dataloader'].to_dict(), seed=0)
    rows, labels = [], []
    for batch in loader:
        samples = loaded.predict(batch)
        rows.append(loaded.probabilities(samples).numpy())
        labels += [np.asarray(torch.as_tensor(sample.gt_attributes)) for sample in samples]
    probabilities, targets = np.concatenate(rows), np.stack(labels)[:, columns]
    said = probabilities[:, [loaded.schema.logit_slices[column].start for column in columns]]
    limits = rule.thresholds[columns]
    scores = attribute_scores(said, targets, threshold=limits)
    intervals = bootstrap_intervals(said, targets, threshold=limits)
    return ScoredNetwork(
        rule.name,
        {name: float(scores[name]) for name in SCORES},
        {name: (float(intervals[name][0]), float(intervals[name][1])) for name in SCORES},
        rule.answer(probabilities).values,
    )
