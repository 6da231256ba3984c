"""What every head on attributes promises.

Each check raises ``AssertionError`` where a promise is broken. ``make(schema)`` builds a head on
``NUM_FEATURES`` features.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmpretrain.structures import DataSample

from par_plugins.structures import AttributeSchema
from par_plugins.testing.contracts.losses import PIDS, SCHEMA, random_batch

NUM_FEATURES = 5
Make = Callable[[AttributeSchema], Any]


def _samples() -> list[DataSample]:
    samples = []
    for row, pid in zip(random_batch().targets.numpy(), PIDS.tolist(), strict=True):
        sample = DataSample()
        sample.set_field(row, 'gt_attributes')
        sample.set_field(pid, 'gt_pid')
        samples.append(sample)
    return samples


def check_logits_are_packed(make: Make) -> None:
    """``forward`` gives nothing but packed logits."""
    features = random_batch(dtype=torch.float32).features
    logits = make(SCHEMA)((features,))
    assert logits.shape == (len(features), SCHEMA.num_logits)


def check_predictions_are_probabilities(make: Make) -> None:
    """``predict`` adds packed probabilities to each sample, and keeps its labels."""
    features = random_batch(dtype=torch.float32).features
    head = make(SCHEMA).eval()
    samples = head.predict((features,), _samples())
    filled = torch.stack([sample.pred_probabilities for sample in samples])
    torch.testing.assert_close(filled, head.layout.probabilities(head((features,))))
    for part, binary in zip(SCHEMA.logit_slices, SCHEMA.binary, strict=True):
        total = filled[:, part].sum(dim=1)
        assert (filled >= 0).all() and (total <= 1 + 1e-6).all()
        assert binary or torch.allclose(total, torch.ones_like(total))
    for sample, expected in zip(samples, _samples(), strict=True):
        np.testing.assert_array_equal(sample.gt_attributes, expected.gt_attributes)


def check_losses_train_it(make: Make) -> None:
    """Every loss is a finite scalar under a ``loss_`` name, and reaches every parameter."""
    head = make(SCHEMA).train()
    if hasattr(head, 'set_identities'):
        head.set_identities(sorted(set(PIDS.tolist())))
    losses = head.loss((random_batch(dtype=torch.float32).features,), _samples())
    assert losses and all(name.startswith('loss_') for name in losses)
    assert all(value.ndim == 0 and value.isfinite() for value in losses.values())
    sum(losses.values()).backward()
    for name, parameter in head.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), f'{name} gets no gradient'


def check_another_schema_is_refused(make: Make) -> None:
    """A head takes the data's schema and refuses another order."""
    head = make(SCHEMA)
    head.set_schema(SCHEMA)
    try:
        head.set_schema(SCHEMA.subset(SCHEMA.names[::-1]))
    except ValueError as error:
        assert all(name in str(error) for name in SCHEMA.names)
    else:
        raise AssertionError('the head took attributes in another order')
