"""The pairs of anchors and hard samples: by class, by instance, or without hard mining.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 4 to 7, and TPAMI 2019, eq. 4 to 7, 10 and 11. What the
papers leave open: hardness is ranked in single precision, and equal samples by their index in the
batch; an image is misclassified if another value is more probable than its label.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from mmengine.registry import TASK_UTILS
from torch import Tensor, nn
from torch.nn import functional

from par_plugins.models.losses.class_rectification.anchors import Anchors
from par_plugins.models.losses.class_rectification.distances import Distances
from par_plugins.structures import UNKNOWN, checked_number

Mine = Callable[[Anchors, Distances], 'Samples']
"""Mines the anchors of some attributes, from their distances."""

BELOW_SINGLE = 2**29 - 1
"""The bits of a double that single precision has not."""


class Pairs(NamedTuple):
    """Distances from anchors to mined samples, a pool of pairs in every row, and which there are.

    Attributes:
        positive: ``(A, M, P)`` to samples of the anchor's class.
        is_positive: ``(A, M, P)`` bool.
        negative: ``(A, M, P)`` to samples of other classes.
        is_negative: ``(A, M, P)`` bool.
        num_values: ``(A, M, 1)`` number of values of the anchor's attribute.
    """

    positive: Tensor
    is_positive: Tensor
    negative: Tensor
    is_negative: Tensor
    num_values: Tensor

    @classmethod
    def joined(cls, parts: Sequence['Pairs']) -> 'Pairs':
        """Return the pairs of some attributes and of the next ones as one table."""
        return cls(*(torch.cat(tables) for tables in zip(*parts, strict=True)))

    @property
    def num_triplets(self) -> Tensor:
        """``(A,)`` counts of a positive and a negative of one anchor."""
        return (self.is_positive.sum(dim=2) * self.is_negative.sum(dim=2)).sum(dim=1)


class Samples(NamedTuple):
    """Images mined for every row of something.

    Attributes:
        images: ``(..., P)`` indices.
        present: ``(..., P)`` whether there is such a sample.
    """

    images: Tensor
    present: Tensor

    def beside(self, others: 'Samples') -> 'Samples':
        """Return these, then others, in every row."""
        return Samples(*(torch.cat(two, -1) for two in zip(self, others, strict=True)))

    def of_attributes(self, rows: slice) -> 'Samples':
        """Return those of some attributes."""
        return Samples(*(table[rows] for table in self))


def mine_in_parts(
    mine: Mine,
    anchors: Anchors,
    distances: Callable[[slice], Distances],
    parts: Sequence[slice],
) -> Samples:
    """Mine some attributes after others, into one table.

    Results kept apart, between the memory that each used, would keep the allocator from giving it
    back: several times as much as there is in them.
    """
    every: Samples | None = None
    for rows in parts:
        with torch.no_grad():
            mined = mine(anchors.of_attributes(rows), distances(rows))
        if every is None:
            every = Samples(*(t.new_empty(len(anchors.images), *t.shape[1:]) for t in mined))
        for table, part in zip(every, mined, strict=True):
            table[rows] = part
    assert every is not None
    return every


def mined_pairs(anchors: Anchors, mined: Samples, distances: Distances) -> Pairs:
    """Measure anchors against their samples, none against itself."""
    to_positives, to_negatives = distances(anchors, mined.images).chunk(2, dim=2)
    is_other = mined.images != anchors.images[:, :, None]
    present = mined.present & is_other & anchors.present[:, :, None]
    num_values = anchors.num_values[:, None, None].expand(*anchors.images.shape, 1)
    # Differences of scores have a sign, which negatives keep.
    is_positive, is_negative = present.chunk(2, dim=2)
    return Pairs(to_positives.abs(), is_positive, to_negatives, is_negative, num_values)


def hardest(hardness: Tensor, candidates: Tensor, k: int | None, *, greatest: bool) -> Samples:
    """Take the candidates of greatest, or least, hardness in every row, of equal ones the first.

    A stable sort would do the same, in two to eight times the time (256 images, 40 attributes).

    Args:
        hardness: ``(..., N)``, none negative.
        candidates: ``(..., N)`` bool.
        k: How many at most; None for all.
        greatest: Whether the greatest are wanted.

    Returns:
        ``(..., P)``, in no order.
    """
    num_images = hardness.shape[-1]
    index = torch.arange(num_images, device=hardness.device)
    # The bits of a double, read as an integer, order as it does. Rounded to single precision, as
    # equal distances are equal again, it has room for the index, so that no two keys are equal,
    # whatever topk does with ties, and those of candidates are above 0.
    keys = hardness.float().double().view(torch.int64) | (
        BELOW_SINGLE - index if greatest else index
    )
    keys.masked_fill_(~candidates, -1 if greatest else torch.iinfo(torch.int64).max)
    count = num_images if k is None else min(k, num_images)
    images = keys.topk(count, dim=-1, largest=greatest, sorted=False).indices
    return Samples(images, candidates.gather(-1, images))


class Miner(nn.Module):
    """Base of the miners: of a batch they make what mines the anchors of some attributes.

    That returns ``(A, M, 2 P)``: positives, then as many negatives.

    Args:
        k: Hard positives and hard negatives of an anchor at most; None for all. 25 is TPAMI's;
            ICCV names none.
    """

    def __init__(self, k: int | None = 25) -> None:
        super().__init__()
        if k is not None:
            checked_number('k (None for all)', k, at_least=1, whole=True)
        self.k = k

    def mine(self, hardness: Tensor, positive: Tensor, negative: Tensor, far: bool) -> Samples:
        """Take positives of greatest hardness (``far``) or least, and negatives the other way."""
        positives = hardest(hardness, positive, self.k, greatest=far)
        return positives.beside(hardest(hardness, negative, self.k, greatest=not far))


@TASK_UTILS.register_module()
class ClassMiner(Miner):
    """The same hard samples for all anchors of a class: least scores in it, greatest outside."""

    def hardness(self, scores: Tensor) -> Tensor:
        """Return ``(R, N)`` what images are ranked by, from their scores for classes."""
        return scores

    def forward(self, anchors: Anchors) -> Mine:
        """Mine by score, whatever the distances, once for all anchors of a class."""
        labels = anchors.labels[anchors.attributes]
        positive = labels == anchors.values[:, None]
        hardness = self.hardness(anchors.scores.detach())
        mined = self.mine(hardness, positive, (labels >= 0) & ~positive, far=False)
        return lambda some, distances: Samples(*(table[some.classes] for table in mined))


@TASK_UTILS.register_module()
class RandomMiner(ClassMiner):
    """No hard mining (TPAMI 2019, table 11): a random draw of k for a class, or all with None.

    It draws without global random numbers, another sample in every call; the number of calls is
    saved, so that a resumed run draws what it would have drawn.
    """

    num_draws: Tensor

    def __init__(self, k: int | None = 25) -> None:
        super().__init__(k)
        self.register_buffer('num_draws', torch.zeros((), dtype=torch.long))

    def hardness(self, scores: Tensor) -> Tensor:
        """Return numbers as good as random: a 32-bit integer hash of draw, class and image."""
        mixed = torch.arange(scores.numel(), device=scores.device) + 0x9E3779B9 * self.num_draws
        self.num_draws += 1
        for _ in range(2):
            mixed = mixed & 0xFFFFFFFF
            mixed = (mixed ^ (mixed >> 16)) * 0x45D9F3B
        return (mixed >> 8 & 0xFFFFFF).float().view_as(scores)


@TASK_UTILS.register_module()
class InstanceMiner(Miner):
    """Hard samples for each anchor: its farthest positives, and its nearest negatives.

    Args:
        k: See :class:`Miner`.
        misclassified: Whether positives are misclassified images alone.
    """

    def __init__(self, k: int | None = 25, misclassified: bool = False) -> None:
        super().__init__(k)
        self.misclassified = misclassified

    def forward(self, anchors: Anchors) -> Mine:
        """Mine by distance."""
        return self.mine_anchors

    def mine_anchors(self, anchors: Anchors, distances: Distances) -> Samples:
        """Mine ``(A, M, 2 P)`` for the anchors of some attributes."""
        labels = usable = anchors.labels.int()
        if self.misclassified:
            known = anchors.labels.clamp(min=0)[:, None, :]
            probabilities = anchors.probabilities.detach()
            confidence = probabilities.gather(1, known)[:, 0]
            wrong = confidence < probabilities.amax(dim=1)
            usable = labels.masked_fill(~wrong, UNKNOWN)
        own = labels.gather(1, anchors.images)[:, :, None]
        # Whatever is of an anchor's class is an anchor: positives are looked for among these.
        among = anchors.images[:, None].expand(-1, anchors.images.shape[1], -1)
        itself = torch.eye(anchors.images.shape[1], dtype=torch.bool, device=labels.device)
        positive = (usable.gather(1, anchors.images)[:, None] == own) & ~itself
        negative = (labels[:, None, :] != own) & (labels >= 0)[:, None, :]
        squared = distances.squared(anchors)
        nearest = hardest(squared, negative, self.k, greatest=False)
        farthest = hardest(squared.gather(2, among), positive, self.k, greatest=True)
        farthest = farthest._replace(images=among.gather(2, farthest.images))
        missing = nearest.images.shape[2] - farthest.images.shape[2]
        return Samples(*(functional.pad(table, (0, missing)) for table in farthest)).beside(nearest)
