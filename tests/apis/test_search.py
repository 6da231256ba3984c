import builtins
import json

import numpy as np
import pytest

from par_plugins.apis.image_index import ImageIndex
from par_plugins.apis.search import ApproximateSearch, Found, recall, search
from par_plugins.evaluation.functional import retrieval_scores
from par_plugins.structures import AttributeSchema, InputError

SCHEMA = AttributeSchema(['hat', 'bag'])


def make(num_images=200, width=8):
    rng = np.random.default_rng(0)
    return ImageIndex(
        np.array([f'{number}.jpg' for number in range(num_images)]),
        rng.standard_normal((num_images, width)).astype(np.float32),
        rng.random((num_images, 2)).astype(np.float32),
        SCHEMA,
    )


def test_a_picture_finds_itself_first_and_then_the_nearest():
    index = make()
    query = index.embeddings[7]
    found = search(index, embedding=query, count=5)
    by_loop = sorted(range(200), key=lambda row: sum((index.embeddings[row] - query) ** 2))
    assert found.rows[0] == 7 and found.scores[0] == 0
    assert found.rows.tolist() == by_loop[:5]
    assert (np.diff(found.scores) >= 0).all()


def test_equal_pictures_come_in_the_order_of_the_index():
    index = make()
    index.embeddings[:] = index.embeddings[0]
    assert search(index, embedding=index.embeddings[0], count=4).rows.tolist() == [0, 1, 2, 3]


def test_words_rank_by_the_probability_of_everything_asked_for():
    index = make()
    found = search(index, words='hat, no bag', count=3)
    expected = index.probabilities[:, 0] * (1 - index.probabilities[:, 1])
    assert found.rows.tolist() == np.argsort(-expected)[:3].tolist()
    np.testing.assert_allclose(found.scores, np.sort(expected)[::-1][:3], rtol=1e-5)
    assert found.meaning == ['hat', 'not bag']


def test_with_both_only_those_with_the_attributes_are_ranked():
    index = make()
    found = search(index, embedding=index.embeddings[0], words='hat', count=200, at_least=0.7)
    assert set(found.rows) == set(np.flatnonzero(index.probabilities[:, 0] >= 0.7))
    assert (np.diff(found.scores) >= 0).all()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({}, 'ask for a picture'),
        ({'embedding': np.zeros(3)}, r'shape \(3,\).*\(8,\).*different models'),
        ({'embedding': np.zeros(8), 'words': 'hat', 'at_least': 1.5}, 'no picture has hat'),
    ],
)
def test_what_cannot_be_answered_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        search(make(), **options)


def test_the_approximate_answer_is_measured_against_the_exact_one():
    pytest.importorskip('faiss', reason='needs faiss-cpu')
    index = make(num_images=2000)
    query = index.embeddings[3]
    exact = search(index, embedding=query)
    found = ApproximateSearch(index).search(query)
    assert found.rows[0] == 3 and recall(found, exact) >= 0.8
    np.testing.assert_allclose(found.scores[0], 0, atol=1e-3)


def test_recall_is_the_share_of_the_exact_answer():
    def answer(*rows):
        return Found(np.array(rows), np.zeros(len(rows)))

    assert recall(answer(1, 2, 9, 8), answer(1, 2, 3, 4)) == 0.5


def test_without_faiss_it_says_what_to_install(monkeypatch):
    def refuse(name, *args, **kwargs):
        if name == 'faiss':
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(InputError, match='pip install faiss-cpu'):
        ApproximateSearch(make())


def test_an_index_is_what_was_saved(tmp_path):
    index = make()
    index.save(tmp_path / 'index.npz')
    found = ImageIndex.load(tmp_path / 'index.npz')
    for name in ('names', 'embeddings', 'probabilities'):
        np.testing.assert_array_equal(getattr(found, name), getattr(index, name))
    assert found.schema == SCHEMA


