"""Reading MATLAB files: SciPy is the reference for sound ones; no bytes may do harm."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from par_plugins.datasets.files import matlab_elements
from par_plugins.datasets.files.matlab_file import read_matlab_file
from par_plugins.structures import InputError
from tests.datasets.official_files import cell, column_of_cells, pa100k, peta, rapv1, rapv2

SHARED = Path(__file__).parents[3] / '../shared/data'
CONTENTS = {
    'PA-100K': pa100k().content,
    'PETA': peta().content,
    'RAP v1': rapv1().content,
    'RAP v2': rapv2().content,
}


def read(path, *variables):
    return read_matlab_file(path, variables, missing='fetch it')


def assert_same(value, expected):
    """Walk through what SciPy has read, with the methods of the value."""
    if expected.dtype.names:
        assert value.field_names == expected.dtype.names
        for position, name in enumerate(expected.dtype.names):
            assert_same(value.field(name), expected[0, 0][name])
            assert_same(value.field(position), expected[0, 0][name])
    elif expected.dtype == object and expected.ravel()[0].dtype.kind == 'U':
        assert value.strings() == [inner.item() for inner in expected.ravel()]
    elif expected.dtype == object:
        for inner, expected_inner in zip(value.cells(), expected.ravel(), strict=True):
            assert_same(inner, expected_inner)
    else:
        np.testing.assert_array_equal(value.numbers(), expected)
        assert value.numbers().dtype == expected.dtype


@pytest.mark.parametrize('compress', [False, True], ids=['plain', 'compressed'])
@pytest.mark.parametrize('benchmark', CONTENTS)
def test_a_sound_file_reads_as_scipy_reads_it(tmp_path, benchmark, compress):
    content = CONTENTS[benchmark]
    savemat(tmp_path / 'a.mat', content | {'other': np.eye(2)}, do_compression=compress)
    found, expected = read(tmp_path / 'a.mat', *content), loadmat(tmp_path / 'a.mat')
    assert set(found.field_names) == set(content)
    for name in content:
        assert_same(found.field(name), expected[name])


@pytest.mark.parametrize(
    ('path', 'variables'),
    [
        ('market_attribute.mat', ['market_attribute']),
        ('pa100k-annotation/annotation.mat', ['attributes', 'val_images_name', 'val_label']),
    ],
)
def test_a_file_that_matlab_has_written_reads_as_scipy_reads_it(path, variables):
    if not (SHARED / path).is_file():
        pytest.skip('the official file is not here')
    expected = loadmat(SHARED / path)
    for name in variables:
        assert_same(read(SHARED / path, *variables).field(name), expected[name])


def test_empty_strings_and_arrays_are_sound(tmp_path):
    savemat(tmp_path / 'a.mat', {'a': np.zeros((0, 3)), 'b': column_of_cells(['x', 'y'])})
    value = read(tmp_path / 'a.mat', 'a', 'b')
    assert value.field('a').numbers().shape == (0, 3)
    assert value.field('a').whole_numbers().shape == (0,)
    assert value.field('b').strings() == ['x', 'y']


# A MATLAB file by hand


def element(kind, data, order='<'):
    return struct.pack(f'{order}II', kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(array_class, content, name=b'', sizes=(1, 1), order='<'):
    flags = element(6, struct.pack(f'{order}II', array_class, 0), order)
    dimensions = element(5, struct.pack(f'{order}{len(sizes)}i', *sizes), order)
    return element(14, flags + dimensions + element(1, name, order) + content, order)


def file_of(*matrices, order='<', version=0x100):
    header = b'MATLAB 5.0 MAT-file'.ljust(124) + struct.pack(f'{order}H', version)
    return header + {'<': b'IM', '>': b'MI'}[order] + b''.join(matrices)


def numbers(values, name=b'', order='<', kind=9):
    data = struct.pack(f'{order}{len(values)}d', *values)
    return matrix(6, element(kind, data, order), name, (1, len(values)), order)


CELL, FUNCTION = 1, 16


def test_the_file_by_hand_is_a_matlab_file(tmp_path):
    for order in '<>':
        (tmp_path / 'a.mat').write_bytes(file_of(numbers([1, 2.5], b'a', order), order=order))
        assert read(tmp_path / 'a.mat', 'a').field('a').numbers().tolist() == [[1, 2.5]]


def test_variables_that_nobody_asked_for_may_be_anything(tmp_path):
    content = file_of(matrix(FUNCTION, b'', b'f'), numbers([3], b'a'))
    (tmp_path / 'a.mat').write_bytes(content)
    assert read(tmp_path / 'a.mat', 'a').field('a').numbers().tolist() == [[3]]


def nested(levels):
    content = numbers([1])
    for level in range(levels):
        content = matrix(CELL, content, b'a' if level == levels - 1 else b'')
    return content


HARMFUL = {
    # SciPy 1.17 ends the process on both of these.
    'a type of numbers that does not exist': file_of(numbers([1], b'a', kind=15)),
    'twenty thousand levels of cells': file_of(nested(20_000)),
    'more cells than bytes': file_of(matrix(CELL, b'', b'a', (2**31 - 1, 2**31 - 1))),
    'more numbers than bytes': file_of(
        matrix(6, element(9, struct.pack('<d', 1)), b'a', (2**31 - 1, 2))
    ),
    'more letters than bytes': file_of(matrix(4, element(16, b'abc'), b'a', (1, 2**31 - 1))),
    'a negative dimension': file_of(matrix(6, element(9, b''), b'a', (-1, 2))),
    'a function': file_of(matrix(FUNCTION, b'', b'a')),
    'a function in a cell': file_of(matrix(CELL, matrix(FUNCTION, b''), b'a')),
    'field names of length 0': file_of(
        matrix(2, struct.pack('<HHi', 5, 4, 0) + element(1, b''), b'a')
    ),
    'a variable twice': file_of(numbers([1], b'a'), numbers([2], b'a')),
    'no matrix': file_of(element(9, struct.pack('<d', 1))),
    'HDF5': file_of(version=0x200) + b'\x89HDF',
    'version 4': struct.pack('<5i', 0, 1, 1, 0, 2) + b'a\0' + struct.pack('<d', 1),
    'nothing': b'',
    'text': b'image,Hat\n' * 40,
}


@pytest.mark.parametrize('case', HARMFUL)
def test_a_harmful_file_is_one_sentence_naming_it(tmp_path, case):
    (tmp_path / 'a.mat').write_bytes(HARMFUL[case])
    with pytest.raises(InputError, match='not a readable MATLAB file') as caught:
        read(tmp_path / 'a.mat', 'a')
    assert str(tmp_path / 'a.mat') in str(caught.value) and '\n' not in str(caught.value)


def test_version_7_3_is_told_how_to_be_saved(tmp_path):
    (tmp_path / 'a.mat').write_bytes(HARMFUL['HDF5'])
    with pytest.raises(InputError, match='save it as -v7'):
        read(tmp_path / 'a.mat', 'a')


def test_what_expands_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    savemat(tmp_path / 'a.mat', {'a': np.zeros((4000, 500))}, do_compression=True)
    assert (tmp_path / 'a.mat').stat().st_size < 2**16
    assert read(tmp_path / 'a.mat', 'a').field('a').numbers().shape == (4000, 500)
    monkeypatch.setattr(matlab_elements, 'MAX_BYTES', 2**20)
    with pytest.raises(InputError, match='expands to more than 1 MiB'):
        read(tmp_path / 'a.mat', 'a')


def test_what_has_too_many_elements_is_refused(tmp_path, monkeypatch):
    savemat(tmp_path / 'a.mat', {'a': column_of_cells(['x'] * 300)}, do_compression=True)
    assert len(read(tmp_path / 'a.mat', 'a').field('a').strings()) == 300
    monkeypatch.setattr(matlab_elements, 'MAX_ELEMENTS', 1000)
    with pytest.raises(InputError, match='more than 1000 elements'):
        read(tmp_path / 'a.mat', 'a')


@pytest.mark.parametrize('compress', [False, True], ids=['plain', 'compressed'])
def test_a_file_cut_anywhere_is_refused(tmp_path, compress):
    path = tmp_path / 'a.mat'
    savemat(path, {'a': cell([np.eye(2), np.array(['xyz'])], (2, 1))}, do_compression=compress)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r'a\.mat: '):
            read(path, 'a').field('a')


def test_a_changed_byte_of_a_compressed_file_is_noticed_or_plays_no_role(tmp_path):
    path = tmp_path / 'a.mat'
    savemat(path, {'a': np.arange(60).reshape(6, 10)}, do_compression=True)
    content, noticed = path.read_bytes(), 0
    for place in range(128, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x11]) + content[place + 1 :])
        try:
            found = read(path, 'a').field('a').numbers()
        except InputError:
            noticed += 1
        else:
            np.testing.assert_array_equal(found, np.arange(60).reshape(6, 10))
    assert noticed > 0.9 * (len(content) - 128)


class Touches:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_in_disguise_is_not_unpickled(tmp_path):
    victim = tmp_path / 'executed'
    payload = pickle.dumps(Touches(victim))
    for content in (payload, file_of() + payload, file_of(matrix(6, element(9, payload), b'a'))):
        (tmp_path / 'a.mat').write_bytes(content)
        with pytest.raises(InputError, match=r'a\.mat'):
            read(tmp_path / 'a.mat', 'a').field('a')
        assert not victim.exists()
    pickle.loads(payload)
    assert victim.exists()


def test_a_value_taken_for_something_else_is_named_with_its_place(tmp_path):
    content = {'a': {'b': cell([{'c': np.array([[1.5]])}, 'x'], (2, 1)), 'd': np.eye(2)}}
    savemat(tmp_path / 'a.mat', content)
    a = read(tmp_path / 'a.mat', 'a').field('a')
    wrong = {
        'a, e is missing; there is b, d': lambda: a.field('e'),
        'a has 2 fields, expected 3': lambda: a.field(2),
        r'a, d is float64 of shape \(2, 2\), expected a 1 x 1 struct': lambda: a.field('d').field(
            0
        ),
        'a, b, cell 1, c entry 1 is 1.5': lambda: a.field('b').cells()[0].field('c').indices(3),
        'a, b is no cell array of names: cell 1': lambda: a.field('b').strings(),
        'a, b is a cell array of shape': lambda: a.field('b').numbers(),
        'a, d is float64 .* expected a row or a column': lambda: a.field('d').whole_numbers(),
        'a, d is float64 .* n x 1 cell array': lambda: a.field('d').cells(),
        r'a is a struct of shape \(1, 1\), expected numbers': lambda: a.numbers(),
        r'a, d is .*, expected 6 columns or more': lambda: a.field('d').column(5),
        'a, d row 0, column 0: label 1.0 is neither 0 nor 2': lambda: a.field('d').labels(
            2, [1, 0], (0, 2)
        ),
    }
    for sentence, access in wrong.items():
        with pytest.raises(InputError, match=rf'a\.mat: {sentence}'):
            access()
