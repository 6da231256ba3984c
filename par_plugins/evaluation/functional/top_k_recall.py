"""Recall of the positives among an image's k highest scores, as DeepFashion is evaluated."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.matrices import (
    as_matrix,
    check_probabilities,
    paired_chunks,
    refuse_entries,
)
from par_plugins.structures import UNKNOWN, InputError

AVERAGES = ('micro', 'image')


@dataclass(frozen=True)
class TopKCounts:
    """Positives and those among the first k, group by group; ``+`` joins two sets of images.

    Attributes:
        ks: The numbers k.
        positives: ``(G,)`` int64: positive labels.
        matched: ``(G, len(ks))`` int64: those among an image's k highest scores of the group.
        images: ``(G,)`` int64: images with a positive in the group.
        image_recall: ``(G, len(ks))`` float64: sum of the recalls of these images.
    """

    ks: tuple[int, ...]
    positives: Tensor
    matched: Tensor
    images: Tensor
    image_recall: Tensor

    @classmethod
    def from_batch(
        cls,
        scores: Tensor | ArrayLike,
        targets: Tensor | ArrayLike,
        *,
        groups: Sequence[Sequence[int]],
        ks: Sequence[int],
    ) -> 'TopKCounts':
        """Count one batch of images; arguments and errors as in :func:`top_k_recall`."""
        score, label = as_matrix('scores', scores), as_matrix('targets', targets)
        check_ks(ks)
        counts = [
            score.new_zeros(len(groups), *width, dtype=dtype)
            for width, dtype in (
                ((), torch.int64),
                ((len(ks),), torch.int64),
                ((), torch.int64),
                ((len(ks),), torch.float64),
            )
        ]
        for start, chunk, truth in paired_chunks('scores', score, 'targets', label):
            check_probabilities('scores', chunk, start)
            wrong = (truth != 0) & (truth != 1) & (truth != UNKNOWN)
            refuse_entries('targets', truth, wrong, start, f'0, 1 or {UNKNOWN}')
            for group, columns in enumerate(groups):  # a handful
                numbers = _count(chunk[:, columns], truth[:, columns], ks)
                for total, number in zip(counts, numbers, strict=True):
                    total[group] += number
        return cls(tuple(ks), *counts)

    def __add__(self, other: 'TopKCounts') -> 'TopKCounts':
        if self.ks != other.ks or self.positives.shape != other.positives.shape:
            raise InputError(f'counts of k = {self.ks} and k = {other.ks} do not add up')
        return TopKCounts(
            self.ks,
            self.positives + other.positives,
            self.matched + other.matched,
            self.images + other.images,
            self.image_recall + other.image_recall,
        )

    def recall(self, average: str) -> Tensor:
        """Recall as :func:`top_k_recall` returns it."""
        check_average(average)
        if average == 'micro':
            return 100 * self.matched.double() / self.positives[:, None]
        return 100 * self.image_recall / self.images[:, None]


def check_ks(ks: Sequence[int]) -> None:
    """Refuse numbers k of which there is none, or one below 1."""
    if isinstance(ks, int) or not ks or min(ks) < 1:
        raise InputError(f'ks must be a list of numbers of at least 1, got {ks!r}')


def check_average(average: str) -> None:
    """Refuse what is none of :data:`AVERAGES`."""
    if average not in AVERAGES:
        raise InputError(f'average must be one of {", ".join(AVERAGES)}, got {average!r}')


def top_k_recall(
    scores: Tensor | ArrayLike,
    targets: Tensor | ArrayLike,
    *,
    groups: Sequence[Sequence[int]],
    ks: Sequence[int],
    average: str,
) -> Tensor:
    """Share of the positives that are among an image's k highest scores of their group.

    The top-k recall of DeepFashion (Liu et al., CVPR 2016) that HABP's table 1 reports. Equal
    scores rank by column. Unknown labels take no place in the ranking; an image without a
    positive in a group is left out of it.

    Args:
        scores: ``(N, A)`` probabilities.
        targets: ``(N, A)`` 0, 1, or -1 for unknown.
        groups: Columns of each of G groups; a column may be in several.
        ks: Numbers k, each at least 1.
        average: ``micro``: matched positives over all positives; ``image``: mean of the images'
            recalls.

    Returns:
        ``(G, len(ks))`` float64, in percent; NaN for a group without a positive.

    Raises:
        InputError: If the shapes differ, or ``ks`` or ``average`` is not valid.
        EntryError: If a score is no probability or a target none of 0, 1 and -1.

    Example:
        >>> scores, targets = [[0.9, 0.8, 0.1]], [[1, 0, 1]]
        >>> top_k_recall(scores, targets, groups=[[0, 1, 2]], ks=[1, 3], average='micro').tolist()
        [[50.0, 100.0]]
    """
    return TopKCounts.from_batch(scores, targets, groups=groups, ks=ks).recall(average)


def _count(scores: Tensor, targets: Tensor, ks: Sequence[int]) -> tuple[Tensor, ...]:
    """The numbers of :class:`TopKCounts` for one group, columns already chosen."""
    order = scores.masked_fill(targets == UNKNOWN, -1).argsort(dim=1, descending=True, stable=True)
    positive = targets == 1
    ranked = positive.gather(1, order)
    per_image = positive.sum(dim=1)
    matched = torch.stack([ranked[:, :k].sum(dim=1) for k in ks], dim=1)
    recall = matched.double() / per_image.clamp(min=1)[:, None]
    return per_image.sum(), matched.sum(dim=0), (per_image > 0).sum(), recall.sum(dim=0)
