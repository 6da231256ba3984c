"""A metric that keeps a summary of predicted and labelled attributes, instead of the images."""

import math
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from par_plugins.evaluation.functional import EntryError, check_probabilities
from par_plugins.evaluation.metrics.counted_once_metric import CountedOnceMetric
from par_plugins.evaluation.metrics.sample_fields import first_field, image_of, stack_field
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError


class StreamedMetric(CountedOnceMetric):
    """Base of metrics on the probabilities of attributes.

    Each data sample must have ``pred_probabilities``, packed ``(C,)``, and ``gt_attributes``,
    ``(A,)`` with -1 for unknown, or what mmpretrain's heads and datasets give in their place:
    ``pred_score``, and ``gt_score`` of binary attributes or ``gt_label`` of a single categorical
    one. The dataset's meta information must have the ``schema`` that these are of.

    Args:
        gallery_only: Whether to take all labels of queries for unknown, where a dataset for
            re-identification has both: then each sample must have ``is_query``, and the names of
            the scores say so, ``attribute/gallery/mA``.
        prefix: See :class:`CountedOnceMetric`.
        **kwargs: See :class:`CountedOnceMetric`.
    """

    def __init__(
        self, gallery_only: bool = False, prefix: str | None = None, **kwargs: Any
    ) -> None:
        if gallery_only:
            prefix = f'{prefix or self.default_prefix}/gallery'
        super().__init__(prefix=prefix, **kwargs)
        self.gallery_only = gallery_only

    @property
    def schema(self) -> AttributeSchema:
        """The schema of the dataset.

        Raises:
            InputError: If the dataset's meta information has none.
        """
        schema = (self.dataset_meta or {}).get('schema')
        if isinstance(schema, AttributeSchema):
            return schema
        if isinstance(schema, Mapping):
            return AttributeSchema.from_dict(schema)
        raise InputError(
            f"{type(self).__name__} needs the dataset's metainfo['schema'] to be an "
            f'AttributeSchema or its dict, but it is {schema!r}'
        )

    @property
    def columns(self) -> list[int]:
        """The attributes that are scored, as columns of the targets."""
        return list(range(len(self.schema)))

    def check(self) -> None:
        """Refuse a schema that cannot be scored."""
        _ = self.columns

    @abstractmethod
    def summarise(self, probabilities: Tensor, targets: Tensor) -> Any:
        """Summarise a batch.

        Args:
            probabilities: Packed ``(n, C)``, checked; n may be 0.
            targets: ``(n, A)`` of the attributes of :attr:`columns`, not checked.

        Raises:
            EntryError: If a target is none of its attribute's.
        """

    def no_images(self) -> tuple[Tensor, Tensor]:
        """Return no probabilities and no targets."""
        no_probabilities = torch.empty(0, self.schema.num_logits)
        return no_probabilities, torch.empty(0, len(self.columns), dtype=torch.int64)

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Add a batch of predictions.

        Args:
            data_batch: Not used.
            data_samples: One dict an image.

        Raises:
            InputError: If a prediction or label is missing, or of a wrong length or value; the
                message names the image.
        """
        schema, columns = self.schema, self.columns
        predicted = first_field(data_samples, 'pred_probabilities', 'pred_score')
        labelled = first_field(data_samples, 'gt_attributes', 'gt_score', 'gt_label')
        probabilities = stack_field(data_samples, predicted, (schema.num_logits,))
        targets = stack_field(data_samples, labelled, (len(schema),)).long()[:, columns]
        if self.gallery_only:
            is_query = stack_field(data_samples, 'is_query', ()).bool()
            targets = targets.masked_fill(is_query[:, None], UNKNOWN)
        try:
            check_probabilities(predicted, probabilities)
        except EntryError as error:
            stops = [logits.stop for logits in schema.logit_slices]
            name = schema.names[bisect_right(stops, error.column)]
            if math.isnan(error.value):
                raise InputError(
                    f'the outputs of the model are not finite, first at attribute {name!r} of '
                    f'{image_of(data_samples[error.row])}: the fault is in its weights, not in '
                    'the image'
                ) from error
            raise _named(error, data_samples, predicted, name) from error
        try:
            self.add(probabilities, targets)
        except EntryError as error:
            name = schema.names[columns[error.column]]
            raise _named(error, data_samples, labelled, name) from error


def _named(
    error: EntryError, data_samples: Sequence[dict[str, Any]], key: str, attribute: str
) -> InputError:
    image = image_of(data_samples[error.row])
    return InputError(
        f'{image}: {key} of attribute {attribute!r} is {error.value}, not {error.expected}'
    )
