import numpy as np
import pytest

from par_plugins.datasets.stratified_parts import stratified_parts
from par_plugins.structures import InputError

SHARES = {'train': 0.6, 'val': 0.2, 'test': 0.2}


def labels(num_images=400, seed=0):
    """Eight attributes, from common to rare, the last one nobody's."""
    ratios = np.array([0.9, 0.5, 0.3, 0.1, 0.05, 0.03, 0.02, 0.0])
    return np.random.default_rng(seed).random((num_images, 8)) < ratios


def deviation(positive, parts):
    """The largest difference between a part's positives and its share of them, in images."""
    return max(
        abs(positive[parts == part].sum(axis=0) - share * positive.sum(axis=0)).max()
        for part, share in SHARES.items()
    )


def test_every_part_has_its_share_of_images_and_of_every_attribute():
    positive = labels()
    parts = stratified_parts(positive, SHARES, seed=0)
    assert parts.shape == (400,) and set(parts) == set(SHARES)
    assert all(abs((parts == part).sum() - 400 * share) <= 4 for part, share in SHARES.items())
    rng = np.random.default_rng(0)
    chance = [deviation(positive, rng.permutation(parts)) for _ in range(50)]
    assert deviation(positive, parts) < min(chance) / 2
    rare = positive[:, 6]
    for part, share in SHARES.items():
        assert abs(rare[parts == part].sum() - share * rare.sum()) < 1


def test_shares_may_be_in_any_unit():
    positive = labels()
    tenths = {name: 10 * share for name, share in SHARES.items()}
    np.testing.assert_array_equal(
        stratified_parts(positive, SHARES, seed=3), stratified_parts(positive, tenths, seed=3)
    )


def test_the_seed_alone_decides_and_the_global_generator_is_left_alone():
    positive = labels()
    before = np.random.get_state()[1].copy()  # noqa: NPY002 (what must not change)
    first = stratified_parts(positive, SHARES, seed=1)
    np.testing.assert_array_equal(first, stratified_parts(positive, SHARES, seed=1))
    assert (first != stratified_parts(positive, SHARES, seed=2)).any()
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_groups_stay_whole_and_have_what_any_of_their_images_has():
    positive, rng = labels(), np.random.default_rng(5)
    groups = rng.integers(0, 120, 400)
    parts = stratified_parts(positive, SHARES, seed=0, groups=groups)
    for group in np.unique(groups):
        assert len(set(parts[groups == group])) == 1
    people = np.unique(groups)
    has = np.array([positive[groups == person].any(axis=0) for person in people])
    part_of = np.array([parts[groups == person][0] for person in people])
    for part, share in SHARES.items():
        assert abs((part_of == part).sum() - share * len(people)) <= 3
        assert (abs(has[part_of == part].sum(axis=0) - share * has.sum(axis=0)) <= 4).all()


KINDS = {
    'one attribute': labels()[:, :1],
    'all positive': np.ones((30, 3), bool),
    'all negative': np.zeros((30, 3), bool),
}


@pytest.mark.parametrize('kind', KINDS)
def test_degenerate_labels_are_divided_by_size(kind):
    positive = KINDS[kind]
    parts = stratified_parts(positive, {'a': 2, 'b': 1}, seed=0)
    assert abs((parts == 'a').sum() - 2 * len(positive) / 3) <= 2


@pytest.mark.parametrize('share', [0, -1, np.nan, np.inf, 'half', None])
def test_a_share_that_is_no_positive_number_is_refused(share):
    with pytest.raises(InputError, match='every part needs a positive share'):
        stratified_parts(labels(), {'train': 1, 'val': share}, seed=0)


def test_a_part_without_images_is_refused():
    with pytest.raises(InputError, match="part '.*' is empty: there are 2 images or identities"):
        stratified_parts(labels(2), SHARES, seed=0)
    with pytest.raises(InputError, match='every part needs a positive share'):
        stratified_parts(labels(), {}, seed=0)


@pytest.mark.parametrize('seed', range(8))
def test_every_part_has_a_rare_label_that_as_many_images_have_as_there_are_parts(seed):
    rng = np.random.default_rng(seed)
    positive = rng.random((200, 4)) < 0.5
    positive[:, 0] = False
    positive[rng.choice(200, 3, replace=False), 0] = True  # three positives for three parts
    positive[:, 1] = True
    positive[rng.choice(200, 3, replace=False), 1] = False  # and three negatives
    parts = stratified_parts(positive, SHARES, seed=seed)
    for part in SHARES:
        assert positive[parts == part, 0].sum() == 1
        assert (~positive[parts == part, 1]).sum() == 1
        assert abs((parts == part).sum() - 200 * SHARES[part]) <= 4


def test_an_unknown_label_is_no_negative():
    positive, known = np.zeros((60, 2), bool), np.ones((60, 2), bool)
    positive[:, 0] = positive[::2, 1] = True
    positive[[4, 5, 6], 0] = False
    known[7:, 0] = False  # known: 7 images, three of which are negative
    parts = stratified_parts(positive & known, SHARES, seed=0, known=known)
    assert sorted(parts[[4, 5, 6]]) == sorted(SHARES)


def test_groups_spread_their_rare_labels_too():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(50), 4)
    positive = rng.random((200, 3)) < 0.4
    positive[:, 0] = np.isin(groups, [4, 20, 33])
    parts = stratified_parts(positive, SHARES, seed=1, groups=groups)
    assert set(parts[positive[:, 0]]) == set(SHARES)
    assert all(len(set(parts[groups == group])) == 1 for group in range(50))
