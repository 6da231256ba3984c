import numpy as np
import pytest

from projects.paper_studies.crl.logit_adjustment import adjusted, balanced, best_tau


def test_the_prior_comes_off_exactly_once_where_logits_are_those_of_bayes():
    rng = np.random.default_rng(0)
    prior = np.array([0.9, 0.1])
    labels = np.repeat([0, 1], 4000)
    x = rng.normal(np.where(labels == 0, -1.0, 1.0), 1.0)
    # Normal classes of equal spread: the log of the likelihoods' ratio is 2 x.
    logits = np.stack([-x, x], axis=1) + np.log(prior)
    # Then the best balanced accuracy is that of the cut at 0: P(x < 1) = 0.8413.
    assert best_tau(logits, labels, prior) == pytest.approx(1.0, abs=0.25)
    assert balanced(logits - np.log(prior), labels) == pytest.approx(84.13, abs=1.0)
    assert balanced(logits, labels) < 75


def test_where_the_shares_are_equal_tau_does_nothing_and_the_smallest_is_taken():
    logits = np.random.default_rng(0).normal(size=(50, 5))
    assert best_tau(logits, np.arange(50) % 5, np.full(5, 0.2)) == 0.0


def test_tau_is_chosen_by_the_validation_images_alone():
    prior = np.array([0.9, 0.1])
    even = {'val': np.zeros((2, 2)), 'test': np.log(prior) + np.array([[0, 0.1]] * 4)}
    labels = {'val': np.array([0, 1]), 'test': np.array([1, 1, 1, 0])}
    scores = adjusted(even, labels, prior)
    # Where all taus are alike on the validation images none comes off; with tau 1 all are class 1.
    assert scores['tau'] == 0.0
    assert scores['attribute/balanced_accuracy'] == 50.0
    assert scores['attribute/logit_adjustment/balanced_accuracy'] == 50.0
    logs = {**even, 'val': np.array([[2.0, 0], [1.0, 0]])}
    assert adjusted(logs, labels, prior)['tau'] > 0
