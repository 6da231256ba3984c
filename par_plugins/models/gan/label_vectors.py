"""Labels as the vectors ``c`` that condition a GAN (MR-GAN, 2019, section 3.3)."""

import numpy as np
import torch
from torch import Tensor, nn

from par_plugins.structures import AttributeSchema, InputError, LabelStatistics


class LabelVectors(nn.Module):
    """One number for each column of the schema's packed logits.

    1 where the label has the column's value (that is 1 for a binary attribute), else 0; where the
    label is unknown (**ours**), the value's share in training. The shares are a buffer, which
    checkpoints carry.

    Args:
        num_columns: Length C of the vectors.

    Attributes:
        schema: The attributes of the labels; None until :meth:`set_schema`.
    """

    owners: Tensor
    values: Tensor
    prior: Tensor

    def __init__(self, num_columns: int) -> None:
        super().__init__()
        self.schema: AttributeSchema | None = None
        self.register_buffer('owners', torch.empty(0, dtype=torch.long), persistent=False)
        self.register_buffer('values', torch.empty(0, dtype=torch.long), persistent=False)
        self.register_buffer('prior', torch.full((num_columns,), 0.5))

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
            own = [1] if attribute.binary else list(range(attribute.num_values))
            owners += [owner] * len(own)
            values += own
        self.owners = torch.tensor(owners, device=self.prior.device)
        self.values = torch.tensor(values, device=self.prior.device)

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the shares; values of an attribute of which no label is known get equal ones."""
        self.set_schema(statistics.schema)
        equal = 1 / np.array(statistics.schema.num_values)[:, None]
        shares = np.where(np.isnan(statistics.shares), equal, statistics.shares)
        columns = shares[self.owners.cpu().numpy(), self.values.cpu().numpy()]
        self.prior.copy_(torch.from_numpy(columns))

    def forward(self, targets: Tensor) -> Tensor:
        """The vectors of labels.

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
        own = targets[:, self.owners]
        return torch.where(own < 0, self.prior, (own == self.values).to(self.prior))
