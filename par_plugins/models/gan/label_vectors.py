"""Labels as the vectors ``c`` that condition a GAN (MR-GAN, 2019, section 3.3)."""

import numpy as np
import torch
from torch import Tensor, nn

from par_plugins.structures import UNKNOWN, AttributeSchema, InputError, LabelStatistics

NUM_EXAMPLES = 4096
"""Training labels that travel with the weights, to be drawn where the training set is not."""


class LabelVectors(nn.Module):
    """One number for each column of the schema's packed logits.

    1 where the label has the column's value (that is 1 for a binary attribute), else 0; where the
    label is unknown (**ours**), the value's share in training. The shares, and the labels of some
    random training images, are buffers, which checkpoints carry.

    Args:
        num_columns: Length C of the vectors.

    Attributes:
        schema: The attributes of the labels; None until :meth:`set_schema`.
    """

    owners: Tensor
    values: Tensor
    prior: Tensor
    examples: Tensor

    def __init__(self, num_columns: int) -> None:
        super().__init__()
        self.schema: AttributeSchema | None = None
        self.register_buffer('owners', torch.empty(0, dtype=torch.long), persistent=False)
        self.register_buffer('values', torch.empty(0, dtype=torch.long), persistent=False)
        self.register_buffer('prior', torch.full((num_columns,), 0.5))
        self.register_buffer('examples', torch.empty(NUM_EXAMPLES, 0, dtype=torch.int32))

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say what the columns are.

        Raises:
            InputError: If the schema has another number of them.
        """
        if schema.num_logits != len(self.prior):
            raise InputError(
                f'the GAN was built for label vectors of length {len(self.prior)}, but the dataset '
                f'has {schema}: set model.num_conditions to {schema.num_logits}'
            )
        self.schema = schema
        owners, values = [], []
        for owner, attribute in enumerate(schema.attributes):
            numbers = [1] if attribute.binary else list(range(attribute.num_values))
            owners += [owner] * len(numbers)
            values += numbers
        self.owners = torch.tensor(owners, device=self.prior.device)
        self.values = torch.tensor(values, device=self.prior.device)
        if self.examples.shape[1] != len(schema):
            self.examples = self.examples.new_full((NUM_EXAMPLES, len(schema)), UNKNOWN)

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the shares; values of an attribute of which no label is known get equal ones."""
        self.set_schema(statistics.schema)
        equal = 1 / np.array(statistics.schema.num_values)[:, None]
        shares = np.where(np.isnan(statistics.shares), equal, statistics.shares)
        columns = shares[self.owners.cpu().numpy(), self.values.cpu().numpy()]
        self.prior.copy_(torch.from_numpy(columns))

    def set_training_targets(self, targets: Tensor) -> None:
        """Keep the labels of random training images.

        Args:
            targets: ``(M, A)`` integers, -1 for unknown.
        """
        generator = torch.Generator().manual_seed(0)
        rows = torch.randint(len(targets), (NUM_EXAMPLES,), generator=generator)
        self.examples = targets[rows.to(targets.device)].to(self.examples)

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw labels of random training images.

        Args:
            count: Number N.
            generator: On the CPU.

        Returns:
            ``(N, A)`` int64; unknown where there has been no training set yet.
        """
        rows = torch.randint(NUM_EXAMPLES, (count,), generator=generator)
        return self.examples[rows.to(self.examples.device)].long()

    def forward(self, targets: Tensor) -> Tensor:
        """Return the vectors of labels.

        Args:
            targets: ``(N, A)`` int64, -1 for unknown.

        Returns:
            ``(N, C)`` float32.

        Raises:
            InputError: If there is not one label for each attribute.
        """
        if self.schema is None:
            raise InputError('the GAN does not know its attributes yet: SchemaHook tells it')
        if targets.ndim != 2 or targets.shape[1] != len(self.schema):
            raise InputError(
                f'label vectors of shape {tuple(targets.shape)}, but the GAN is conditioned on '
                f'{self.schema}'
            )
        labels = targets[:, self.owners]
        return torch.where(labels < 0, self.prior, (labels == self.values).to(self.prior))
