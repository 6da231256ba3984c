"""What heads, hooks and losses on attributes know of each other, and all that they know.

:class:`AttributeLossProtocol` is what every loss of this project is. The others are abilities:
whoever has the method or attribute is told, asked or logged, a loss or any other module of the
model. A loss of another project has none of them and is called with logits and targets.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from par_plugins.structures.label_statistics import LabelStatistics
from par_runtime.attribute_schema import AttributeSchema


class AttributeLossProtocol(Protocol):
    """A loss of this project. A head reads the first three attributes, tests the others.

    Attributes:
        masks_unknown: That unknown labels (-1) take part in nothing. A loss that does not say so is
            called without them.
        inputs: What it needs beside logits and targets: names of attributes of ``LossInputs``,
            handed over as keyword arguments.
        images: Which images of a batch it is about, ``real`` or ``synthetic`` ones.
        exact_gradient: Whether the gradient is that of the value; not where a loss holds a factor
            constant.
        pulls: What gets the gradient: ``logits``, or ``features`` where the logits get none.
        pulls_every_label: Whether every wrong label gets a gradient; not where a loss selects.
    """

    masks_unknown: bool
    inputs: tuple[str, ...]
    images: str
    exact_gradient: bool
    pulls: str
    pulls_every_label: bool

    def __call__(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
        **inputs: Any,
    ) -> Tensor:
        """The loss of packed logits ``(N, C)`` and labels ``(N, A)``.

        Args:
            pred: ``(N, C)``.
            target: ``(N, A)``, -1 for unknown; ``(N,)`` of a single categorical attribute.
            weight: Factors of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Number of images, which heads of mmpretrain insist on giving.
            reduction_override: In place of the loss's own reduction.
            **inputs: Those of ``inputs``.
        """


@runtime_checkable
class TakesSchema(Protocol):
    """Told by heads and ``SchemaHook`` which attributes the columns are."""

    def set_schema(self, schema: AttributeSchema) -> None:
        """Take the schema."""


@runtime_checkable
class TakesLabelStatistics(Protocol):
    """Told by ``LabelStatisticsHook`` how often the training set shows each value."""

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the counts."""


@runtime_checkable
class TakesTrainingTargets(Protocol):
    """Told by ``LabelStatisticsHook`` all labels of the training set."""

    def set_training_targets(self, targets: Tensor) -> None:
        """Take ``(M, A)`` labels."""


@runtime_checkable
class TakesClusters(Protocol):
    """Told by ``ClassClusterHook`` to which cluster of its class each training image belongs."""

    def set_clusters(self, clusters: Tensor) -> None:
        """Take ``(M, A)`` numbers of clusters."""


@runtime_checkable
class ObservesRealImages(Protocol):
    """Shown every batch of real images by the head, before any loss is computed."""

    def observe(self, logits: Tensor, targets: Tensor) -> None:
        """Learn from ``(N, C)`` logits and ``(N, A)`` labels."""


@runtime_checkable
class LogsParts(Protocol):
    """Has parts of its value that the head logs as ``<name>_<part>``, after a call."""

    parts: Mapping[str, Tensor]


class DrawsHardLabels(Protocol):
    """Has the tracker from which hooks draw the labels of synthetic images."""

    hard_labels: Any
