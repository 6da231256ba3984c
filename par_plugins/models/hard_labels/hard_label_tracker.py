"""How hard each value of each attribute is now, and label vectors drawn from it (HABP, eq. 9).

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019. Different from the paper: the
first observation of a value starts its average, a value that was never observed is never drawn, and
all processes hold one state.
"""

import torch
from mmengine.dist import all_reduce
from torch import Tensor, nn

from par_plugins.models.hard_labels.hard_label_sampling import (
    draw_anchored_labels,
    draw_independent_labels,
)
from par_plugins.models.seeded_generator import synthetic_stream
from par_plugins.structures import AttributeSchema, InputError, checked_choice, checked_number

SAMPLINGS = ('independent', 'anchor')


def sums_and_counts(amounts: Tensor, targets: Tensor, *, num_values: int) -> Tensor:
    """Sum and number of the amounts of labels, by attribute and value.

    Args:
        amounts: ``(N, A)`` or ``(N, 1)`` floating.
        targets: ``(N, A)`` int64, -1 for unknown.
        num_values: Number of values K.

    Returns:
        ``(2, A, K)``: sums and counts.
    """
    known = (targets >= 0).to(amounts.dtype)
    both = torch.stack([known * amounts, known])
    index = targets.clamp(min=0).T.expand(2, -1, -1)
    table = amounts.new_zeros(2, targets.shape[1], num_values)
    return table.scatter_add(2, index, both.transpose(1, 2))


