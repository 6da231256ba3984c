"""Scores of attributes against their shares, of folds of pictures."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_score

from par_plugins.structures import InputError
from projects.paper_studies.dai.scores_by_share import (
    by_share,
    groups_table,
    scores_by_share,
    scores_of_attributes,
)


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    targets = (rng.random((200, 3)) < [0.5, 0.1, 0.03]).astype(np.int8)
    probabilities = rng.random((200, 3)) * 0.6 + 0.3 * targets
    probabilities[:, 2] = 0.1  # never answered with yes
    return probabilities, targets


def write(folder, seed, fold, probabilities, targets):
    run = folder / f'seed_{seed}_fold_{fold}'
    run.mkdir(parents=True)
    np.savez(run / 'probabilities.npz', probabilities=probabilities, targets=targets)


def test_each_score_is_that_of_one_attributes_answers(pictures):
    probabilities, targets = pictures
    scores = scores_of_attributes(probabilities, targets)
    np.testing.assert_allclose(scores['share'], 100 * targets.mean(0))
    for name, score in {
        'mA': balanced_accuracy_score,
        'accuracy': accuracy_score,
        'F1': f1_score,
    }.items():
        pairs = zip(targets.T, probabilities.T >= 0.5, strict=True)
        np.testing.assert_allclose(scores[name], [100 * score(*pair) for pair in pairs])
    for column in (0, 1):
        found = precision_score(targets[:, column], probabilities[:, column] >= 0.5)
        assert scores['precision'][column] == pytest.approx(100 * found)
    assert np.isnan(scores['precision'][2]) and scores['recall'][2] == 0


def test_the_folds_of_a_seed_are_joined_and_attributes_of_nobody_left_out(tmp_path, pictures):
    probabilities, targets = pictures
    targets[:, 1] = 0
    for seed in (0, 1):
        for fold, rows in enumerate((slice(0, 120), slice(120, 200))):
            write(tmp_path, seed, fold, probabilities[rows] ** (1 + seed), targets[rows])
    found = scores_by_share(tmp_path)
    whole = scores_of_attributes(probabilities**2, targets)
    for name, values in found.items():
        assert values.shape == (2, 2)
        np.testing.assert_allclose(values[1], whole[name][[0, 2]])


def test_seeds_of_other_folds_are_refused(tmp_path, pictures):
    with pytest.raises(InputError, match='0 seeds, which must be of the same folds'):
        scores_by_share(tmp_path)
    write(tmp_path, 0, 0, *pictures)
    write(tmp_path, 1, 1, *pictures)
    with pytest.raises(InputError, match='2 seeds, which must be of the same folds'):
        scores_by_share(tmp_path)


def test_points_are_means_over_seeds_and_the_rarest_comes_first():
    table = {'share': np.array([[50.0, 2.0]] * 2), 'mA': np.array([[80.0, 50.0], [90.0, 54.0]])}
    shares, values, spreads = by_share(table, 'mA')
    assert (shares, values) == ([2.0, 50.0], [52.0, 85.0])
    assert spreads == pytest.approx([4 / 2**0.5, 10 / 2**0.5])


def test_the_table_groups_attributes_by_their_shares():
    scores = {'share': [50.0, 30.0, 2.0], 'precision': [90.0, 70.0, float('nan')]}
    scores |= {name: [80.0, 60.0, 10.0] for name in ('mA', 'accuracy', 'recall', 'F1')}
    table = groups_table({'plain': {name: np.array([row]) for name, row in scores.items()}})
    assert table.splitlines()[2:] == [
        '| plain | many (20 to 100 %) | 2 | 70.00 | 70.00 | 80.00 | 70.00 | 70.00 |',
        '| plain | few (0 to 5 %) | 1 | 10.00 | 10.00 | undefined | 10.00 | 10.00 |',
    ]
