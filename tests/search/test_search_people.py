import numpy as np
import pytest

from par_plugins.evaluation.functional import retrieval_scores
from par_plugins.search import IndexedPerson, IndexRows, PersonIndex, search_people
from par_plugins.structures import AttributeSchema, InputError

SCHEMA = AttributeSchema(['hat', 'bag'])


def rows_of(num_people=200, width=8, seed=0):
    rng = np.random.default_rng(seed)
    return IndexRows(
        [IndexedPerson(f'{number}.jpg') for number in range(num_people)],
        rng.standard_normal((num_people, width)).astype(np.float32),
        rng.random((num_people, 2)).astype(np.float32),
    )


@pytest.fixture
def make(tmp_path):
    def made(rows=None):
        rows = rows or rows_of()
        index = PersonIndex.create(tmp_path / 'index', SCHEMA, width=rows.embeddings.shape[1])
        index.append(rows)
        return index

    return made


def test_a_picture_finds_itself_first_and_then_the_nearest(make):
    index = make()
    query = index.embeddings[7]
    found = search_people(index, embedding=query, count=5)
    by_loop = sorted(range(200), key=lambda row: sum((index.embeddings[row] - query) ** 2))
    assert found.rows[0] == 7 and found.scores[0] == 0
    assert found.rows.tolist() == by_loop[:5]
    assert (np.diff(found.scores) >= 0).all()


def test_equal_pictures_come_in_the_order_of_the_index(make):
    rows = rows_of()
    rows.embeddings[:] = rows.embeddings[0]
    index = make(rows)
    found = search_people(index, embedding=index.embeddings[0], count=4)
    assert found.rows.tolist() == [0, 1, 2, 3]
    rows.probabilities[:] = 0.5


def test_words_rank_by_the_probability_of_everything_asked_for(make):
    index = make()
    found = search_people(index, words='hat, no bag', count=3)
    expected = index.probabilities[:, 0] * (1 - index.probabilities[:, 1].astype(float))
    assert found.rows.tolist() == np.argsort(-expected)[:3].tolist()
    np.testing.assert_allclose(found.scores, np.sort(expected)[::-1][:3], rtol=1e-5)
    assert list(map(str, found.query.conditions)) == ['hat', 'not bag']


def test_people_as_probable_as_each_other_come_in_the_order_of_the_index(make):
    rows = rows_of()
    rows.probabilities[:] = 0.5
    rows.probabilities[9, 0] = 0.75
    assert search_people(make(rows), words='hat', count=4).rows.tolist() == [9, 0, 1, 2]


def test_with_both_only_those_with_the_attributes_are_ranked(make):
    index = make()
    query = index.embeddings[0]
    found = search_people(index, embedding=query, words='hat', count=200, at_least=0.7)
    assert set(found.rows) == set(np.flatnonzero(index.probabilities[:, 0] >= 0.7))
    assert (np.diff(found.scores) >= 0).all()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({}, 'ask for a picture'),
        ({'words': 'hat', 'count': 0}, 'count must be a whole number, at least 1, got 0'),
        ({'words': 'hat', 'count': -3}, 'count must be'),
        ({'embedding': np.zeros(3)}, r'shape \(3,\).*\(8,\).*different models'),
        ({'embedding': np.zeros(8), 'words': 'hat', 'at_least': 1.5}, 'nobody is hat'),
    ],
)
def test_what_cannot_be_answered_is_refused(make, options, message):
    with pytest.raises(InputError, match=message):
        search_people(make(), **options)


def test_an_empty_index_is_refused(tmp_path):
    index = PersonIndex.create(tmp_path / 'index', SCHEMA, width=8)
    with pytest.raises(InputError, match='nobody is in this index'):
        search_people(index, words='hat')


@pytest.mark.parametrize('offset', [0, 1000])
def test_search_ranks_the_same_features_as_the_scores_do(make, offset):
    rows = rows_of(num_people=100)
    rows.embeddings[:] = offset + 0.05 * rows.embeddings
    rows.embeddings[40:60] = rows.embeddings[3]  # equal ones, too
    index = make(rows)
    query = index.embeddings[7]
    ranking = search_people(index, embedding=query, count=100).rows.tolist()
    by_scores = [
        retrieval_scores(
            query[None], index.embeddings, [1], (np.arange(100) == row).astype(int), None, None,
            filter_same_camera=False, max_rank=100, per_query=True,
        )['first_rank'][0]
        for row in range(100)
    ]  # fmt: skip
    assert [ranking.index(row) + 1 for row in range(100)] == by_scores
