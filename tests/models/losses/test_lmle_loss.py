from itertools import pairwise

import pytest
import torch

from par_plugins.models.losses import LMLELoss, lmle_loss
from tests.references import embeddings


def batch(num_images=24, seed=0, per_attribute=False):
    generator = torch.Generator().manual_seed(seed)
    shape = (num_images, 3, 4) if per_attribute else (num_images, 4)
    features = torch.randn(shape, generator=generator, dtype=torch.float64)
    targets = torch.randint(-1, 3, (num_images, 3), generator=generator)
    clusters = torch.randint(0, 2, (num_images, 3), generator=generator)
    return features, targets, clusters


@pytest.mark.parametrize('per_attribute', [False, True])
@pytest.mark.parametrize('margin', [0.1, 2.0])
def test_the_value_is_the_slow_references(per_attribute, margin):
    for seed in range(3):
        features, targets, clusters = batch(seed=seed, per_attribute=per_attribute)
        own = features.transpose(0, 1) if per_attribute else features.expand(3, -1, -1)
        expected = embeddings.lmle_loss(
            own.tolist(), targets.T.tolist(), clusters.T.tolist(), margin
        )
        assert expected > 0
        found = lmle_loss(features, targets, clusters, margin=margin)
        assert found.item() == pytest.approx(expected)


def test_a_quintuplet_by_hand():
    angles = torch.tensor([0.0, 60.0, 90.0, 120.0, 180.0], dtype=torch.float64).deg2rad()
    features = torch.stack([angles.cos(), angles.sin()], dim=1)
    # Squared distances from the first: 1, 2, 3, 4. The last is of another class.
    targets = torch.tensor([[0], [0], [0], [0], [1]])
    clusters = torch.tensor([[0], [0], [1], [1], [0]])
    alone = lmle_loss(features, targets, clusters, margin=1.5)
    # All images are anchors; the first's hinges are 1.5 + 1 - 2, 1.5 + 2 - 3 and 1.5 + 3 - 4.
    near = [0.5 + 0.5 + 0.5]
    distance = 2 - 2 * torch.cos(angles[:, None] - angles)
    d = distance.tolist()
    near.append(1.5 + d[1][0] - d[1][2] + 1.5 + d[1][2] - d[1][0] + max(0, 1.5 + 1 - d[1][4]))
    for a, mate, first, second in ((2, 3, 1, 0), (3, 2, 1, 0)):
        chain = [d[a][mate], d[a][first], d[a][second], d[a][4]]
        near.append(sum(max(0, 1.5 + x - y) for x, y in pairwise(chain)))
    assert alone.item() == pytest.approx(sum(near) / 4)  # the last has no hinge


def test_a_class_with_one_cluster_keeps_the_last_hinge():
    features, targets, clusters = batch()
    found = lmle_loss(features, targets, torch.zeros_like(clusters), margin=0.5)
    total, anchors = 0.0, 0
    for column in range(3):
        distances = embeddings.distances_of(features.tolist())
        labels = targets[:, column].tolist()
        for a, label in enumerate(labels):
            same = [distances[a][i] for i, x in enumerate(labels) if x == label and i != a]
            other = [distances[a][i] for i, x in enumerate(labels) if x not in (label, -1)]
            if label >= 0 and same and other:
                total += max(0, 0.5 + max(same) - min(other))
                anchors += 1
    assert found.item() == pytest.approx(total / anchors)


@pytest.mark.parametrize('kind', ['one image', 'one class', 'all different', 'unknown'])
def test_without_a_hinge_it_is_zero_with_zero_gradient(kind):
    features, targets, clusters = batch(6)
    targets = {
        'one image': targets[:1].clamp(min=0),
        'one class': torch.zeros(6, 3, dtype=torch.long),
        'all different': torch.arange(6)[:, None].expand(-1, 3),
        'unknown': torch.full((6, 3), -1),
    }[kind]
    clusters = torch.zeros_like(targets)
    features = features[: len(targets)].requires_grad_()
    loss = lmle_loss(features, targets, clusters, margin=0.5)
    loss.backward()
    assert loss == 0 and (features.grad == 0).all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_autocast_computes_in_single_precision(dtype):
    features, targets, clusters = batch()
    half = features.to(dtype)
    expected = lmle_loss(half.double(), targets, clusters, margin=0.5)
    with torch.autocast('cpu', dtype=dtype):
        found = lmle_loss(half, targets, clusters, margin=0.5)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_images_without_features_and_equal_images_have_finite_gradients():
    features = torch.zeros(4, 5, requires_grad=True)
    targets = torch.tensor([[0], [0], [1], [1]])
    loss = lmle_loss(features, targets, torch.zeros_like(targets), margin=0.5)
    loss.backward()
    assert loss == 0.5 and features.grad.isfinite().all()


def test_the_clusters_are_those_of_the_images_own_places():
    features, targets, clusters = batch()
    loss = LMLELoss(margin=0.5, loss_weight=2.0)
    order = torch.randperm(24, generator=torch.Generator().manual_seed(1))
    everyone = torch.full((50, 3), -1)
    everyone[order + 20] = clusters
    loss.set_clusters(everyone)
    logits = torch.randn(24, 9, requires_grad=True)
    found = loss(logits, targets, features=features, image_indices=order + 20)
    found.backward()
    assert (logits.grad == 0).all()  # several processes need a gradient of every parameter
    assert found == 2 * lmle_loss(features, targets, clusters, margin=0.5)


def test_what_is_missing_is_named():
    features, targets, clusters = batch()
    loss = LMLELoss()
    with pytest.raises(ValueError, match="type='ClassClusterHook'"):
        loss(None, targets, features=features, image_indices=torch.arange(24))
    loss.set_clusters(clusters)
    with pytest.raises(ValueError, match='sample_idx'):
        loss(None, targets, features=features)
    with pytest.raises(ValueError, match=r'features of shape \(24, 2, 2\)'):
        loss(
            torch.zeros(24, 9),
            targets,
            features=features.view(24, 2, 2),
            image_indices=torch.arange(24),
        )
    with pytest.raises(ValueError, match='margin must be above 0, got 0'):
        LMLELoss(margin=0)
