import numpy as np

from par_plugins.datasets.samplers import MultiLabelDownSampler
from tests.datasets.samplers.test_multi_label_over_sampler import images


def test_one_attribute_is_cut_to_equal_classes():
    sampler = MultiLabelDownSampler(images([[1], [1], *[[0]] * 6]), size=4, seed=0)
    np.testing.assert_allclose(sampler.weights, [1, 1, *[1 / 3] * 6])
    np.testing.assert_allclose(sampler.resampled.proportions_after, 0.5)


def test_the_commonest_value_of_an_image_counts():
    # Positives of both attributes are 1 in 4: only an image that has both is rare altogether.
    sampler = MultiLabelDownSampler(images([[1, 1], [0, 0], [0, 0], [0, 0]]), size=2, seed=0)
    np.testing.assert_allclose(sampler.weights, [1, 1 / 3, 1 / 3, 1 / 3])
    sampler = MultiLabelDownSampler(images([[1, 0], [0, 1], [0, 0], [0, 0]]), size=2, seed=0)
    np.testing.assert_allclose(sampler.weights, 0.5)


def test_no_image_is_drawn_twice_in_an_epoch():
    sampler = MultiLabelDownSampler(LabelledDraws := images([[1], *[[0]] * 9]), size=5, seed=0)
    for epoch in range(50):
        plan = sampler.plan(epoch)
        assert len(set(plan.tolist())) == len(plan) == 5
    assert len(LabelledDraws) == 10
