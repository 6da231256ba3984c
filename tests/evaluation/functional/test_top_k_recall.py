import numpy as np
import pytest

from par_plugins.evaluation.functional import EntryError, TopKCounts, top_k_recall
from par_plugins.structures import InputError
from tests.references.top_k_recall import top_k_recall as reference

GROUPS = [[0, 1, 2], [3, 4, 5, 6], [5, 2, 0], list(range(7))]


def random_case(seed, num_images=40):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 5, (num_images, 7)) / 4  # many ties
    targets = rng.choice([-1, 0, 1], (num_images, 7), p=[0.2, 0.6, 0.2])
    return scores, targets


@pytest.mark.parametrize('average', ['micro', 'image'])
@pytest.mark.parametrize('seed', range(4))
def test_it_equals_the_slow_reference(seed, average):
    scores, targets = random_case(seed)
    found = top_k_recall(scores, targets, groups=GROUPS, ks=[1, 3, 20], average=average)
    expected = [
        [reference(scores, targets, columns, k, average) for k in (1, 3, 20)] for columns in GROUPS
    ]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_it_is_right_on_an_example_by_hand():
    scores = [[0.9, 0.8, 0.1], [0.2, 0.1, 0.7], [0.5, 0.4, 0.3]]
    targets = [[1, 0, 1], [1, 0, -1], [0, 0, 0]]
    # First image: 1 of 2 in the first two; second: its only positive is first of the known ones.
    micro, image = (
        top_k_recall(scores, targets, groups=[[0, 1, 2]], ks=[2], average=average).item()
        for average in ('micro', 'image')
    )
    assert micro == pytest.approx(200 / 3) and image == pytest.approx(75)


def test_a_group_without_a_positive_is_nan_and_the_others_are_not():
    scores = np.full((2, 2), 0.5)
    found = top_k_recall(
        scores, np.array([[0, 1], [-1, 1]]), groups=[[0], [1]], ks=[1], average='micro'
    )
    assert np.isnan(found[0, 0]) and found[1, 0] == 100


def test_batches_add_up():
    scores, targets = random_case(7)
    parts = [
        TopKCounts.from_batch(scores[rows], targets[rows], groups=GROUPS, ks=(3, 5))
        for rows in (slice(0, 1), slice(1, 30), slice(30, None), slice(0, 0))
    ]
    joined = parts[0] + parts[1] + parts[2] + parts[3]
    expected = top_k_recall(scores, targets, groups=GROUPS, ks=(3, 5), average='image')
    np.testing.assert_allclose(joined.recall('image'), expected, atol=1e-9)


def test_bad_arguments_are_named():
    scores, targets = random_case(0)
    with pytest.raises(InputError, match=r'ks must be a list of numbers of at least 1, got'):
        top_k_recall(scores, targets, groups=GROUPS, ks=[0], average='micro')
    with pytest.raises(InputError, match="average must be one of micro, image, got 'macro'"):
        top_k_recall(scores, targets, groups=GROUPS, ks=[1], average='macro')
    with pytest.raises(EntryError, match='targets: row 2, column 3 is 2'):
        targets[2, 3] = 2
        top_k_recall(scores, targets, groups=GROUPS, ks=[1], average='micro')
    with pytest.raises(EntryError, match='scores: row 1, column 0 is nan'):
        scores[1, 0] = np.nan
        top_k_recall(scores, targets, groups=GROUPS, ks=[1], average='micro')
