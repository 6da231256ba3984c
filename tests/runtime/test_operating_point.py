import json

import numpy as np
import pytest

from par_plugins.structures import Attribute, AttributeSchema, InputError, OperatingPoint

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])


def probabilities(num_images=50, seed=0):
    generator = np.random.default_rng(seed)
    age = generator.dirichlet([1, 1, 1], num_images)
    binary = generator.random((num_images, 2))
    return np.concatenate([binary[:, :1], age, binary[:, 1:]], axis=1).astype(np.float32)


def test_a_threshold_predicts_from_that_probability_on():
    p = probabilities()
    p[0, 0], p[1, 4] = 0.3, 0.875  # just at it
    point = OperatingPoint.from_thresholds(SCHEMA, {'Female': p[0, 0].item(), 'Hat': 0.875})
    found = point.predictions(p)
    assert np.array_equal(found[:, 0], p[:, 0] >= p[0, 0])
    assert np.array_equal(found[:, 2], p[:, 4] >= 0.875)
    assert np.array_equal(found[:, 1], p[:, 1:4].argmax(axis=1))
    assert point.thresholds == {'Female': pytest.approx(p[0, 0].item()), 'Hat': 0.875}


@pytest.mark.parametrize(('threshold', 'expected'), [(0.0, [1, 1, 1]), (1.0, [0, 0, 1])])
def test_thresholds_at_the_ends_predict_all_and_certainties(threshold, expected):
    schema = AttributeSchema(['Hat'])
    point = OperatingPoint.from_thresholds(schema, {'Hat': threshold})
    probabilities = np.array([[0.0], [0.4], [1.0]], np.float32)
    assert point.predictions(probabilities).flatten().tolist() == expected


def test_the_largest_product_of_probability_and_factor_is_predicted():
    factors = np.array([[1.0, 3.0, 1.0], [0.2, 1.0, 0.5], [1.0, 1.0, 1.0]])
    p = np.array([[0.3, 0.7, 0.1, 0.2, 0.4], [0.2, 0.9, 0.05, 0.05, 0.5]])
    found = OperatingPoint(SCHEMA, factors).predictions(p)
    # 0.7 < 0.9 and 0.8 > 0.6; 0.14, 0.1, 0.1 and 0.18, 0.05, 0.025
    assert found.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_what_is_applied_stays_a_probability_and_factors_of_one_change_nothing():
    p = probabilities()
    factors = np.random.default_rng(0).random((3, 3))
    applied = OperatingPoint(SCHEMA, factors).apply(p)
    assert (applied >= 0).all() and (applied <= 1).all()
    np.testing.assert_allclose(applied[:, 1:4].sum(axis=1), np.ones(50))
    same = OperatingPoint(SCHEMA, np.ones((3, 3)))
    np.testing.assert_allclose(same.apply(p), p, rtol=1e-6)


def test_products_that_are_all_zero_leave_a_categorical_attribute_alone():
    factors = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    p = np.array([[0.5, 1.0, 0.0, 0.0, 0.5]])
    assert OperatingPoint(SCHEMA, factors).apply(p).tolist() == p.tolist()


def test_plain_data_bring_it_back_in_whatever_order_the_attributes_are():
    factors = np.array([[0.25, 0.75, 1.0], [0.5, 1.0, 0.125], [0.5, 0.5, 1.0]])
    point = OperatingPoint(SCHEMA, factors, {'temperature': 3})
    data = json.loads(json.dumps(point.to_dict()))
    assert data['factors']['Hat'] == [0.5, 0.5] and data['parameters'] == {'temperature': 3}
    again = OperatingPoint.from_dict(data, SCHEMA)
    assert np.array_equal(again.factors, factors) and again.parameters == {'temperature': 3}
    other = SCHEMA.subset(['Hat', 'Female'])
    assert OperatingPoint.from_dict(data, other).thresholds == {'Hat': 0.5, 'Female': 0.25}


@pytest.mark.parametrize(
    'data',
    [
        {},
        {'factors': {'Female': [1, 1]}, 'parameters': {}},
        {'factors': [1, 2], 'parameters': {}},
        {'factors': {'Female': [1, 1], 'Age': [1, 1], 'Hat': [1, 1]}, 'parameters': {}},
        {'factors': {'Female': [1, 1], 'Age': [1, 1, 'x'], 'Hat': [1, 1]}, 'parameters': {}},
        {'factors': {'Female': [1, 1], 'Age': [1, 1, 1], 'Hat': [1, 1]}, 'parameters': 3},
    ],
)
def test_other_data_are_refused(data):
    with pytest.raises(InputError, match='not an operating point of Female, Age, Hat'):
        OperatingPoint.from_dict(data, SCHEMA)


@pytest.mark.parametrize('wrong', [[-1.0, 1.0], [float('nan'), 1.0], [0.0, 0.0], [1.0, np.inf]])
def test_factors_that_weigh_nothing_are_refused(wrong):
    with pytest.raises(InputError, match="factors of attribute 'Hat'"):
        OperatingPoint(AttributeSchema(['Hat']), np.array([wrong]))


def test_thresholds_of_no_binary_attribute_or_out_of_range_are_refused():
    with pytest.raises(InputError, match="'Age' is categorical"):
        OperatingPoint.from_thresholds(SCHEMA, {'Age': 0.5})
    with pytest.raises(InputError, match=r"'Hat' is 1\.5, not in \[0, 1\]"):
        OperatingPoint.from_thresholds(SCHEMA, {'Hat': 1.5})
    with pytest.raises(InputError, match="unknown attribute 'Cap'"):
        OperatingPoint.from_thresholds(SCHEMA, {'Cap': 0.5})
    with pytest.raises(InputError, match=r'factors of shape \(1, 2\), expected \(3, 3\)'):
        OperatingPoint(SCHEMA, np.ones((1, 2)))
