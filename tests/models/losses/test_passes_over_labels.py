"""How often each loss of binary labels walks over all of them: what it costs on any device."""

import pytest
import torch
from mmengine.registry import MODELS
from torch.utils._python_dispatch import TorchDispatchMode

VIEWS = {'detach', 'expand', 'view', 'alias', 't', '_unsafe_view'}

# Forward, every loss: labels to floats, their largest (checked), sign, product, unknown or not,
# mask. Backward: of the cross-entropy, of the product.
ERROR_LOGITS, BACKWARD = 6, 2
PASSES = {
    # cross-entropy, sum; which images have a label
    'AttributeCrossEntropyLoss': ERROR_LOGITS + 2 + 1 + BACKWARD,
    # the same with the log-error, times gamma, exponential, product; known labels and their sum in
    # place of images; back through product (twice), exponential, gamma, log-error, and two
    # gradients added
    'AttributeFocalLoss': ERROR_LOGITS + 2 + 4 + 2 + BACKWARD + 6,
    # log-error, times gamma, exponential, product, two sums; back through the product alone
    'HABPLoss': ERROR_LOGITS + 1 + 6 + BACKWARD + 1,
}


class PassCounter(TorchDispatchMode):
    """Counts the calls that read or write a tensor of ``size`` elements, views left out."""

    def __init__(self, size):
        super().__init__()
        self.size, self.names = size, []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        results = func(*args, **(kwargs or {}))
        every = torch.utils._pytree.tree_leaves((args, kwargs, results))
        name = func.overloadpacket.__name__
        if name not in VIEWS and any(
            isinstance(x, torch.Tensor) and x.numel() == self.size for x in every
        ):
            self.names.append(name)
        return results


@pytest.mark.parametrize('name', PASSES)
def test_a_loss_of_binary_labels_makes_the_passes_that_its_formula_needs(name):
    loss = MODELS.build({'type': name})
    logits, targets = torch.randn(5, 7, requires_grad=True), torch.randint(-1, 2, (5, 7))
    loss(logits, targets)  # the schema is set
    with PassCounter(logits.numel()) as counter:
        loss(logits, targets).backward()
    assert len(counter.names) <= PASSES[name], counter.names
