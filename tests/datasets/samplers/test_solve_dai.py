import math
import warnings

import numpy as np
import pytest
import torch

from par_plugins.datasets.samplers import solve_dai
from par_plugins.structures import Attribute, AttributeSchema, InputError
from tests.datasets.samplers.label_sets import kinds, long_tailed, pa100k
from tests.references import dai as reference

PA100K_SIZE = 33_982

# Published facts about the official training labels.
PA100K_OBJECTIVES = {
    1: 2.223, 2: 1.970, 3: 1.847, 5: 1.695, 10: 1.517, 25: 1.307, 50: 1.178, 1000: 0.839,
}  # fmt: skip
PA100K_DIVERSITY = {0.01: (1.323, 0.025), 0.03: (1.527, 0.061), 0.1: (1.802, 0.169)}
PA100K_ADAM = {50: (2.425, 0.767), 100: (2.027, 0.285), 200: (1.695, 0.104), 300: (1.447, 0.040)}

CASES = [
    pytest.param(kind, cap, diversity, id=f'{kind}-cap {cap}-diversity {diversity}')
    for kind in kinds()
    for cap, diversity in [(1, 0.0), (2, 0.0), (10, 0.0), (2, 0.1), (10, 0.01)]
]


@pytest.mark.parametrize(('kind', 'cap', 'diversity'), CASES)
@pytest.mark.filterwarnings('ignore:no image has a positive label')
def test_the_exact_solver_finds_what_a_general_solver_finds(kind, cap, diversity):
    labels = kinds()[kind]
    size = max(1, len(labels) // 2)
    found = solve_dai(labels, size=size, max_repeat=cap, diversity=diversity)
    weights = found.weights
    assert weights.dtype == np.float64
    assert weights.shape == (len(labels),)
    assert (weights >= 0).all() and (weights <= cap).all()
    assert weights.sum() == pytest.approx(size, rel=1e-9)
    assert found.objective == pytest.approx(reference.objective(labels, weights, 0.6), abs=1e-12)
    assert found.diversity_term == pytest.approx(reference.diversity_term(weights, diversity))

    value = found.objective + found.diversity_term
    options = {'max_repeat': cap, 'target': 0.6, 'diversity': diversity}
    assert found.gap <= 1e-8 * max(1, value)
    best = reference.minimum(labels, size=size, **options)
    assert value - found.gap <= best + 1e-9
    assert value == pytest.approx(best, abs=2e-6)


def test_the_objective_is_the_papers_where_all_labels_are_known():
    labels = long_tailed(40, 4)
    found = solve_dai(labels, size=20, max_repeat=3)
    proportions = (found.weights @ labels) / found.weights.sum()
    np.testing.assert_allclose(found.proportions_after, proportions)
    np.testing.assert_allclose(found.proportions_before, labels.mean(axis=0))
    assert found.objective == pytest.approx((np.maximum(0, 0.6 - proportions) ** 3).sum())


def test_images_with_equal_labels_have_equal_weights():
    labels = long_tailed(100, 4)
    weights = solve_dai(labels, size=40, max_repeat=5).weights
    for row in np.unique(labels, axis=0):
        assert np.ptp(weights[(labels == row).all(axis=1)]) == 0


def test_a_looser_cap_is_never_worse_and_more_diversity_never_less_diverse():
    labels = long_tailed(300, 6)
    objectives = [solve_dai(labels, size=120, max_repeat=c).objective for c in (1, 2, 5, 20, None)]
    assert all(np.diff(objectives) <= 1e-8)
    sizes = [
        solve_dai(labels, size=120, max_repeat=20, diversity=d).effective_sample_size
        for d in (0.01, 0.1, 1, 10, 100)
    ]
    assert all(np.diff(sizes) > 0)
    assert sizes[-1] == pytest.approx(1, abs=1e-2)


def test_a_cap_may_be_a_fraction():
    labels = long_tailed(100, 4)
    for cap in (0.5, 1.5):
        found = solve_dai(labels, size=40, max_repeat=cap)
        assert found.largest_repeat == pytest.approx(cap, abs=1e-6)
        assert found.largest_repeat <= cap
        assert found.weights.sum() == pytest.approx(40)
        options = {'target': 0.6, 'diversity': 0.0}
        best = reference.minimum(labels, size=40, max_repeat=cap, **options)
        assert found.objective == pytest.approx(best, abs=2e-6)


def test_each_column_may_have_a_target_of_its_own():
    labels = long_tailed(100, 3)
    targets = [0.6, 0.0, 0.3]
    found = solve_dai(labels, size=50, max_repeat=4, target=targets)
    expected = sum(
        reference.objective(labels[:, [column]], found.weights, target)
        for column, target in enumerate(targets)
    )
    assert found.objective == pytest.approx(expected)
    alone = solve_dai(labels[:, [0, 2]], size=50, max_repeat=4, target=[0.6, 0.3])
    assert found.objective == pytest.approx(alone.objective, abs=1e-7)


def test_a_categorical_attribute_is_drawn_towards_equal_values():
    schema = AttributeSchema([Attribute('Age', ('child', 'adult', 'old'))])
    labels = np.repeat([0, 1, 2], [10, 80, 10])[:, None]
    found = solve_dai(labels, size=30, max_repeat=1, schema=schema)
    assert found.column_names == ('Age=child', 'Age=adult', 'Age=old')
    np.testing.assert_allclose(found.proportions_before, [0.1, 0.8, 0.1])
    np.testing.assert_allclose(found.proportions_after, 1 / 3, atol=0.01)
    assert found.objective == pytest.approx(0, abs=1e-7)


def test_binary_and_one_hot_columns_are_treated_alike():
    schema = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old'))])
    generator = np.random.default_rng(0)
    ages = generator.choice(3, 60, p=[0.1, 0.7, 0.2])
    female = generator.integers(0, 2, 60)
    one_hot = np.column_stack([female, *(ages == value for value in range(3))])
    arguments = {'size': 30, 'max_repeat': 3, 'target': [0.6, 1 / 3, 1 / 3, 1 / 3]}
    expected = solve_dai(one_hot, **arguments)
    found = solve_dai(np.column_stack([female, ages]), schema=schema, **arguments)
    np.testing.assert_allclose(found.weights, expected.weights)
    by_default = solve_dai(
        np.column_stack([female, ages]), schema=schema, **{**arguments, 'target': 0.6}
    )
    np.testing.assert_allclose(by_default.weights, expected.weights)


def test_a_column_without_a_positive_label_is_named_and_not_pulled():
    labels = long_tailed(50, 3)
    with_empty = np.insert(labels, 1, 0, axis=1)
    schema = AttributeSchema(['a', 'Hat', 'b', 'c'])
    with pytest.warns(UserWarning, match='no image has a positive label of Hat: not pulled'):
        found = solve_dai(with_empty, size=25, max_repeat=3, schema=schema)
    expected = solve_dai(labels, size=25, max_repeat=3)
    assert found.objective == pytest.approx(expected.objective)
    np.testing.assert_allclose(found.weights, expected.weights)
    assert found.proportions_after[1] == 0


def test_labels_that_are_all_unknown_or_negative_leave_all_images_alike():
    for labels in (np.full((6, 2), -1), np.zeros((6, 2), np.int64)):
        with pytest.warns(UserWarning, match='column 0, column 1'):
            found = solve_dai(labels, size=3, max_repeat=2)
        np.testing.assert_allclose(found.weights, 0.5)
        assert found.objective == found.gap == 0


def test_adam_knows_no_cap_and_its_floor_no_size():
    labels = long_tailed(200, 5)
    scaled = solve_dai(labels, size=77, max_repeat=1, solver='adam')
    assert scaled.weights.sum() == pytest.approx(77)
    assert scaled.largest_repeat > 1
    floored = solve_dai(labels, size=77, max_repeat=1, solver='adam', rounding='floor')
    r = scaled.weights * floored.weights.max() / scaled.weights.max()
    np.testing.assert_array_equal(floored.weights, np.floor(floored.weights))
    assert np.corrcoef(floored.weights, r)[0, 1] > 0.9
    doubled = solve_dai(labels, size=77, max_repeat=1, solver='adam', rounding='floor', scale=10)
    assert set(np.unique(doubled.weights - 2 * floored.weights)) <= {0, 1}
    for found in (scaled, floored):
        assert found.objective == pytest.approx(reference.objective(labels, found.weights, 0.6))
        best = solve_dai(labels, size=found.size, max_repeat=None)
        assert found.objective - found.gap <= best.objective + 1e-8


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'size': 0}, 'size must be an integer of at least 1, got 0'),
        ({'size': math.nan}, 'size must be .* got nan'),
        ({'size': 0.5}, 'size must be .* got 0.5'),
        ({'max_repeat': 0}, 'max_repeat must be .* got 0'),
        ({'max_repeat': math.nan}, 'max_repeat must be a positive number, got nan'),
        ({'max_repeat': '5'}, "max_repeat must be a positive number, got '5'"),
        ({'max_repeat': True}, 'max_repeat must be a positive number, got True'),
        ({'size': 16, 'max_repeat': 1.5}, 'size=16 is impossible with max_repeat=1.5: 10 images'),
        ({'size': 21, 'max_repeat': 2}, 'size=21 is impossible with max_repeat=2: 10 images'),
        ({'target': 1.5}, r'in \[0, 1\], got 1.5'),
        ({'target': math.nan}, r'in \[0, 1\], got nan'),
        ({'target': [0.5, 0.5]}, r'shape \(2,\), expected one number or \(3,\)'),
        ({'diversity': -1.0}, 'diversity must be at least 0 .* got -1.0'),
        ({'diversity': math.nan}, 'diversity .* got nan'),
        ({'solver': 'sgd'}, "solver must be 'exact' or 'adam', got 'sgd'"),
        ({'solver': 'adam', 'diversity': 0.1}, 'got diversity=0.1'),
        ({'solver': 'adam', 'rounding': 'up'}, "got 'up'"),
        (
            {'solver': 'adam', 'rounding': 'floor', 'scale': 0.01},
            'scale=0.01 ends without a positive weight',
        ),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(arguments, message):
    with pytest.raises(InputError, match=message):
        solve_dai(long_tailed(10, 3), **{'size': 5, 'max_repeat': 3, **arguments})