def test_a_file_that_is_no_index_is_named_and_runs_nothing(tmp_path):
    class Hostile:
        def __reduce__(self):
            return (tmp_path.joinpath('ran').touch, ())

    path = tmp_path / 'index.npz'
    np.savez(path, names=np.array([Hostile()], dtype=object), embeddings=0, probabilities=0)
    with pytest.raises(InputError, match=r'index\.npz: not an \.npz file with the arrays names'):
        ImageIndex.load(path)
    assert not (tmp_path / 'ran').exists()
    path.write_bytes(b'no zip')
    with pytest.raises(InputError, match=r'index\.npz: not an \.npz file'):
        ImageIndex.load(path)


def damaged(**entries):
    index = make(num_images=3)
    arrays = {name: getattr(index, name) for name in ('names', 'embeddings', 'probabilities')}
    return {**arrays, 'schema': json.dumps(SCHEMA.to_dict()), **entries}


@pytest.mark.parametrize(
    ('entries', 'message'),
    [
        ({'names': np.arange(3)}, 'names: of type int64, not texts'),
        ({'names': np.array(['a', 'b'])}, 'do not fit each other'),
        ({'names': np.array([['a', 'b', 'c']])}, 'do not fit each other'),
        ({'embeddings': np.array(['x'] * 3)}, 'embeddings: of type <U1, not floating numbers'),
        ({'embeddings': np.ones((3, 8), complex)}, 'embeddings: of type complex128'),
        ({'embeddings': np.full((3, 8), np.nan)}, 'embeddings: with a NaN or infinite number'),
        ({'embeddings': np.float64(3)}, 'do not fit each other'),
        ({'probabilities': np.full((3, 2), np.inf)}, 'probabilities: with a NaN'),
        ({'schema': 7}, 'schema: not a text'),
        ({'schema': '{'}, 'schema: Expecting'),
        ({'schema': '[' * 100_000}, 'schema: '),
        ({'schema': '[1, 2]'}, 'not an attribute schema'),
        ({'schema': '{"attributes": 3}'}, 'not an attribute schema'),
        ({'schema': '{"attributes": [{"name": 5}]}'}, 'an attribute needs a name, got 5'),
    ],
)
def test_an_entry_of_a_wrong_kind_is_one_sentence_with_file_and_entry(tmp_path, entries, message):
    path = tmp_path / 'index.npz'
    np.savez(path, **damaged(**entries))
    with pytest.raises(InputError, match=rf'index\.npz: not an image index: .*{message}') as caught:
        ImageIndex.load(path)
    assert len(str(caught.value).splitlines()) == 1


def test_an_index_that_lacks_an_entry_names_those_that_it_needs(tmp_path):
    path = tmp_path / 'index.npz'
    np.savez(path, names=np.array(['a']))
    with pytest.raises(InputError, match=r'names, embeddings, probabilities, schema'):
        ImageIndex.load(path)


@pytest.mark.parametrize('offset', [0, 1000])
def test_search_ranks_the_same_features_as_the_scores_do(offset):
    index = make(num_images=100)
    index.embeddings[:] = offset + 0.05 * index.embeddings
    index.embeddings[40:60] = index.embeddings[3]  # equal ones, too
    query = index.embeddings[7]
    ranking = search(index, embedding=query, count=100).rows.tolist()
    by_scores = [
        retrieval_scores(
            query[None], index.embeddings, [1], (np.arange(100) == row).astype(int), None, None,
            filter_same_camera=False, max_rank=100, per_query=True,
        )['first_rank'][0]
        for row in range(100)
    ]  # fmt: skip
    assert [ranking.index(row) + 1 for row in range(100)] == by_scores


def test_arrays_that_do_not_fit_are_refused():
    index = make()
    with pytest.raises(InputError, match='do not fit'):
        ImageIndex(index.names[:-1], index.embeddings, index.probabilities, SCHEMA)
