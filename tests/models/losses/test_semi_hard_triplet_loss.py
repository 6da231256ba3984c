import pytest
import torch

from par_plugins.models.losses import SemiHardTripletLoss, semi_hard_triplet_loss
from tests.references import embeddings


def batch(num_images=20, seed=0, per_attribute=False):
    generator = torch.Generator().manual_seed(seed)
    shape = (num_images, 3, 4) if per_attribute else (num_images, 4)
    features = torch.randn(shape, generator=generator, dtype=torch.float64)
    return features, torch.randint(-1, 3, (num_images, 3), generator=generator)


@pytest.mark.parametrize('per_attribute', [False, True])
@pytest.mark.parametrize('margin', [0.1, 2.0])
def test_the_value_is_the_slow_references(per_attribute, margin):
    for seed in range(3):
        features, targets = batch(seed=seed, per_attribute=per_attribute)
        own = features.transpose(0, 1) if per_attribute else features.expand(3, -1, -1)
        expected = embeddings.semi_hard_triplet_loss(own.tolist(), targets.T.tolist(), margin)
        assert expected > 0
        found = semi_hard_triplet_loss(features, targets, margin=margin)
        assert found.item() == pytest.approx(expected)


def test_the_negative_is_the_nearest_beyond_the_positive_or_else_the_farthest():
    angles = torch.tensor([0.0, 60.0, 30.0, 90.0, 180.0], dtype=torch.float64).deg2rad()
    features = torch.stack([angles.cos(), angles.sin()], dim=1)
    targets = torch.tensor([[0], [0], [1], [2], [3]])
    near, same = 2 - 2 * torch.cos(angles[2]).item(), 1.0
    # From 0: negatives at 30, 90 and 180 degrees; from 60: at 30, 30 and 120 degrees.
    expected = ((0.5 + same - 2) * 0 + max(0, 0.5 + same - 3)) / 2
    assert semi_hard_triplet_loss(features, targets, margin=0.5).item() == expected == 0
    inside = targets.clone()
    inside[3:] = -1
    expected = 0.5 + same - near  # from both, the one negative is inside
    found = semi_hard_triplet_loss(features, inside, margin=0.5)
    assert found.item() == pytest.approx(expected)


@pytest.mark.parametrize('kind', ['one image', 'one class', 'all different', 'unknown'])
def test_without_a_triplet_it_is_zero_with_zero_gradient(kind):
    features, targets = batch(6)
    targets = {
        'one image': targets[:1].clamp(min=0),
        'one class': torch.zeros(6, 3, dtype=torch.long),
        'all different': torch.arange(6)[:, None].expand(-1, 3),
        'unknown': torch.full((6, 3), -1),
    }[kind]
    features = features[: len(targets)].requires_grad_()
    loss = semi_hard_triplet_loss(features, targets, margin=0.5)
    loss.backward()
    assert loss == 0 and (features.grad == 0).all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_autocast_computes_in_single_precision(dtype):
    features, targets = batch()
    half = features.to(dtype)
    expected = semi_hard_triplet_loss(half.double(), targets, margin=0.5)
    with torch.autocast('cpu', dtype=dtype):
        found = semi_hard_triplet_loss(half, targets, margin=0.5)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_classifier_has_a_gradient_of_zero_which_several_processes_need():
    features, targets = batch()
    logits = torch.randn(20, 9, requires_grad=True)
    loss = SemiHardTripletLoss(loss_weight=2.0)(logits, targets, features=features)
    loss.backward()
    assert loss == 2 * semi_hard_triplet_loss(features, targets, margin=0.2)
    assert (logits.grad == 0).all()


def test_bad_arguments_are_refused():
    features, targets = batch()
    with pytest.raises(ValueError, match=r'features of shape \(19, 4\)'):
        SemiHardTripletLoss()(torch.zeros(20, 9), targets, features=features[1:])
    with pytest.raises(ValueError, match='margin must be above 0, got -1'):
        SemiHardTripletLoss(margin=-1)
