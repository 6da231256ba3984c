"""From packed logits to one padded table of log-probabilities, binary and categorical alike."""

import torch
from torch import Tensor, nn

from par_runtime.attribute_schema import AttributeSchema
from par_runtime.input_error import InputError


class LogitLayout(nn.Module):
    """Unpack ``(N, C)`` logits of a schema into ``(N, A, K)`` log-probabilities.

    A binary attribute is the two-value softmax over ``(0, z)``, which is its sigmoid; values
    that an attribute does not have get the logit ``-inf``. So every loss is written once, on
    probabilities of values, for both kinds of attribute.

    Args:
        schema: The attributes that the packed columns stand for.
    """

    index: Tensor
    constants: Tensor

    def __init__(self, schema: AttributeSchema) -> None:
        super().__init__()
        self.schema = schema
        zero, absent = schema.num_logits, schema.num_logits + 1
        width = max(schema.num_values)
        index = []
        for logits, binary in zip(schema.logit_slices, schema.binary, strict=True):
            columns = [zero, logits.start] if binary else list(range(logits.start, logits.stop))
            index.append(columns + [absent] * (width - len(columns)))
        self.register_buffer('index', torch.tensor(index), persistent=False)
        self.register_buffer('constants', torch.tensor([0.0, -torch.inf]), persistent=False)

    def exact(self, logits: Tensor) -> Tensor:
        """Return packed ``(N, C)`` logits as float32, float64 ones as they are.

        Raises:
            InputError: If the number of columns is not the schema's.
        """
        if logits.ndim != 2 or logits.shape[1] != self.schema.num_logits:
            raise InputError(
                f'logits of shape {tuple(logits.shape)}, but the schema packs '
                f'{len(self.schema)} attributes into (N, {self.schema.num_logits})'
            )
        return logits if logits.dtype == torch.float64 else logits.float()

    def value_logits(self, logits: Tensor) -> Tensor:
        """Compute the logit of every value.

        Args:
            logits: Packed ``(N, C)``, any floating type.

        Returns:
            ``(N, A, K)``, K the largest number of values, ``-inf`` where an attribute has
            fewer, ``(0, z)`` of a binary one; float32 (float64 for float64 logits).

        Raises:
            InputError: If the number of columns is not the schema's.
        """
        exact = self.exact(logits)
        constants = self.constants.to(exact).expand(len(exact), 2)
        return torch.cat([exact, constants], dim=1)[:, self.index]

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """Compute the log-probability of every value.

        Args:
            logits: Packed ``(N, C)``, any floating type.

        Returns:
            ``(N, A, K)``, ``-inf`` where an attribute has fewer values, see
            :meth:`value_logits`.

        Raises:
            InputError: If the number of columns is not the schema's.
        """
        return self.value_logits(logits).log_softmax(dim=2)

    def error_logits(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Compute the logit of the probability that the model gets a label wrong.

        ``log((1 - p) / p)`` with ``p`` the probability of the label: ``softplus`` of it is the
        label's cross-entropy, ``sigmoid`` its error probability. Binary attributes alone, which
        have it in their logits but for the sign, need no table of values.

        Args:
            logits: Packed ``(N, C)``, any floating type.
            targets: ``(N, A)`` int64, -1 for unknown.

        Returns:
            ``(N, A)``, ``-inf`` where the label is unknown: it is certain, so that it takes part in
            nothing, and functions that saturate there give it a gradient of 0.

        Raises:
            InputError: If the shapes do not fit.
        """
        if targets.shape != (len(logits), len(self.schema)):
            raise InputError(
                f'targets of shape {tuple(targets.shape)} for logits of '
                f'{(len(logits), len(self.schema))} images and attributes'
            )
        if self.schema.all_binary:
            exact = self.exact(logits)
            if targets.numel():
                torch._assert_async(targets.amax() <= 1, 'a label of a binary attribute is above 1')
            sign = torch.rsub(targets.to(exact.dtype), 1, alpha=2)  # 1 - 2 y, in one pass
            errors = exact * sign
        else:
            values = targets.clamp(min=0)[:, :, None]
            # An infinite logit would be NaN in the gradient, of an unknown label too.
            table = self.value_logits(logits).masked_fill((targets < 0)[:, :, None], 0.0)
            others = table.scatter(2, values, -torch.inf).logsumexp(dim=2)
            errors = others - table.gather(2, values)[:, :, 0]
        with torch.no_grad():  # no gradient comes back from there, without another pass for it
            errors.masked_fill_(targets < 0, -torch.inf)
        return errors

    def probabilities(self, logits: Tensor) -> Tensor:
        """Compute packed probabilities.

        Args:
            logits: Packed ``(N, C)``, any floating type.

        Returns:
            ``(N, C)``: sigmoids of binary attributes, softmaxes of categorical ones.
        """
        table = self.log_probabilities(logits).exp().flatten(1)
        packed = table.new_zeros(len(table), self.schema.num_logits + 2)
        columns = self.index.flatten().expand(len(table), -1)
        return packed.scatter(1, columns, table)[:, : self.schema.num_logits]