class HardLabelTracker(nn.Module):
    """Exponential moving average of the error of every attribute's every value.

    Its buffers are saved in the checkpoint and are the same on all ranks.

    Args:
        momentum: Share of the old average that is kept.
        sampling: ``independent``: each attribute draws a value in proportion to the averages of
            its values; ``anchor``: one label is drawn in proportion to its average, among the
            positives of binary attributes and all values of categorical ones, and the vector is
            that of a training image that has it.

    Raises:
        InputError: If ``momentum`` is not in [0, 1), or ``sampling`` is unknown.

    Attributes:
        errors: ``(A, K)`` float32 averages, 0 where nothing was observed.
        observed: ``(A, K)`` bool, whether the value was ever observed.
        binary: ``(A,)`` bool, whether the attribute is binary.
    """

    errors: Tensor
    observed: Tensor
    binary: Tensor
    training_targets: Tensor | None
    training_positives: Tensor | None

    def __init__(self, *, momentum: float, sampling: str) -> None:
        super().__init__()
        self.momentum = checked_number('momentum', momentum, at_least=0, below=1)
        self.sampling = checked_choice('sampling', sampling, SAMPLINGS)
        self._forget(AttributeSchema.unnamed(1), device=torch.device('cpu'))

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say what the attributes are; other attributes than before start anew."""
        if (schema.num_values, schema.binary) != (self.num_values, tuple(self.binary.tolist())):
            self._forget(schema, device=self.errors.device)

    def _forget(self, schema: AttributeSchema, *, device: torch.device) -> None:
        self.num_values = schema.num_values
        shape = (len(schema), max(schema.num_values))
        self.register_buffer('errors', torch.zeros(shape, device=device))
        self.register_buffer('observed', torch.zeros(shape, dtype=torch.bool, device=device))
        # Not saved: they belong to the schema and to the training set.
        binary = torch.tensor(schema.binary, device=device)
        self.register_buffer('binary', binary, persistent=False)
        self.register_buffer('training_targets', None, persistent=False)
        self.register_buffer('training_positives', None, persistent=False)

    def set_training_targets(self, targets: Tensor) -> None:
        """Take the training set's labels, which ``anchor`` sampling draws from.

        Args:
            targets: ``(M, A)`` integers, -1 for unknown; kept in the smallest type that holds them.
        """
        width = self.errors.shape[1]
        labels = targets.to(self.errors.device, torch.int8 if width <= 127 else torch.int16)
        total = self.errors.new_zeros(2, *self.errors.shape)
        for chunk in labels.split(4096):
            positives = self.num_positives(chunk).float()[:, None]
            total += sums_and_counts(positives, chunk.long(), num_values=width)
        self.training_targets = labels
        self.training_positives = total[0] / total[1]

    @torch.no_grad()
    def observe(self, errors: Tensor, targets: Tensor) -> None:
        """Learn from a batch of real images. Every process must call it.

        Args:
            errors: ``(N, A)`` error ``(1 - p)^gamma`` of every label.
            targets: ``(N, A)`` int64, -1 for unknown.
        """
        total = sums_and_counts(errors.float(), targets, num_values=self.errors.shape[1])
        all_reduce(total)
        occurs = total[1] > 0
        mean = total[0] / total[1].clamp(min=1)
        moved = torch.where(self.observed, torch.lerp(mean, self.errors, self.momentum), mean)
        self.errors.copy_(torch.where(occurs, moved, self.errors))
        self.observed.logical_or_(occurs)

    def weights_of(self, targets: Tensor) -> Tensor:
        """Return the average error of each label, 1 while its value was never observed.

        Args:
            targets: ``(N, A)`` int64, -1 for unknown.

        Returns:
            ``(N, A)``, 0 where the label is unknown.
        """
        table = torch.where(self.observed, self.errors, 1.0)
        attributes = torch.arange(targets.shape[1], device=targets.device)
        return table[attributes, targets.clamp(min=0)].masked_fill(targets < 0, 0.0)

    def draw(self, num_images: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw hard label vectors.

        Args:
            num_images: Number N of vectors.
            generator: Of the buffers' device; None is torch's own.

        Returns:
            ``(N, A)`` int64, -1 (unknown) where nothing was observed yet.

        Raises:
            InputError: If ``anchor`` sampling has no training targets.
        """
        weights = self._weights()
        if self.sampling == 'independent':
            return draw_independent_labels(weights, num_images=num_images, generator=generator)
        assert self.training_targets is not None
        return draw_anchored_labels(
            weights, self.training_targets, num_images=num_images, generator=generator
        )

    def synthetic_stream(self, step: int) -> torch.Generator:
        """Return the random numbers of the labels and synthetic images of a step, on its device."""
        return synthetic_stream(self.errors.device, step)

    def expected_positives(self) -> Tensor:
        """Compute the expected number of positive binary attributes in a vector that is drawn now.

        Returns:
            A scalar; 0 where nothing was observed yet.

        Raises:
            InputError: If ``anchor`` sampling has no training targets.
        """
        weights = self._weights()
        if self.sampling == 'independent':
            total = weights.sum(dim=1)
            chance = weights[:, 1] / total.masked_fill(total == 0, 1.0)
            return (chance * self.binary).sum()
        total = weights.sum()
        assert self.training_positives is not None
        positives = torch.nan_to_num(self.training_positives, nan=0.0)
        return (weights * positives).sum() / total.masked_fill(total == 0, 1.0)

    def num_positives(self, targets: Tensor) -> Tensor:
        """Count ``(N,)`` positives of binary attributes in ``(N, A)`` targets."""
        return ((targets == 1) & self.binary).sum(dim=1)

    def _weights(self) -> Tensor:
        """``(A, K)`` in proportion to which labels are drawn."""
        weights = self.errors.masked_fill(~self.observed, 0.0)
        if self.sampling == 'independent':
            return weights
        if self.training_positives is None:
            raise InputError(
                "sampling='anchor' draws labels of training images: LabelStatisticsHook, or "
                'set_training_targets, must give it theirs'
            )
        values = torch.arange(weights.shape[1], device=weights.device)
        hard = values >= self.binary.long()[:, None]  # all but the value "no"
        drawable = hard & ~self.training_positives.isnan()
        return weights.masked_fill(~drawable, 0.0)
