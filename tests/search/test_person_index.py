import json

import numpy as np
import pytest

from par_plugins.search import IndexedPerson, IndexRows, PersonIndex
from par_plugins.structures import AttributeSchema, InputError

SCHEMA = AttributeSchema(['hat', 'bag'])
TRACK = IndexedPerson('street.mp4', (1.0, 2.0, 3.0, 4.0), 7, 61.5, 125.25, 'street_7.png')


def rows_of(*people):
    rng = np.random.default_rng(len(people))
    size = len(people)
    return IndexRows(
        people,
        rng.standard_normal((size, 4)).astype(np.float32),
        rng.random((size, 2)).astype(np.float32),
    )


@pytest.fixture
def index(tmp_path):
    return PersonIndex.create(tmp_path / 'index', SCHEMA, width=4)


def test_an_index_is_what_was_appended(index):
    first = rows_of(IndexedPerson('a.jpg'), IndexedPerson('b "ä"\udcff.jpg'), TRACK)
    second = rows_of(IndexedPerson('c.jpg', (0.0, 0.0, 5.0, 9.0)))
    index.append(first)
    index.append(second)
    for found in (index, PersonIndex(index.folder)):
        assert len(found) == 4 and found.schema == SCHEMA
        assert list(found.people()) == [*first.people, *second.people]
        np.testing.assert_array_equal(
            found.embeddings, np.concatenate([first.embeddings, second.embeddings])
        )
        np.testing.assert_array_equal(
            found.probabilities, np.concatenate([first.probabilities, second.probabilities])
        )
        exact = np.square(found.embeddings.astype(np.float64)).sum(axis=1)
        np.testing.assert_array_equal(found.squares, exact.astype(np.float32))
        for row, person in enumerate(found.people()):
            assert found.row_of(person.source) == row
        assert found.row_of('b') is None and found.row_of('.jpg') is None
    assert str(TRACK) == 'street.mp4, track 7, 1:01.5-2:05.2'


def test_embeddings_are_a_map_of_the_file_and_not_a_copy(index):
    index.append(rows_of(*(IndexedPerson(f'{n}.jpg') for n in range(10))))
    base = index.embeddings
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap) and not index.embeddings.flags.writeable


def test_appending_touches_nothing_that_is_there(index):
    index.append(rows_of(*(IndexedPerson(f'{n}.jpg') for n in range(100))))
    names = ('embeddings.f32', 'squares.f32', 'probabilities.f32', 'people.jsonl', 'people.ends')
    before = {name: (index.folder / name).read_bytes() for name in names}
    inodes = {name: (index.folder / name).stat().st_ino for name in names}
    mapped = index.embeddings
    index.append(rows_of(IndexedPerson('new.jpg')))
    for name in names:
        path = index.folder / name
        assert path.read_bytes().startswith(before[name]) and path.stat().st_ino == inodes[name]
        assert path.stat().st_size > len(before[name])
    np.testing.assert_array_equal(mapped, index.embeddings[:100])  # readers read on


def test_what_a_killed_process_has_left_counts_for_nothing(index, monkeypatch):
    index.append(rows_of(IndexedPerson('a.jpg')))
    whole = PersonIndex(index.folder).embeddings.tolist()

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr('par_plugins.search.person_index._write_header', killed)
        index.append(rows_of(IndexedPerson('lost.jpg'), IndexedPerson('lost too.jpg')))
    found = PersonIndex(index.folder)
    assert len(found) == 1 and found.embeddings.tolist() == whole
    found.append(rows_of(IndexedPerson('b.jpg')))
    assert [person.source for person in PersonIndex(index.folder).people()] == ['a.jpg', 'b.jpg']
    assert found.row_of('lost.jpg') is None


def test_two_processes_cannot_append_over_each_other(index):
    other = PersonIndex(index.folder)
    index.append(rows_of(IndexedPerson('a.jpg')))
    with pytest.raises(InputError, match='another process has appended'):
        other.append(rows_of(IndexedPerson('b.jpg')))
    assert [person.source for person in PersonIndex(index.folder).people()] == ['a.jpg']


def test_a_model_without_embeddings_has_an_index_to_ask_in_words(tmp_path):
    index = PersonIndex.create(tmp_path / 'index', SCHEMA, width=0)
    index.append(IndexRows([IndexedPerson('a.jpg')], np.zeros((1, 0)), np.full((1, 2), 0.5)))
    assert PersonIndex(tmp_path / 'index').embeddings.shape == (1, 0)


@pytest.mark.parametrize('value', [np.nan, np.inf, 1e30])
def test_numbers_that_cannot_be_searched_are_refused_with_the_person(index, value):
    rows = rows_of(IndexedPerson('a.jpg'), IndexedPerson('b.jpg'))
    rows.embeddings[1, 2] = value
    with pytest.raises(InputError, match=r'b\.jpg: its embedding .* not finite, or too large'):
        index.append(rows)
    assert len(PersonIndex(index.folder)) == 0


def test_rows_that_do_not_fit_are_refused(index):
    rows = rows_of(IndexedPerson('a.jpg'))
    with pytest.raises(InputError, match='do not fit'):
        index.append(IndexRows(rows.people, rows.embeddings[:, :3], rows.probabilities))
    with pytest.raises(InputError, match='there is an index in it already'):
        PersonIndex.create(index.folder, SCHEMA, width=4)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'rows': 3}, 'embeddings.f32 is shorter than 12 numbers'),
        ({'rows': -1}, '-1 rows of width 4'),
        ({'rows': True}, 'True rows'),
        ({'width': 1.5}, 'width 1.5'),
        ({'width': 10**30}, 'rows of width'),
        ({'version': 2}, 'of version 2'),
        ({'schema': [1, 2]}, 'not an attribute schema'),
        ({'schema': {'attributes': [{'name': 5}]}}, 'an attribute needs a name, got 5'),
        ({'model': 3}, 'not an index of people'),
        ({'model': {'config': 3, 'weights': 'a', 'sha256': 'b'}}, 'its model is not text'),
        ('{', 'Expecting'),
        ('[' * 100_000, 'not an index of people'),
        ('[]', 'list, not an object'),
    ],
)
def test_a_damaged_header_is_one_sentence_with_the_folder(index, change, message):
    index.append(rows_of(IndexedPerson('a.jpg')))
    path = index.folder / 'index.json'
    if isinstance(change, dict):
        header = json.loads(path.read_text(encoding='utf-8'))
        change = json.dumps({**header, **change})
    path.write_text(change, encoding='utf-8')
    with pytest.raises(InputError, match=rf'index: not an index of people: .*{message}|{message}'):
        PersonIndex(index.folder)


def test_a_folder_without_an_index_is_named(tmp_path):
    with pytest.raises(InputError, match='nowhere: not an index of people'):
        PersonIndex(tmp_path / 'nowhere')


@pytest.mark.parametrize(
    'line',
    [
        b'{"source": 3}',
        b'{"source": "a.jpg", "crop": "../../secret.png"}',
        b'{"source": "a.jpg", "box": [1, 2]}',
        b'{"source": "a.jpg", "first": "now"}',
        b'{"name": "a.jpg"}',
        b'no text',
    ],
)
def test_a_damaged_line_is_named_and_leads_nowhere(index, line):
    index.append(rows_of(IndexedPerson('x' * 60)))
    path = index.folder / 'people.jsonl'
    path.write_bytes(line.ljust(path.stat().st_size - 1) + b'\n')
    with pytest.raises(InputError, match=r'people\.jsonl: line 1 is damaged'):
        PersonIndex(index.folder).person(0)
