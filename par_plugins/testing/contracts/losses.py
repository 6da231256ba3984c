"""What every loss on attributes promises."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import LossInputs
from par_plugins.structures import Attribute, AttributeSchema, LabelStatistics, LogitLayout
from par_plugins.testing.contracts.promises import builder, check_promises, name_of

SCHEMA = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c', 'd'])
"""Binary and categorical attributes, mixed."""

PIDS, CAMIDS = torch.tensor([0, 0, 1, 1, 2, 2]), torch.tensor([0, 1, 0, 1, 0, 1])
IMAGE_INDICES = torch.tensor([3, 5, 0, 1, 4, 2])
CLUSTERS = torch.tensor(
    [[0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]]
)
"""Of the images by attribute."""

Make = Callable[[], nn.Module]


def random_batch(
    num_images: int = len(PIDS),
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    schema: AttributeSchema = SCHEMA,
) -> LossInputs:
    """A batch with unknown labels, one image without any known label."""
    generator = torch.Generator().manual_seed(seed)
    num_values = torch.tensor(schema.num_values)
    shape = (num_images, len(schema))
    targets = (torch.rand(shape, generator=generator) * num_values).long()
    targets[torch.rand(shape, generator=generator) < 0.3] = -1
    targets[-1] = -1
    return LossInputs(
        layout=LogitLayout(schema),
        logits=2 * torch.randn(num_images, schema.num_logits, generator=generator, dtype=dtype),
        targets=targets,
        features=torch.randn(num_images, 5, generator=generator, dtype=dtype),
        pids=PIDS[:num_images],
        camids=CAMIDS[:num_images],
        image_indices=IMAGE_INDICES[:num_images],
    )


def prepared(make: Make, schema: AttributeSchema = SCHEMA) -> nn.Module:
    """The loss with a schema, with statistics of skewed labels, and with clusters, if it asks."""
    return tell(make(), schema)


def tell(model: nn.Module, schema: AttributeSchema) -> nn.Module:
    """Tell a loss, or every part of a head, what hooks would: :func:`prepared`.

    Args:
        model: To be told; its parts take what they ask for.
        schema: Of the data.

    Returns:
        The model.
    """
    targets = np.zeros((20, len(schema)), dtype=np.int64)
    targets[:3] = 1
    told = {
        'set_schema': schema,
        'set_label_statistics': LabelStatistics.from_targets(targets, schema),
        'set_clusters': CLUSTERS[:, torch.arange(len(schema)) % CLUSTERS.shape[1]],
    }
    for name, value in told.items():
        for module in model.modules():
            take = getattr(module, name, None)
            if take is not None:
                take(value)
    return model


def check_loss(
    loss: Mapping[str, Any] | nn.Module,
    reference: Callable[[nn.Module, LossInputs], float] | None = None,
    schema: AttributeSchema = SCHEMA,
) -> None:
    """Check that a loss keeps the promises of all losses on attributes.

    >>> check_loss({'type': 'AttributeFocalLoss', 'gamma': 2.0})

    Args:
        loss: Its config or a built one, which is copied.
        reference: A slow, obvious version: of the built loss and a batch, what the value must be.
        schema: Of the batches: binary and categorical attributes, mixed, for which a loss of this
            project must work. For one that knows binary attributes alone, give four of these.

    Raises:
        AssertionError: If it breaks a promise; the message says which.
    """
    make = builder(MODELS, loss)
    promises = [
        check_takes_packed_logits,
        check_finite_and_pulling,
        check_unknown_is_absent,
        check_unknown_logits_do_not_matter,
        check_nothing_to_learn_from,
        check_overflow_is_seen,
        check_order_does_not_matter,
        check_same_through_head,
        check_no_host_synchronisation,
    ]
    if getattr(make(), 'exact_gradient', True):
        promises.insert(1, check_gradient)
    check_promises(name_of(loss), promises, make, schema)
    if reference is not None:
        check_promises(name_of(loss), [check_equals_reference], make, schema, reference)


def check_equals_reference(
    make: Make, schema: AttributeSchema, reference: Callable[[nn.Module, LossInputs], float]
) -> None:
    """In float64 the value is that of the slow reference."""
    for seed in range(3):
        batch, loss = random_batch(seed=seed, schema=schema), prepared(make, schema)
        torch.testing.assert_close(
            batch.call(loss), torch.tensor(reference(loss, batch), dtype=torch.float64)
        )


def check_takes_packed_logits(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """Logits come packed ``(N, C)``, K columns for K values, targets ``(N, A)``; it gives a number.

    A loss that knows binary attributes alone is checked with a ``schema`` of these.
    """
    batch, loss = random_batch(schema=schema), prepared(make, schema)
    value = batch.call(loss)
    assert value.ndim == 0, f'it gives {tuple(value.shape)}'


def check_gradient(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """The gradient is that of the value."""
    batch, loss = random_batch(schema=schema), prepared(make, schema)

    def value(logits: Tensor, features: Tensor) -> Tensor:
        return replace(batch, logits=logits, features=features).call(loss)

    inputs = (batch.logits.requires_grad_(), batch.features.requires_grad_())
    value(*inputs).backward()
    if 'features' in getattr(loss, 'inputs', ()):
        assert torch.autograd.gradcheck(value, inputs)
    else:
        assert inputs[1].grad is None
        assert torch.autograd.gradcheck(lambda z: value(z, batch.features), batch.logits)


def check_finite_and_pulling(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """Wrong logits up to +-40 give a finite loss and a gradient, in half precision too.

    Every label gets one, or where the loss selects labels, at least one. Of a loss that pulls
    features, images of different values look alike, and those of the same do not.
    """
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        for size in (5.0, 19.0, 40.0):
            loss = prepared(make, schema)
            if getattr(loss, 'pulls', 'logits') == 'features':
                _check_pulls_features(loss, schema, size=size, dtype=dtype)
                continue
            batch = random_batch(num_images=2, dtype=dtype, schema=schema)
            targets = torch.zeros_like(batch.targets)
            logits = torch.zeros_like(batch.logits)
            targets[1] = 1
            for part, binary in zip(schema.logit_slices, schema.binary, strict=True):
                logits[0, part.start if binary else part.start + 1] = size
                logits[1, part.start] = -size if binary else size
            logits.requires_grad_()
            value = replace(batch, logits=logits, targets=targets).call(loss)
            value.backward()
            assert logits.grad is not None and value.isfinite(), (
                f'{value} at logits of +-{size} in {dtype}'
            )
            pulled = torch.stack(
                [logits.grad[:, part].abs().amax(1) for part in schema.logit_slices], dim=1
            )
            enough = torch.all if getattr(loss, 'pulls_every_label', True) else torch.any
            assert logits.grad.isfinite().all() and enough(pulled > 0), (
                f'gradient {logits.grad} at logits of +-{size} in {dtype}'
            )


def _check_pulls_features(
    loss: nn.Module, schema: AttributeSchema, *, size: float, dtype: torch.dtype
) -> None:
    batch = random_batch(num_images=4, dtype=dtype, schema=schema)
    targets = torch.tensor([0, 0, 1, 1])[:, None].expand_as(batch.targets)
    features = torch.zeros_like(batch.features)
    features[[0, 2], 0] = size
    features[[1, 3], 1] = size
    features[3, 2] = size
    features.requires_grad_()
    value = replace(batch, features=features, targets=targets).call(loss)
    value.backward()
    assert features.grad is not None and value.isfinite(), f'{value} at {size} in {dtype}'
    assert features.grad.isfinite().all() and features.grad.any(), (
        f'gradient {features.grad} at features of size {size} in {dtype}'
    )


def check_unknown_is_absent(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """An image without a known label changes nothing, and unknown labels get no gradient."""
    batch, loss = random_batch(schema=schema), prepared(make, schema)
    fewer = batch.select(range(len(batch.targets) - 1))
    torch.testing.assert_close(batch.call(loss), fewer.call(loss))
    pulls = getattr(loss, 'pulls', 'logits')
    leaf = getattr(batch, pulls).clone().requires_grad_()
    replace(batch, **{pulls: leaf}).call(loss).backward()
    assert leaf.grad is not None and (leaf.grad[-1] == 0).all()
    if pulls == 'logits':
        for attribute, part in enumerate(schema.logit_slices):
            unknown = batch.targets[:, attribute] < 0
            assert (leaf.grad[unknown, part] == 0).all()
    nothing = replace(batch, targets=torch.full_like(batch.targets, -1), **{pulls: leaf})
    assert nothing.call(loss) == 0


def check_unknown_logits_do_not_matter(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """What a network says about an unknown label changes neither the loss nor its gradient."""
    batch, loss = random_batch(schema=schema), prepared(make, schema)
    head = AttributeHead(in_channels=5, schema=schema, losses={'it': loss})
    state = {name: value.clone() for name, value in loss.state_dict().items()}
    kind = getattr(loss, 'images', 'real')
    unknown = torch.zeros_like(batch.logits, dtype=torch.bool)
    for attribute, columns in enumerate(schema.logit_slices):
        unknown[:, columns] = batch.targets[:, attribute, None] < 0

    def value_and_gradient(logits: Tensor) -> tuple[Tensor, Tensor]:
        loss.load_state_dict(state)  # one that counts batches starts anew
        leaf, features = logits.requires_grad_(), batch.features.clone().requires_grad_()
        value = head.losses_on(replace(batch, logits=leaf, features=features), images=kind)
        value['loss_it'].backward()
        return value['loss_it'].detach(), torch.zeros_like(leaf) if leaf.grad is None else leaf.grad

    value, gradient = value_and_gradient(batch.logits.clone())
    assert (gradient[unknown] == 0).all(), f'an unknown label gets the gradient {gradient[unknown]}'
    for other in (1e4, -1e4):
        changed, moved = value_and_gradient(batch.logits.masked_fill(unknown, other))
        assert torch.allclose(changed, value, rtol=1e-9) and torch.allclose(moved, gradient), (
            f'logits of {other} at unknown labels make the loss {changed} out of {value}'
        )


def check_nothing_to_learn_from(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """An empty batch, and one without a known label, are a loss of 0 with a gradient of 0."""
    whole = random_batch(schema=schema)
    for batch in (whole.select([]), replace(whole, targets=torch.full_like(whole.targets, -1))):
        value, gradient = _value_and_gradient(batch, prepared(make, schema))
        assert value == 0 and not gradient.any(), f'{value} of a batch without a known label'


def check_overflow_is_seen(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """Logits or features that are infinite or NaN end in no crash, and never in a finite lie.

    The loss or its gradient is not finite, so that whoever watches them stops the training; or what
    is not finite plays no part in the loss, which is the same for any other value.
    """
    for leaf in ('logits', 'features'):
        for bad in (torch.inf, -torch.inf, torch.nan):
            for where in (0, slice(None)):
                batch, plain = random_batch(schema=schema), random_batch(schema=schema)
                getattr(batch, leaf)[where] = bad
                getattr(plain, leaf)[where] = 3.0
                value, gradient = _value_and_gradient(batch, prepared(make, schema))
                if value.isfinite() and gradient.isfinite().all():
                    expected, _ = _value_and_gradient(plain, prepared(make, schema))
                    assert torch.allclose(value, expected), (
                        f'{leaf} of {bad} give a loss of {value} as if nothing had happened'
                    )


def _value_and_gradient(batch: LossInputs, loss: nn.Module) -> tuple[Tensor, Tensor]:
    """Of logits and features in one row."""
    leaves = [getattr(batch, name).clone().requires_grad_() for name in ('logits', 'features')]
    value = replace(batch, logits=leaves[0], features=leaves[1]).call(loss)
    value.backward()
    gradients = [torch.zeros_like(x) if x.grad is None else x.grad for x in leaves]
    return value.detach(), torch.cat([gradient.flatten() for gradient in gradients])


def check_order_does_not_matter(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """Images in another order give the same loss."""
    batch, loss = random_batch(schema=schema), prepared(make, schema)
    order = torch.randperm(len(batch.targets), generator=torch.Generator().manual_seed(1)).tolist()
    shuffled = batch.select(order)
    torch.testing.assert_close(shuffled.call(loss), batch.call(loss))


def check_same_through_head(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """The head reports the number that the loss alone gives."""
    batch, loss = random_batch(schema=schema), prepared(make, schema)
    head = AttributeHead(in_channels=5, schema=schema, losses={'it': loss}).double()
    synthetic = getattr(loss, 'images', 'real') == 'synthetic'
    samples = [
        BaseDataElement(
            gt_attributes=row.numpy(),
            gt_pid=pid,
            gt_camid=camid,
            sample_idx=index,
            synthetic=synthetic,
        )
        for row, pid, camid, index in zip(batch.targets, PIDS, CAMIDS, IMAGE_INDICES, strict=True)
    ]
    through = head.loss((batch.features,), samples)
    assert {name for name in through if 'loss' in name} == {'loss_it'}
    alone = replace(batch, logits=head((batch.features,))).call(loss)
    torch.testing.assert_close(through['loss_it'], alone)


def check_no_host_synchronisation(make: Make, schema: AttributeSchema = SCHEMA) -> None:
    """No value of a tensor is asked for on the host, which would stall an accelerator.

    Tensors without values go through: what needs one (``.item()``, ``if tensor``, an index by a
    boolean mask) fails.
    """
    batch, loss = random_batch(dtype=torch.float32, schema=schema), prepared(make, schema)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        names = ('logits', 'targets', 'features', 'pids', 'camids', 'image_indices')
        fake: dict[str, Any] = {name: mode.from_tensor(getattr(batch, name)) for name in names}
        fake[getattr(loss, 'pulls', 'logits')].requires_grad_()
        try:
            replace(batch, **fake).call(loss).backward()
        except Exception as error:
            raise AssertionError(f'the loss needs a value on the host: {error}') from error
