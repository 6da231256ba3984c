import numpy as np
import pytest
from mmengine.dataset import BaseDataset, ClassBalancedDataset

from par_plugins.datasets.samplers import ClassBalancedSampler
from par_plugins.structures import InputError
from tests.datasets.samplers.label_sets import long_tailed
from tests.datasets.samplers.test_epoch_planned_sampler import LabelledImages
from tests.datasets.samplers.test_multi_label_over_sampler import images


class Categories(BaseDataset):
    """The labels as mmengine's wrapper wants them."""

    def __init__(self, targets):
        self.targets = targets
        super().__init__()

    def load_data_list(self):
        return [{'targets': row} for row in self.targets]

    def get_cat_ids(self, idx):
        return np.flatnonzero(self.targets[idx]).tolist()


def test_the_factors_are_mmengines_before_it_rounds_them_up():
    targets = long_tailed(120, 6)
    wrapper = ClassBalancedDataset(Categories(targets), oversample_thr=0.3)
    factors = np.array(wrapper._get_repeat_factors(wrapper.dataset, 0.3))
    sampler = ClassBalancedSampler(images(targets), 0.3, seed=0)
    assert sampler.resampled.size == round(factors.sum())
    np.testing.assert_allclose(
        sampler.weights / sampler.weights.sum(), factors / factors.sum(), rtol=1e-12
    )
    np.testing.assert_array_equal(np.bincount(wrapper.repeat_indices), np.ceil(factors).astype(int))
    assert factors.max() > 2


def test_each_value_of_a_categorical_attribute_is_a_category():
    dataset = LabelledImages(8)
    dataset.targets = np.array([[0, 0, 0], *[[0, 1, 0]] * 5, [0, -1, 0], [-1, 1, -1]])
    # One child of 7 known ages: sqrt(0.5 * 7) times; adults, and images without a category, once.
    factors = np.array([np.sqrt(3.5), *[1.0] * 7])
    sampler = ClassBalancedSampler(dataset, 0.5, seed=0)
    np.testing.assert_allclose(sampler.weights, factors * round(factors.sum()) / factors.sum())


@pytest.mark.parametrize('threshold', [0, -0.1, float('nan')])
def test_a_threshold_that_is_not_positive_is_refused(threshold):
    with pytest.raises(InputError, match='oversample_thr must be positive'):
        ClassBalancedSampler(LabelledImages(), threshold, seed=0)
