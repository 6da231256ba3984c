"""Top-k recall of each group of attributes, and top-k accuracy of categorical ones."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import TopKCounts
from par_plugins.evaluation.functional.matrices import refuse_entries
from par_plugins.evaluation.functional.top_k_recall import check_average, check_ks
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import UNKNOWN


@METRICS.register_module()
class TopKRecallMetric(StreamedMetric):
    """``attribute/top3_recall``, that of every group, and ``attribute/top3_accuracy_<name>``.

    Binary attributes are ranked within the groups that the schema gives them, and all together;
    see ``top_k_recall``. A categorical attribute has top-k accuracy: the share of its known
    labels among its k most probable values, which is top-k recall over its values.

    Args:
        ks: Numbers k.
        average: See ``top_k_recall``.
        **kwargs: See :class:`StreamedMetric`.

    Raises:
        InputError: If there is no k, one is below 1, or ``average`` is unknown.
    """

    default_prefix = 'attribute'

    def __init__(self, ks: Sequence[int] = (3, 5), average: str = 'micro', **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_ks(ks)
        check_average(average)
        self.ks = tuple(ks)
        self.average = average

    @property
    def score_names(self) -> tuple[str, ...]:
        """Each group's and categorical attribute's scores, k after k."""
        return tuple(f'top{k}_{name}' for name in self._groups() for k in self.ks)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> TopKCounts:
        """Count positives and matches of each group."""
        schema = self.schema
        wrong = (targets < UNKNOWN) | (targets >= torch.tensor(schema.num_values))
        refuse_entries('targets', targets, wrong, 0, f'a value of the attribute or {UNKNOWN}')
        truth = torch.cat(
            [
                label if attribute.binary else _one_hot(label, attribute.num_values)
                for attribute, label in zip(schema.attributes, targets.split(1, dim=1), strict=True)
            ],
            dim=1,
        )
        columns = list(self._groups().values())
        return TopKCounts.from_batch(probabilities, truth, groups=columns, ks=self.ks)

    def score(self, summary: TopKCounts) -> dict[str, float]:
        """Name the scores, and warn of groups without a positive."""
        recall = summary.recall(self.average).flatten().tolist()
        scores = dict(zip(self.score_names, recall, strict=True))
        for name, score in scores.items():
            if math.isnan(score):
                self.warn(f'{name} is undefined: no known label is positive')
        return scores

    def _groups(self) -> dict[str, list[int]]:
        """Columns of the packed probabilities by the last part of a score's name."""
        schema = self.schema
        slices = schema.logit_slices
        named = {f'recall_{group}': members for group, members in schema.groups.items()}
        columns = {}
        for name, members in {'recall': range(len(schema)), **named}.items():
            binary = [slices[member].start for member in members if schema.binary[member]]
            if binary:
                columns[name] = binary
        for attribute, logits in zip(schema.attributes, slices, strict=True):
            if not attribute.binary:
                columns[f'accuracy_{attribute.name}'] = list(range(logits.start, logits.stop))
        return columns


def _one_hot(label: Tensor, num_values: int) -> Tensor:
    """``(n, 1)`` labels as ``(n, K)`` 0 or 1, -1 where unknown."""
    return torch.where(label == UNKNOWN, UNKNOWN, (label == torch.arange(num_values)).long())
