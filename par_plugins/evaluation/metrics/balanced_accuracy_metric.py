"""Class-balanced accuracy of all attributes of a dataset, binary and categorical."""

from typing import Any

from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import ValueCounts
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric


@METRICS.register_module()
class BalancedAccuracyMetric(StreamedMetric):
    """``attribute/balanced_accuracy`` in percent: see ``balanced_accuracy``.

    A binary attribute is predicted from probability 0.5 on, a categorical one by its most
    probable value. Values that the labels do not have are named in the log.

    Attributes:
        per_attribute: After ``evaluate``, in the main process: percent by name of attribute, NaN
            where no label is known.

    Args:
        **kwargs: See :class:`StreamedMetric`.
    """

    default_prefix = 'attribute'

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.per_attribute: dict[str, float] = {}

    @property
    def score_names(self) -> tuple[str, ...]:
        """The one score."""
        return ('balanced_accuracy',)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> ValueCounts:
        """Count each value of each attribute."""
        schema = self.schema
        return ValueCounts.from_batch(schema.predictions(probabilities), targets, schema.num_values)

    def score(self, summary: ValueCounts) -> dict[str, float]:
        """Name the score, and warn of absent values."""
        schema, scores = self.schema, summary.scores()
        self.per_attribute = dict(zip(schema.names, scores['per_attribute'], strict=True))
        if scores['absent']:
            names = []
            for column, value in scores['absent']:
                attribute = schema.attributes[column]
                values = ('no', 'yes') if attribute.values is None else attribute.values
                names.append(f'{attribute.name}={values[value]}')
            self.warn(f'no known label has {", ".join(names)}: left out of balanced_accuracy')
        for name, reason in scores['undefined'].items():
            self.warn(f'{name} is undefined: {reason}')
        return {'balanced_accuracy': scores['balanced_accuracy']}
