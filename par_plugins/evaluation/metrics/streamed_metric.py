"""A metric that keeps a summary of the images it has seen, instead of the images."""

import logging
import math
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.dist import get_dist_info
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from par_plugins.evaluation.functional import EntryError, check_probabilities
from par_plugins.structures import AttributeSchema, InputError


class StreamedMetric(BaseMetric):
    """Base of metrics whose state does not grow with the number of images.

    A subclass turns a batch into a summary, whose ``+`` joins two sets of images, and a summary
    into scores. Each process adds up its own batches, and the summaries meet once, in
    ``evaluate``.

    A sampler that makes all processes equally long repeats images at its end. Process r of W
    sees the positions r, r + W, r + 2W, ... of the sampler (mmengine's ``DefaultSampler``), so
    only its last images can lie beyond the end of the dataset: the last batch is held back until
    ``evaluate`` tells the dataset's length, and what lies beyond it is never counted.

    Each data sample must have ``pred_probabilities``, packed ``(C,)``, and ``gt_attributes``,
    ``(A,)`` with -1 for unknown; the dataset's meta information must have the ``schema`` that
    these are of.

    Args:
        collect_device: ``'gpu'`` collects the summaries through the processes' own link (gloo
            too), ``'cpu'`` through a folder that all of them must share.
        prefix: First part of the names of the scores.
        collect_dir: The shared folder for ``'cpu'``.
    """

    def __init__(
        self,
        collect_device: str = 'gpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self._forget()

    def _forget(self) -> None:
        self._num_images = 0
        self._summary: Any = None
        self._last_summary: Any = None
        self._last_batch: tuple[Tensor, Tensor] | None = None

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

    @property
    @abstractmethod
    def score_names(self) -> tuple[str, ...]:
        """The scores that every evaluation gives, without prefix."""

    @property
    def prefixed_names(self) -> list[str]:
        """The scores that every evaluation gives, as ``save_best`` must name them."""
        return [f'{self.prefix}/{name}' if self.prefix else name for name in self.score_names]

    @abstractmethod
    def summarise(self, probabilities: Tensor, targets: Tensor) -> Any:
        """Summarise a batch.

        Args:
            probabilities: Packed ``(n, C)``, checked; n may be 0.
            targets: ``(n, A)`` of the attributes of :attr:`columns`, not checked.

        Raises:
            EntryError: If a target is none of its attribute's.
        """

    @abstractmethod
    def score(self, summary: Any) -> dict[str, float]:
        """Turn the summary of all images into named scores."""

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
        probabilities = _stack(data_samples, 'pred_probabilities', schema.num_logits)
        targets = _stack(data_samples, 'gt_attributes', len(schema))[:, columns]
        try:
            check_probabilities('pred_probabilities', probabilities)
        except EntryError as error:
            stops = [part.stop for part in schema.logit_slices]
            name = schema.names[bisect_right(stops, error.column)]
            raise _named(error, data_samples, 'pred_probabilities', name) from error
        try:
            summary = self.summarise(probabilities, targets)
        except EntryError as error:
            name = schema.names[columns[error.column]]
            raise _named(error, data_samples, 'gt_attributes', name) from error
        self._summary = _joined(self._summary, self._last_summary)
        self._last_summary, self._last_batch = summary, (probabilities, targets)
        self._num_images += len(data_samples)

    def evaluate(self, size: int) -> dict[str, float]:
        """Score all images of all processes, and start anew.

        Args:
            size: Number of images of the dataset.

        Returns:
            The scores by name, the same in every process.

        Raises:
            InputError: If a process has seen more images beyond the dataset's end than its last
                batch has.
        """
        rank, world_size = get_dist_info()
        try:
            # One result a process: upstream collects, scores in the main process, broadcasts.
            self.results = [self._own_share(size, rank, world_size)]
            scores: dict[str, float] = super().evaluate(world_size)
            return scores
        finally:
            self._forget()
            self.results.clear()

    def compute_metrics(self, results: list[tuple[int, int, Any]]) -> dict[str, float]:
        """Join the shares of all processes and score them."""
        found, expected = (sum(share[place] for share in results) for place in (0, 1))
        if found < expected:
            self.warn(f'only {found} of the {expected} images of the dataset were evaluated')
        summary = None
        for share in results:
            summary = _joined(summary, share[2])
        return self.score(summary)

    def warn(self, message: str) -> None:
        """Write a warning to the log, with the metric's prefix."""
        print_log(f'{self.prefix}: {message}', logger='current', level=logging.WARNING)

    def _own_share(self, size: int, rank: int, world_size: int) -> tuple[int, int, Any]:
        """Images counted here, images of the dataset that fall to this process, summary."""
        expected = max(0, math.ceil((size - rank) / world_size))
        beyond = max(0, self._num_images - expected)
        if self._last_batch is None:
            no_probabilities = torch.empty(0, self.schema.num_logits)
            no_targets = torch.empty(0, len(self.columns), dtype=torch.int64)
            return 0, expected, self.summarise(no_probabilities, no_targets)
        probabilities, targets = self._last_batch
        kept = len(targets) - beyond
        if kept < 0:
            raise InputError(
                f'process {rank} of {world_size} evaluated {self._num_images} images, but only '
                f'{expected} of the {size} images of the dataset fall to it; is its sampler '
                'DefaultSampler?'
            )
        last = (
            self.summarise(probabilities[:kept], targets[:kept]) if beyond else self._last_summary
        )
        return self._num_images - beyond, expected, _joined(self._summary, last)


def _joined(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    return first + second


def _named(
    error: EntryError, data_samples: Sequence[dict[str, Any]], key: str, attribute: str
) -> InputError:
    image = _image_of(data_samples[error.row])
    return InputError(
        f'{image}: {key} of attribute {attribute!r} is {error.value}, not {error.expected}'
    )


def _stack(data_samples: Sequence[dict[str, Any]], key: str, length: int) -> Tensor:
    rows = []
    for sample in data_samples:
        if key not in sample:
            raise InputError(f'{_image_of(sample)}: its data sample has no {key!r}')
        row = torch.as_tensor(sample[key])
        if row.shape != (length,):
            raise InputError(
                f'{_image_of(sample)}: {key} of shape {tuple(row.shape)}, not ({length},)'
            )
        rows.append(row)
    return torch.stack(rows).detach().cpu()


def _image_of(sample: Mapping[str, Any]) -> str:
    return str(sample.get('img_path', 'an image without img_path'))