def test_an_option_of_the_other_solver_is_refused():
    with pytest.raises(TypeError, match='steps'):
        solve_dai(long_tailed(10, 3), size=5, max_repeat=3, steps=100)


@pytest.mark.parametrize(
    'labels',
    [[[0, np.nan]], [[0, np.inf]], [[0, 2]], [[0, -2]], [[0.5, 1]], np.zeros((0, 2)), [0, 1]],
)
def test_bad_labels_are_refused(labels):
    with pytest.raises(InputError, match='labels: '):
        solve_dai(labels, size=1, max_repeat=1)


def test_the_global_random_state_is_untouched():
    before = torch.get_rng_state()
    for solver in ('exact', 'adam'):
        solve_dai(long_tailed(50, 3), size=20, max_repeat=2, solver=solver)
    assert torch.equal(torch.get_rng_state(), before)


class TestPA100K:
    """The official training labels."""

    def test_objectives_are_the_published_ones(self):
        labels = pa100k()
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            for cap, objective in PA100K_OBJECTIVES.items():
                found = solve_dai(labels, size=PA100K_SIZE, max_repeat=cap)
                assert found.objective == pytest.approx(objective, abs=1e-3)
                assert found.gap <= 1e-4
                assert found.largest_repeat <= cap
                assert found.weights.sum() == pytest.approx(PA100K_SIZE, rel=1e-9)
            assert solve_dai(labels, size=PA100K_SIZE, max_repeat=None).objective <= 0.762

    def test_diversity_and_adam_give_the_published_frontier(self):
        labels = pa100k()
        for diversity, (objective, sample_size) in PA100K_DIVERSITY.items():
            found = solve_dai(labels, size=PA100K_SIZE, max_repeat=50, diversity=diversity)
            assert found.objective == pytest.approx(objective, abs=1e-3)
            assert found.effective_sample_size == pytest.approx(sample_size, abs=1e-3)
        for steps, (objective, sample_size) in PA100K_ADAM.items():
            found = solve_dai(labels, size=PA100K_SIZE, max_repeat=50, solver='adam', steps=steps)
            assert found.objective == pytest.approx(objective, abs=1e-3)
            assert found.effective_sample_size == pytest.approx(sample_size, abs=1e-3)

    def test_the_papers_size_comes_between_350_and_360_adam_steps(self):
        sizes = [
            solve_dai(
                pa100k(), size=1, max_repeat=None, solver='adam', rounding='floor', steps=steps
            ).size
            for steps in (350, 360)
        ]
        assert sizes[1] < PA100K_SIZE < sizes[0]
