"""Class-balanced accuracy of all attributes of a dataset, binary and categorical."""

import math
from typing import Any

import torch
from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import ValueCounts, top_k_predictions
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import InputError


@METRICS.register_module()
class BalancedAccuracyMetric(StreamedMetric):
    """``attribute/balanced_accuracy`` in percent, also of each group: see ``balanced_accuracy``.

    A binary attribute is predicted from probability 0.5 on, a categorical one by its most
    probable value. With ``top_k=5`` the 5 most probable attributes of an image are predicted, all
    being binary, and the score is ``attribute/top5_balanced_accuracy``: see ``top_k_predictions``.
    ``attribute/balanced_accuracy_<group>`` is the mean over those attributes to which the schema
    gives this group. Values that the labels do not have are named in the log.

    Attributes:
        per_attribute: After ``evaluate``, in the main process: percent by name of attribute, NaN
            where no label is known.

    Args:
        top_k: How many attributes of an image are predicted; None decides for each by itself.
        **kwargs: See :class:`StreamedMetric`.

    Raises:
        InputError: If ``top_k`` is below 1.
    """

    default_prefix = 'attribute'

    def __init__(self, top_k: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if top_k is not None and (not isinstance(top_k, int) or top_k < 1):
            raise InputError(f'top_k must be a whole number of at least 1, got {top_k!r}')
        self.top_k = top_k
        self.per_attribute: dict[str, float] = {}

    @property
    def score_names(self) -> tuple[str, ...]:
        """The mean over all attributes, and over those of each group."""
        name = 'balanced_accuracy' if self.top_k is None else f'top{self.top_k}_balanced_accuracy'
        return (name, *(f'{name}_{group}' for group in self.schema.groups))

    def check(self) -> None:
        """Refuse to choose ``top_k`` among attributes that are not all binary."""
        super().check()
        if self.top_k is not None and not self.schema.all_binary:
            raise InputError(
                f'top_k={self.top_k} ranks binary attributes, but there is {self.schema}'
            )

    def summarise(self, probabilities: Tensor, targets: Tensor) -> ValueCounts:
        """Count each value of each attribute.

        Raises:
            InputError: If ``top_k`` is to choose among attributes that are not all binary.
        """
        self.check()
        schema = self.schema
        if self.top_k is None:
            predictions = torch.from_numpy(schema.predictions(probabilities))
        else:
            predictions = top_k_predictions(probabilities, self.top_k)
        return ValueCounts.from_batch(predictions, targets, schema.num_values)

    def score(self, summary: ValueCounts) -> dict[str, float]:
        """Name the score, and warn of absent values."""
        schema, scores, names = self.schema, summary.scores(), self.score_names
        self.per_attribute = dict(zip(schema.names, scores['per_attribute'], strict=True))
        if scores['absent']:
            absent = []
            for column, value in scores['absent']:
                attribute = schema.attributes[column]
                values = ('no', 'yes') if attribute.values is None else attribute.values
                absent.append(f'{attribute.name}={values[value]}')
            self.warn(f'no known label has {", ".join(absent)}: left out of {names[0]}')
        for reason in scores['undefined'].values():
            self.warn(f'{names[0]} is undefined: {reason}')
        per_attribute = torch.tensor(scores['per_attribute'], dtype=torch.float64)
        means = [scores['balanced_accuracy']]
        for name, members in zip(names[1:], schema.groups.values(), strict=True):
            means.append(per_attribute[members].nanmean().item())
            if math.isnan(means[-1]):
                self.warn(f'{name} is undefined: no label is known')
        return dict(zip(names, means, strict=True))
