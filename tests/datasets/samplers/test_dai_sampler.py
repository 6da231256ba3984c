import numpy as np
import pytest

from par_plugins.datasets.samplers import DAISampler, solve_dai
from par_plugins.structures import InputError
from tests.datasets.samplers.label_sets import long_tailed
from tests.datasets.samplers.test_epoch_planned_sampler import LabelledImages


def binary_images(num_images=200):
    dataset = LabelledImages(num_images)
    dataset.targets, dataset.metainfo = long_tailed(num_images, 5), {}
    return dataset


def test_the_weights_are_those_of_solve_dai():
    dataset = binary_images()
    sampler = DAISampler(dataset, size=0.3, max_repeat=4, target=0.5, diversity=0.02, seed=0)
    expected = solve_dai(dataset.targets, size=60, max_repeat=4, target=0.5, diversity=0.02)
    np.testing.assert_array_equal(sampler.weights, expected.weights)
    assert sampler.resampled.objective == expected.objective
    assert sampler.resampled.gap == expected.gap


def test_the_schema_of_the_dataset_makes_its_columns():
    sampler = DAISampler(LabelledImages(), seed=0)
    assert sampler.resampled.column_names == ('Female', 'Age=child', 'Age=adult', 'Age=old', 'Hat')


def test_an_alternate_epoch_is_the_draws_and_then_the_whole_set():
    sampler = DAISampler(binary_images(), size=60, seed=0)
    assert len(sampler) == sampler.plan_length == 260
    plan = sampler.plan(2)
    np.testing.assert_array_equal(np.sort(plan[60:]), np.arange(200))
    assert np.bincount(plan[:60]).max() > 1
    assert not np.array_equal(plan[60:], sampler.plan(3)[60:])


def test_a_sub_epoch_is_the_draws_alone():
    sampler = DAISampler(binary_images(), size=60, schedule='sub', seed=0)
    assert len(sampler) == 60


def test_a_size_is_a_share_or_a_number():
    dataset = binary_images()
    assert DAISampler(dataset, size=0.25, seed=0).resampled.size == 50
    assert DAISampler(dataset, size=50, seed=0).resampled.size == 50
    assert DAISampler(dataset, size=1.0, seed=0).resampled.size == 200
    assert DAISampler(dataset, size=1, seed=0).resampled.size == 1


def test_adam_takes_its_options_and_no_diversity_by_default():
    dataset = binary_images()
    sampler = DAISampler(
        dataset, solver='adam', solver_options={'steps': 40, 'rounding': 'floor'}, seed=0
    )
    expected = solve_dai(
        dataset.targets, size=80, max_repeat=5, solver='adam', steps=40, rounding='floor'
    )
    np.testing.assert_array_equal(sampler.weights, expected.weights)
    assert sampler.plan_length == expected.weights.sum() + 200


def test_more_diversity_than_none_spreads_the_draws_by_default():
    dataset = binary_images()
    assert (
        DAISampler(dataset, seed=0).resampled.effective_sample_size
        > DAISampler(dataset, diversity=0.0, seed=0).resampled.effective_sample_size
    )


def test_a_schedule_of_another_name_is_refused():
    with pytest.raises(InputError, match="'alternate' or 'sub', got 'both'"):
        DAISampler(binary_images(), schedule='both', seed=0)


def test_another_size_or_cap_is_solved_with_the_same_target_and_diversity():
    dataset = binary_images()
    sampler = DAISampler(dataset, target=0.5, diversity=0.02, seed=0)
    found = sampler.solution_for(size=70, max_repeat=3)
    expected = solve_dai(dataset.targets, size=70, max_repeat=3, target=0.5, diversity=0.02)
    np.testing.assert_array_equal(found.weights, expected.weights)
