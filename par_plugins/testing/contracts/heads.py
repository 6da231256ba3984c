"""What every head on attributes promises."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from par_plugins.testing.contracts.losses import IMAGE_INDICES, PIDS, random_batch
from par_plugins.testing.contracts.promises import builder, check_promises, name_of

Make = Callable[[], Any]


def check_head(head: Mapping[str, Any] | nn.Module) -> None:
    """Check that a head keeps the promises of all heads on attributes.

    >>> check_head({'type': 'AttributeHead', 'in_channels': 8, 'num_attributes': 3})

    Args:
        head: Its config or a built one, with its ``in_channels`` and its attributes. A built one is
            copied.

    Raises:
        AssertionError: If it breaks a promise; the message says which.
    """
    promises = [
        check_logits_are_packed,
        check_predictions_are_probabilities,
        check_losses_train_it,
        check_another_schema_is_refused,
    ]
    check_promises(name_of(head), promises, builder(MODELS, head))


def prepared(make: Make) -> tuple[Any, Tensor, list[DataSample]]:
    """The head, told what hooks tell it, features ``(N, F)`` and their samples."""
    head = make()
    (features,), samples = features_and_samples(head)
    if hasattr(head, 'set_gallery'):
        targets = torch.stack([torch.as_tensor(sample.gt_attributes) for sample in samples])
        head.set_gallery(head.pre_logits((features,)).detach(), targets)
    return head, features, samples


def features_and_samples(head: Any) -> tuple[tuple[Tensor], list[DataSample]]:
    """What a head takes, for six images of three people; a head of identities is told whose.

    Args:
        head: Built, with its attributes.

    Returns:
        Features ``(6, F)``, alone in a tuple as networks give them, and the samples.
    """
    targets = random_batch(schema=head.layout.schema).targets
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(len(targets), head.in_channels, generator=generator)
    if hasattr(head, 'set_identities'):
        head.set_identities(sorted(set(PIDS.tolist())))
    samples = []
    numbers = zip(PIDS.tolist(), IMAGE_INDICES.tolist(), strict=True)
    for row, (pid, index) in zip(targets.numpy(), numbers, strict=True):
        sample = DataSample(metainfo={'sample_idx': index})
        sample.set_field(row, 'gt_attributes')
        sample.set_field(pid, 'gt_pid')
        samples.append(sample)
    return (features,), samples


def check_logits_are_packed(make: Make) -> None:
    """``forward`` gives nothing but packed logits."""
    head, features, _ = prepared(make)
    assert head((features,)).shape == (len(features), head.layout.schema.num_logits)


def check_predictions_are_probabilities(make: Make) -> None:
    """``predict`` adds packed probabilities to each sample, and keeps its labels.

    Where all attributes are binary, they are upstream's ``pred_score`` too.
    """
    head, features, before = prepared(make)
    head.eval()
    schema = head.layout.schema
    samples = head.predict((features,), prepared(make)[2])
    filled = torch.stack([sample.pred_probabilities for sample in samples])
    torch.testing.assert_close(filled, head.layout.probabilities(head((features,))))
    for columns, binary in zip(schema.logit_slices, schema.binary, strict=True):
        total = filled[:, columns].sum(dim=1)
        assert (filled >= 0).all() and (total <= 1 + 1e-6).all()
        assert binary or torch.allclose(total, torch.ones_like(total))
    for sample, expected in zip(samples, before, strict=True):
        np.testing.assert_array_equal(sample.gt_attributes, expected.gt_attributes)
        assert ('pred_score' in sample) == schema.all_binary
        if schema.all_binary:
            torch.testing.assert_close(sample.pred_score, sample.pred_probabilities)


def check_losses_train_it(make: Make) -> None:
    """Every loss is a finite scalar under a ``loss_`` name, and reaches every parameter."""
    head, features, samples = prepared(make)
    losses = head.train().loss((features,), samples)
    assert losses and all(name.startswith('loss_') for name in losses), list(losses)
    assert all(value.ndim == 0 and value.isfinite() for value in losses.values()), losses
    sum(losses.values()).backward()
    for name, parameter in head.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), f'{name} gets no gradient'


def check_another_schema_is_refused(make: Make) -> None:
    """A head takes the data's schema and refuses another order."""
    head = make()
    schema = head.layout.schema
    head.set_schema(schema)
    try:
        head.set_schema(schema.subset(schema.names[::-1]))
    except ValueError as error:
        assert all(name in str(error) for name in schema.names), error
    else:
        assert len(schema) == 1, 'the head took attributes in another order'
