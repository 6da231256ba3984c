"""A metric that adds up summaries of images, and counts every image of the dataset once."""

import logging
import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from mmengine.dist import get_dist_info
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from par_plugins.structures import InputError


class CountedOnceMetric(BaseMetric):
    """Base of metrics whose state does not grow with the number of images.

    A subclass turns a batch into a summary, whose ``+`` joins two sets of images, and a summary
    into scores. Each process adds up its own batches, and the summaries meet once, in
    ``evaluate``.

    A sampler that makes all processes equally long repeats images at its end. Process r of W
    sees the positions r, r + W, r + 2W, ... of the sampler (mmengine's ``DefaultSampler``), so
    only its last images can lie beyond the end of the dataset: the last batch is held back until
    ``evaluate`` tells the dataset's length, and what lies beyond it is never counted.

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
    @abstractmethod
    def score_names(self) -> tuple[str, ...]:
        """The scores that every evaluation gives, without prefix."""

    @property
    def occasional_names(self) -> tuple[str, ...]:
        """The scores that only some labels give, without prefix."""
        return ()

    @property
    def prefixed_names(self) -> list[str]:
        """The scores that every evaluation gives, as ``save_best`` must name them."""
        return self._prefixed(self.score_names)

    @property
    def prefixed_occasional_names(self) -> list[str]:
        """The scores that only some labels give, as ``save_best`` must name them."""
        return self._prefixed(self.occasional_names)

    def _prefixed(self, names: Iterable[str]) -> list[str]:
        return [f'{self.prefix}/{name}' if self.prefix else name for name in names]

    def check(self) -> None:
        """Refuse, before any training, what can be known to fail; ``dataset_meta`` is set."""

    @abstractmethod
    def summarise(self, first: Tensor, second: Tensor) -> Any:
        """Summarise a batch, two tensors with a row for each image; there may be no row."""

    @abstractmethod
    def no_images(self) -> tuple[Tensor, Tensor]:
        """Return a batch without images."""

    @abstractmethod
    def score(self, summary: Any) -> dict[str, float]:
        """Turn the summary of all images into named scores."""

    def add(self, first: Tensor, second: Tensor) -> None:
        """Add a batch: what :meth:`summarise` takes."""
        summary = self.summarise(first, second)
        self._summary = _joined(self._summary, self._last_summary)
        self._last_summary, self._last_batch = summary, (first, second)
        self._num_images += len(first)

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
        counted, expected = (sum(share[entry] for share in results) for entry in (0, 1))
        if counted < expected:
            self.warn(f'only {counted} of the {expected} images of the dataset were evaluated')
        return self.score(self.join([share[2] for share in results]))

    def join(self, summaries: Sequence[Any]) -> Any:
        """Join the summaries of all processes, in the processes' order."""
        return reduce(_joined, summaries)

    def warn(self, message: str) -> None:
        """Write a warning to the log, with the metric's prefix."""
        print_log(f'{self.prefix}: {message}', logger='current', level=logging.WARNING)

    def _own_share(self, size: int, rank: int, world_size: int) -> tuple[int, int, Any]:
        """Images counted here, images of the dataset that fall to this process, summary."""
        expected = max(0, math.ceil((size - rank) / world_size))
        beyond = max(0, self._num_images - expected)
        if self._last_batch is None:
            return 0, expected, self.summarise(*self.no_images())
        first, second = self._last_batch
        kept = len(first) - beyond
        if kept < 0:
            raise InputError(
                f'process {rank} of {world_size} evaluated {self._num_images} images, but only '
                f'{expected} of the {size} images of the dataset fall to it; is its sampler '
                'DefaultSampler?'
            )
        last = self.summarise(first[:kept], second[:kept]) if beyond else self._last_summary
        return self._num_images - beyond, expected, _joined(self._summary, last)


def _joined(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    return first + second
