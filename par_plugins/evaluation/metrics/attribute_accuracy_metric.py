"""Plain accuracy of all attributes of a dataset, binary and categorical."""

from typing import Any

from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import AccuracyCounts
from par_plugins.evaluation.functional.attribute_accuracy import UNKNOWN_RULES
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import InputError


@METRICS.register_module()
class AttributeAccuracyMetric(StreamedMetric):
    """``attribute/label_accuracy`` in percent, and ``label_accuracy_<name>`` of each attribute.

    See ``attribute_accuracy``: with Market-1501's or DukeMTMC-reID's attributes it is the table of
    the paper of APR. A binary attribute is predicted from probability 0.5 on, a categorical one by
    its most probable value. With ``unknown='wrong'`` the names say so:
    ``attribute/unknown_wrong/label_accuracy``.

    Attributes:
        table: After ``evaluate``, in the main process: a dict for each attribute with ``name``,
            ``labelled`` (number of known labels) and ``accuracy`` in percent, NaN where undefined.

    Args:
        unknown: See ``attribute_accuracy``.
        **kwargs: See :class:`StreamedMetric`.

    Raises:
        InputError: If ``unknown`` is no rule.
    """

    default_prefix = 'attribute'
    table_name = 'label_accuracy'

    def __init__(self, unknown: str = 'left_out', **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if unknown not in UNKNOWN_RULES:
            raise InputError(f'unknown: {unknown!r} is none of {", ".join(UNKNOWN_RULES)}')
        self.unknown = unknown
        self.table: list[dict[str, Any]] = []

    @property
    def rules(self) -> str:
        """What becomes of unknown labels."""
        return f'unknown_{self.unknown}'

    @property
    def score_names(self) -> tuple[str, ...]:
        """The mean, and each attribute's own."""
        names = 'label_accuracy', *(f'label_accuracy_{name}' for name in self.schema.names)
        prefix = '' if self.unknown == 'left_out' else f'{self.rules}/'
        return tuple(f'{prefix}{name}' for name in names)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> AccuracyCounts:
        """Count right predictions of each attribute."""
        schema = self.schema
        return AccuracyCounts.from_batch(
            schema.predictions(probabilities), targets, schema.num_values
        )

    def score(self, summary: AccuracyCounts) -> dict[str, float]:
        """Name the scores, fill the table, and warn of attributes that have no label."""
        scores = summary.scores(self.unknown)
        columns = self.schema.names, scores['labelled'], scores['per_attribute']
        self.table = [
            {'name': name, 'labelled': labelled, 'accuracy': accuracy}
            for name, labelled, accuracy in zip(*columns, strict=True)
        ]
        for name, row in zip(self.score_names[1:], self.table, strict=True):
            if not row['labelled']:
                self.warn(f'{name} is undefined: no label is known')
        for reason in scores['undefined'].values():
            self.warn(f'{self.score_names[0]} is undefined: {reason}')
        values = scores['accuracy'], *scores['per_attribute']
        return dict(zip(self.score_names, values, strict=True))
