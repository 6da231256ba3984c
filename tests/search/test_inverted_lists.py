import builtins

import numpy as np
import pytest

from par_plugins.search import IndexedPerson, IndexRows, InvertedLists, PersonIndex
from par_plugins.search import inverted_lists as module
from par_plugins.search.nearest_rows import nearest_rows
from par_plugins.structures import AttributeSchema, InputError

WIDTH = 16


def rows_of(num_people, seed):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((40, WIDTH))
    embeddings = centres[rng.integers(0, 40, num_people)]
    embeddings = embeddings + 0.2 * rng.standard_normal((num_people, WIDTH))
    people = [IndexedPerson(f'{seed}/{number}.jpg') for number in range(num_people)]
    return IndexRows(people, embeddings, np.full((num_people, 1), 0.5))


@pytest.fixture
def index(tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'FEWEST_ROWS', 1000)
    made = PersonIndex.create(tmp_path / 'index', AttributeSchema(['hat']), width=WIDTH)
    made.append(rows_of(4000, seed=1))
    return made


@pytest.fixture
def faiss():
    return pytest.importorskip('faiss', reason='needs faiss-cpu')


@pytest.mark.usefixtures('faiss')
def test_lists_are_built_once_and_their_recall_is_that_of_a_sample(index, monkeypatch):
    lists = InvertedLists.of_index(index)
    assert lists.report.recall >= module.WANTED_RECALL
    rows, shares = np.arange(5, 4000, 97), []
    for row in rows:
        found, distances = lists.nearest(index.embeddings[row], 11)
        expected, _ = nearest_rows(index.embeddings, index.squares, index.embeddings[row], 11)
        assert found[0] == row and distances[0] == 0
        shares.append(np.isin(expected[1:], found).mean())
    assert np.mean(shares) > 0.85

    def refuse(*args):
        raise AssertionError('built again')

    monkeypatch.setattr(InvertedLists, 'build', refuse)
    again = InvertedLists.of_index(PersonIndex(index.folder))
    assert again.report == lists.report
    found, _ = again.nearest(index.embeddings[7], 5)
    assert found.tolist() == lists.nearest(index.embeddings[7], 5)[0].tolist()


@pytest.mark.usefixtures('faiss')
def test_people_appended_later_are_found_without_building_again(index):
    InvertedLists.of_index(index)
    index.append(rows_of(500, seed=2))
    lists = InvertedLists.of_index(index)
    assert lists.report.rows == 4000
    found, distances = lists.nearest(index.embeddings[4321], 3)
    assert found[0] == 4321 and (np.diff(distances) >= 0).all()
    index.append(rows_of(600, seed=3))  # more than a quarter
    assert InvertedLists.of_index(index).report.rows == 5100


@pytest.mark.usefixtures('faiss')
def test_lists_of_other_embeddings_or_damaged_ones_are_refused(index, tmp_path):
    InvertedLists.of_index(index)
    other = PersonIndex.create(tmp_path / 'other', index.schema, width=WIDTH)
    other.append(rows_of(4000, seed=4))
    for name in (module.FILE, module.ABOUT):
        (other.folder / name).write_bytes((index.folder / name).read_bytes())
    with pytest.raises(InputError, match='of other embeddings'):
        InvertedLists(other)
    path = index.folder / module.FILE
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r'lists\.faiss: no inverted lists of this index'):
        InvertedLists(index)


def test_a_small_index_is_searched_exactly(tmp_path):
    index = PersonIndex.create(tmp_path / 'index', AttributeSchema(['hat']), width=WIDTH)
    index.append(rows_of(50, seed=1))
    assert InvertedLists.of_index(index) is None


def test_without_faiss_it_says_what_to_install(index, monkeypatch):
    def refuse(name, *args, **kwargs):
        if name == 'faiss':
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(InputError, match='pip install faiss-cpu'):
        InvertedLists.of_index(index)
