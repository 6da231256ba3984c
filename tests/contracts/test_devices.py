"""Heads and losses as on a GPU, and what a step waits for, without one.

Fake tensors have a device and no values: one that is made on the wrong device is found when it
meets the others, and an operation that needs a value fails.
"""

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS
from mmpretrain.models import ImageClassifier
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from par_plugins.testing.contracts.heads import features_and_samples
from par_plugins.testing.contracts.losses import CAMIDS, SCHEMA, tell
from tests.contracts.test_heads import CASES as HEAD_CASES
from tests.contracts.test_losses import CASES as LOSS_CASES

HEADS = [pytest.param(case.values[0], id=case.id) for case in HEAD_CASES]
HEADS += [
    pytest.param(
        {
            'type': 'AttributeHead',
            'in_channels': 5,
            'schema': SCHEMA,
            'losses': {'it': {'type': case.values[0], **case.values[1]}},
        },
        id=case.id,
    )
    for case in LOSS_CASES
]

fake_gpu = pytest.mark.skipif(
    torch.__version__.startswith('2.4.'),
    reason='torch 2.4 ends the process in a linear layer of fake CUDA tensors',
)


def built(config):
    """The head, told what hooks tell it, and images of its features with their samples."""
    head = MODELS.build(config)
    (features,), samples = features_and_samples(head)
    tell(head, head.layout.schema)
    synthetic = any(getattr(loss, 'images', 'real') == 'synthetic' for loss in head.losses.values())
    for sample, camid in zip(samples, CAMIDS.tolist(), strict=True):
        sample.set_field(camid, 'gt_camid')
        sample.set_field(synthetic, 'synthetic')
    return head, features, samples


def move_to_fake_gpu(module):
    """Give every parameter and buffer a device and no value; what is neither stays behind."""
    for inner in module.modules():
        for table in (inner._parameters, inner._buffers):
            for name, value in table.items():
                if value is not None:
                    fake = torch.empty_like(value, device='cuda')
                    if isinstance(value, torch.nn.Parameter):
                        fake = torch.nn.Parameter(fake, value.requires_grad)
                    table[name] = fake


@fake_gpu
@pytest.mark.parametrize('config', HEADS)
def test_logits_and_losses_are_made_on_the_device_of_the_head(config):
    head, features, samples = built(config)
    with FakeTensorMode(allow_non_fake_inputs=True):
        move_to_fake_gpu(head)
        features = torch.empty(features.shape, device='cuda')
        losses = head.train().loss((features,), samples)
        assert losses and {value.device.type for value in losses.values()} == {'cuda'}
        if not hasattr(head, 'set_gallery'):
            assert head((features,)).device.type == 'cuda'


@fake_gpu
def test_a_tensor_on_the_wrong_device_is_found():
    head, features, samples = built(HEADS[0].values[0])
    loss = next(iter(head.losses.values()))
    loss.forward = lambda logits, *_, **__: (logits * torch.ones(logits.shape)).sum()
    with FakeTensorMode(allow_non_fake_inputs=True):
        move_to_fake_gpu(head)
        with pytest.raises(RuntimeError, match='device'):
            head.loss((torch.empty(features.shape, device='cuda'),), samples)


SYNCHRONISING = {
    '_local_scalar_dense',
    'nonzero',
    'masked_select',
    'unique_consecutive',
    '_unique2',
}


class Synchronisations(TorchDispatchMode):
    """Notes the operations for which a host waits until an accelerator is done."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        by_mask = name.startswith('index') and any(
            isinstance(x, torch.Tensor) and x.dtype == torch.bool
            for x in torch.utils._pytree.tree_leaves(args[1:])
        )
        if name in SYNCHRONISING or by_mask:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize('config', HEADS)
def test_a_whole_step_waits_for_nothing(config):
    head, features, samples = built(config)
    model = ImageClassifier(backbone=torch.nn.Identity(), head=head)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, foreach=True)
    wrapper = OptimWrapper(optimizer)
    data = {'inputs': features, 'data_samples': samples}
    model.data_preprocessor = torch.nn.Identity()
    model.data_preprocessor.forward = lambda data, training: data
    model.extract_feat = lambda inputs: (inputs,)
    with Synchronisations() as found:
        model.train_step(data, wrapper)
    assert found.names == []


def test_a_step_that_waits_is_found():
    with Synchronisations() as found:
        numbers = torch.arange(3.0)
        numbers[numbers > 1].sum().item()
    assert found.names == ['index', '_local_scalar_dense']
