import math

import numpy as np
import pytest

from par_plugins.evaluation.functional import FeatureMoments, frechet_distance
from tests.references.frechet_distance import slow_frechet_distance


def features(seed, count=50, length=6):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, length)) @ rng.normal(size=(length, length)) + rng.normal(
        size=length
    )


def moments(x):
    return x.mean(axis=0), np.cov(x, rowvar=False)


def test_it_is_the_formula_with_a_general_matrix_square_root():
    (m1, c1), (m2, c2) = moments(features(0)), moments(features(1))
    expected = slow_frechet_distance(features(0), features(1))
    assert frechet_distance(m1, c1, m2, c2) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(m2, c2, m1, c1) == pytest.approx(expected, rel=1e-9)


def test_one_dimension_by_hand():
    """(3 - 1)^2 + (5 - 2)^2, of means and standard deviations."""
    assert frechet_distance([3.0], [[25.0]], [1.0], [[4.0]]) == pytest.approx(4 + 9)


def test_a_set_is_at_no_distance_from_itself_also_with_fewer_images_than_features():
    mean, covariance = moments(features(0, count=4, length=30))
    assert frechet_distance(mean, covariance, mean, covariance) == pytest.approx(0, abs=1e-6)
    shifted = frechet_distance(mean + 2, covariance, mean, covariance)
    assert shifted == pytest.approx(4 * 30)


@pytest.mark.parametrize('cuts', [[], [1], [0, 20], [10, 10, 40]])
def test_moments_of_parts_add_up_to_those_of_the_whole(cuts):
    x = features(3) + 1000  # far from 0: a sum of squares would lose digits
    total = FeatureMoments.from_batch(x[:0])
    for part in np.split(x, cuts):
        total = total + FeatureMoments.from_batch(part)
    assert total.count == 50
    np.testing.assert_allclose(total.mean, x.mean(axis=0))
    np.testing.assert_allclose(total.covariance, np.cov(x, rowvar=False), rtol=1e-9)


def test_fewer_than_two_images_have_no_covariance_and_no_distance():
    mean, covariance = moments(features(0))
    one = FeatureMoments.from_batch(features(1, count=1))
    assert np.isnan(one.covariance).all()
    assert math.isnan(frechet_distance(one.mean, one.covariance, mean, covariance))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r'shapes \(6,\) and \(5,\)'):
        frechet_distance(np.zeros(6), np.eye(6), np.zeros(5), np.eye(5))
    with pytest.raises(ValueError, match=r'covariances of shapes \(6, 6\) and \(5, 5\)'):
        frechet_distance(np.zeros(6), np.eye(6), np.zeros(6), np.eye(5))
    with pytest.raises(ValueError, match=r'features: shape \(3,\)'):
        FeatureMoments.from_batch(np.zeros(3))
