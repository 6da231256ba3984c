import math

import pytest
import torch

from par_plugins.models.gan import discriminator_loss, generator_loss


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_they_are_cross_entropies_averaged_over_resolutions():
    real, generated = [[0.3, -1.0], [2.0]], [[0.5], [-0.2, 1.5, 0.1]]
    on_real = [sum(-math.log(sigmoid(x)) for x in part) / len(part) for part in real]
    on_fake = [sum(-math.log(1 - sigmoid(x)) for x in part) / len(part) for part in generated]
    fooled = [sum(-math.log(sigmoid(x)) for x in part) / len(part) for part in generated]
    logits = [[torch.tensor(part) for part in parts] for parts in (real, generated)]
    expected = sum(on_real) / 2 + sum(on_fake) / 2
    assert discriminator_loss(*logits).item() == pytest.approx(expected, rel=1e-6)
    assert generator_loss(logits[1]).item() == pytest.approx(sum(fooled) / 2, rel=1e-6)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_a_generator_that_fools_nobody_still_gets_a_gradient_in_half_precision(dtype):
    logits = torch.full((4,), -40.0, dtype=dtype, requires_grad=True)
    loss = generator_loss([logits])
    loss.backward()
    assert loss.item() == pytest.approx(40) and logits.grad.abs().min() > 0.2
