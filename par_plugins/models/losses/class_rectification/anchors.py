"""Which images of a batch class rectification starts from: those of the minority classes.

Q. Dong, S. Gong and X. Zhu, ICCV 2017, eq. 3, and TPAMI 2019, eq. 3. A class is one value of one
attribute; the classes of all attributes are handled as one flat list, and so are the anchors, in
lists whose lengths follow from the sizes of batch and schema alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Anchors:
    """A batch, its classes with anchors, and the anchors.

    Attributes:
        probabilities: ``(A, K, N)``, 0 where an attribute has fewer values.
        labels: ``(A, N)`` int64, -1 for unknown.
        attributes: ``(R,)`` attribute of every listed class.
        values: ``(R,)`` its value.
        scores: ``(R, N)`` probability of every image to be of the class.
        images: ``(A, M)`` images that are anchors, by attribute.
        present: ``(A, M)`` whether there is such an anchor.
        classes: ``(A, M)`` index of an anchor's class in the list of classes.
        num_values: ``(A,)`` number of values of every attribute.
    """

    probabilities: Tensor
    labels: Tensor
    attributes: Tensor
    values: Tensor
    scores: Tensor
    images: Tensor
    present: Tensor
    classes: Tensor
    num_values: Tensor

    def of_attributes(self, rows: slice) -> 'Anchors':
        """Return those of some attributes; the list of classes stays whole."""
        fields = ('probabilities', 'labels', 'images', 'present', 'classes', 'num_values')
        return replace(self, **{name: getattr(self, name)[rows] for name in fields})


def rectified_classes(
    labels: Tensor, num_values: int, *, rho: float | None, strict: bool
) -> Tensor:
    """Find the classes that have anchors in a batch: minority ones, or all, of two images or more.

    Minority classes of an attribute are the longest run of its classes, from the one with the
    fewest images up (of equal ones the first value), that together have at most (``strict``:
    less than) ``rho`` times the attribute's known labels.

    Args:
        labels: ``(A, N)`` int64, -1 for unknown.
        num_values: The largest number of values K.
        rho: Share of the known labels; None takes every class.
        strict: Whether minority classes have less than that share, in place of at most.

    Returns:
        ``(A, K)`` bool.
    """
    known = (labels >= 0).long()
    counts = known.new_zeros(len(labels), num_values).scatter_add(1, labels.clamp(min=0), known)
    enough = counts >= 2
    if rho is None:
        return enough
    ascending = counts.sort(dim=1, stable=True)
    together = ascending.values.cumsum(dim=1)
    limit = rho * known.sum(dim=1, keepdim=True).double()
    within = together < limit if strict else together <= limit
    return enough & torch.zeros_like(within).scatter(1, ascending.indices, within)


def find_anchors(
    probabilities: Tensor,
    labels: Tensor,
    num_values: Sequence[int],
    *,
    rho: float | None,
    strict: bool,
) -> Anchors:
    """List the classes that have anchors, and the anchors: every image of these classes.

    Args:
        probabilities: ``(A, K, N)``, 0 where an attribute has fewer values.
        labels: ``(A, N)`` int64, -1 for unknown.
        num_values: Number of values of every attribute.
        rho: See :func:`rectified_classes`.
        strict: See :func:`rectified_classes`.
    """
    (num_attributes, num_images), width = labels.shape, probabilities.shape[1]
    rectified = rectified_classes(labels, width, rho=rho, strict=strict).flatten()
    # At most so many images are anchors of an attribute, and classes of two have anchors.
    most_anchors = num_images if rho is None else max(1, int(rho * num_images))
    minority = rho is not None and rho < 1  # then an attribute's largest class is none
    num_classes = sum(min(values - minority, most_anchors // 2) for values in num_values)
    listed = rectified.int().sort(descending=True, stable=True).indices[: max(1, num_classes)]
    index = torch.zeros_like(rectified, dtype=torch.long)
    index = index.scatter(0, listed, torch.arange(len(listed), device=labels.device))

    first = width * torch.arange(num_attributes, device=labels.device)[:, None]
    class_of = first + labels.clamp(min=0)
    is_anchor = (labels >= 0) & rectified[class_of]
    images = is_anchor.int().sort(dim=1, descending=True, stable=True).indices[:, :most_anchors]
    return Anchors(
        probabilities=probabilities,
        labels=labels,
        attributes=listed // width,
        values=listed % width,
        scores=probabilities.flatten(0, 1).index_select(0, listed),
        images=images,
        present=is_anchor.gather(1, images),
        classes=index[class_of.gather(1, images)],
        num_values=torch.tensor(num_values).to(probabilities, non_blocking=True),
    )
