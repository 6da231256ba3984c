import numpy as np

from par_plugins.datasets.samplers import MultiLabelOverSampler
from tests.datasets.samplers.test_epoch_planned_sampler import LabelledImages


def images(targets):
    dataset = LabelledImages(len(targets))
    dataset.targets, dataset.metainfo = np.array(targets), {}
    return dataset


def test_one_attribute_is_replicated_to_equal_classes():
    sampler = MultiLabelOverSampler(images([[1], [1], *[[0]] * 6]), size=12, max_repeat=12, seed=0)
    np.testing.assert_allclose(sampler.weights, [3, 3, 1, 1, 1, 1, 1, 1])
    np.testing.assert_allclose(sampler.resampled.proportions_after, 0.5)


def test_the_rarest_value_of_an_image_counts():
    # The attributes' majorities are 3 of 4 negatives, and 2 of 4 of each.
    sampler = MultiLabelOverSampler(
        images([[1, 0], [0, 0], [0, 1], [0, 1]]), size=6, max_repeat=6, seed=0
    )
    np.testing.assert_allclose(sampler.weights, [3, 1, 1, 1])


def test_no_image_is_replicated_beyond_the_cap():
    sampler = MultiLabelOverSampler(images([[1], *[[0]] * 9]), size=10, max_repeat=3, seed=0)
    np.testing.assert_allclose(sampler.weights, [3, *[7 / 9] * 9])
