"""How probable a model finds the positive labels of a dataset's binary attributes."""

import math
from typing import Any

from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import PositiveProbabilities
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric


@METRICS.register_module()
class PositiveProbabilityMetric(StreamedMetric):
    """``attribute/positive_probability`` in percent, a mean over attributes, with a table.

    See ``positive_probability``. Rare attributes are where it is low.

    Attributes:
        table: After ``evaluate``, in the main process: a dict for each binary attribute with
            ``name``, ``positives`` (their number) and ``probability`` in percent, NaN where there
            is none.

    Args:
        **kwargs: See :class:`StreamedMetric`.
    """

    default_prefix = 'attribute'
    table_name = 'positive_probabilities'

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table: list[dict[str, Any]] = []

    @property
    def columns(self) -> list[int]:
        """The binary attributes, as columns of the targets."""
        return [column for column, binary in enumerate(self.schema.binary) if binary]

    @property
    def score_names(self) -> tuple[str, ...]:
        """The mean."""
        return ('positive_probability',)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> PositiveProbabilities:
        """Sum up the probabilities of positive labels."""
        slices = self.schema.logit_slices
        positive = probabilities[:, [slices[column].start for column in self.columns]]
        return PositiveProbabilities.from_batch(positive, targets)

    def score(self, summary: PositiveProbabilities) -> dict[str, float]:
        """Name the score, fill the table, and warn where there is nothing to score."""
        scores = summary.scores()
        names = [self.schema.names[column] for column in self.columns]
        self.table = [
            {'name': name, 'positives': positives, 'probability': probability}
            for name, positives, probability in zip(
                names, scores['positives'], scores['per_attribute'], strict=True
            )
        ]
        if math.isnan(scores['mean']):
            self.warn('positive_probability is undefined: no attribute has a positive label')
        return {'positive_probability': scores['mean']}
