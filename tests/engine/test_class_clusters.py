import torch

from par_plugins.engine.class_clusters import cluster_classes


def directions(*degrees):
    angles = torch.tensor(degrees, dtype=torch.float32).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def test_groups_that_lie_apart_become_clusters_of_their_class():
    # Two groups of one class, two images of another, lengths that do not matter.
    features = directions(0, 90, 2, 92, 1, 91, 45, 46) * torch.arange(1, 9)[:, None]
    targets = torch.tensor([[0]] * 6 + [[1]] * 2)
    found = cluster_classes(features, targets, cluster_size=3, seed=0)
    clusters = found.clusters[:, 0].tolist()
    assert clusters[0] == clusters[2] == clusters[4] != clusters[1] == clusters[3] == clusters[5]
    assert clusters[6] == clusters[7] and len(set(clusters)) == 3
    assert found.targets[:, 0].tolist() == [0, 0, 1]
    expected = directions(1, 91)
    torch.testing.assert_close(found.centres[clusters[0]], expected[0], atol=1e-3, rtol=0)
    torch.testing.assert_close(found.centres[clusters[1]], expected[1], atol=1e-3, rtol=0)


def test_each_attribute_has_clusters_of_its_own_features_and_of_known_labels():
    features = torch.randn(20, 2, 3, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[0, -1]] * 10 + [[1, 1]] * 10)
    found = cluster_classes(features, targets, cluster_size=5, seed=0)
    assert found.targets.tolist() == [[0, -1]] * 2 + [[1, -1]] * 2 + [[-1, 1]] * 2
    assert (found.clusters[:10, 1] == -1).all() and (found.clusters[10:, 1] >= 4).all()
    assert not found.centres[:4, 1].any() and not found.centres[4:, 0].any()
    again = cluster_classes(features, targets, cluster_size=5, seed=0)
    assert torch.equal(again.clusters, found.clusters)
