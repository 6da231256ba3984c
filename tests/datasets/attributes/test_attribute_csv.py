import re

import numpy as np
import pytest

from par_plugins.datasets import AttributeCSV
from par_plugins.structures import Attribute, InputError

TABLE = """\
image,split,person,camera,Female,Hat,Age
a/1.jpg,train,17,1,1,0,adult
a/2.jpg,train,17,2,1,,old
a/3.jpg,test,4,1,0,1,child
a/4.jpg,train,5,6,,0,
"""


def dataset(root, text=TABLE, encoding='utf-8', pids=True, **kwargs):
    (root / 'labels.csv').write_bytes(text.encode(encoding))
    columns = {'pid_column': 'person', 'camid_column': 'camera'} if pids else {}
    return AttributeCSV(data_root=root, **{**columns, **kwargs})


def test_binary_categorical_and_blank_cells_become_targets(tmp_path):
    data = dataset(tmp_path)
    assert data.metainfo['schema'].attributes == (
        Attribute('Female'),
        Attribute('Hat'),
        Attribute('Age', ('adult', 'child', 'old')),
    )
    assert data.targets.tolist() == [[1, 0, 0], [1, -1, 2], [-1, 0, -1]]
    assert data.targets.dtype == np.int8
    assert data[1]['img_path'] == str(tmp_path / 'a/2.jpg')
    assert data.pids.tolist() == [17, 17, 5] and data.camids.tolist() == [1, 2, 6]
    assert data[2]['gt_pid'] == 5 and data[2]['gt_camid'] == 6


def test_every_split_has_the_schema_of_the_whole_file(tmp_path):
    train, test = dataset(tmp_path), dataset(tmp_path, split='test')
    assert train.metainfo['schema'] == test.metainfo['schema']
    assert test.targets.tolist() == [[0, 1, 1]]
    assert len(dataset(tmp_path, split=None)) == 4


def test_a_file_without_splits_identities_and_cameras_is_enough(tmp_path):
    data = dataset(tmp_path, 'image,Hat\n1.jpg,1\n2.jpg,\n', split=None, pids=False)
    assert data.targets.tolist() == [[1], [-1]] and 'gt_pid' not in data[0]
    with pytest.raises(InputError, match='has no gt_pid'):
        _ = data.pids


def test_a_schema_fixes_columns_and_the_order_of_values(tmp_path):
    schema = {'attributes': [{'name': 'Age', 'values': ['child', 'adult', 'old']}, 'Hat']}
    data = dataset(tmp_path, schema=schema)
    assert data.targets.tolist() == [[1, 0], [2, -1], [-1, 0]]


def test_attributes_select_columns_by_name(tmp_path):
    assert dataset(tmp_path, attributes=['Age', 'Female']).targets.tolist() == [
        [0, 1],
        [2, 1],
        [-1, -1],
    ]


def indexed(name):
    """The table as pandas writes it, its index first."""
    header, *rows = TABLE.splitlines()
    return '\n'.join([f'{name},{header}', *(f'{3 * n},{row}' for n, row in enumerate(rows))])


@pytest.mark.parametrize(
    ('text', 'options'),
    [
        (TABLE.replace('\n', '\r\n'), {}),
        ('\ufeff' + TABLE, {}),
        (TABLE.replace(',', ';'), {'delimiter': ';'}),
        (TABLE.replace(',', ';'), {}),
        ('\ufeff' + TABLE.replace(',', ';'), {}),
        (TABLE.replace(',', '\t'), {}),
        ('# ' + TABLE, {}),
        (indexed(''), {}),
        (indexed('Unnamed: 0'), {}),
        ('\ufeff' + indexed('').replace(',', ';'), {}),
        (indexed('Unnamed: 0.1,Unnamed: 0').replace('\n', '\n7,'), {}),
        (re.sub(r'(?<=,)([01])(?=,[^,]*(,[^,]*)?$)', r'\1.0', TABLE, flags=re.M), {}),
        (TABLE.replace(',', ';').replace('Hat', '"Hat"'), {}),
        (TABLE.replace(',', ' , '), {}),
        (TABLE + '\n\n', {}),
        (TABLE.replace('\n', '\n\n,,,,,,\n'), {}),
    ],
)
def test_the_files_spreadsheets_write_read_alike(tmp_path, text, options):
    assert dataset(tmp_path, text, **options).targets.tolist() == dataset(tmp_path).targets.tolist()


BAD = {
    'minus one': (TABLE.replace('17,1,1', '17,1,-1'), "line 2, column 'Female': entry '-1'"),
    'fraction': (TABLE.replace('17,1,1', '17,1,0.5'), "line 2, column 'Female': entry '0.5'"),
    'nan': (TABLE.replace('1,,old', '1,nan,old'), "line 3, column 'Hat': entry 'nan' is no value"),
    'uncertain': (TABLE.replace('0,1,child', '0,2,child'), "line 4, column 'Hat': entry '2'"),
    'yes': (TABLE.replace('0,1,child', '0,yes,child'), "column 'Hat': entry 'yes'"),
    'word beside 1': (TABLE.replace('0,1,child', '0,maybe,child'), "column 'Hat': entry 'maybe'"),
    'ragged': (TABLE + 'a/5.jpg,train,1\n', 'line 6: 3 cells, but the header has 7 columns'),
    'below blank lines': (
        TABLE.replace('a/2', '\n,,,,,,\na/2').replace('0,1,child', '0,2,child'),
        "line 6, column 'Hat': entry '2'",
    ),
    'below a cell of two lines': (
        TABLE.replace('17,1,1,0,adult', '17,1,1,0,"adult\n"').replace('5,6', '5,x'),
        "line 6, column 'camera': 'x'",
    ),
    'in a row of two lines': (
        TABLE.replace('17,2,1,,old', 'x7,2,1,,"old\n"'),
        "line 3, column 'person': 'x7'",
    ),
    'twice': (TABLE.replace('Hat', 'Female'), "column 'Female' twice"),
    'nameless first': (
        indexed('').replace('\n3,', '\nthree,'),
        'a first column without a name',
    ),
    'nameless': (TABLE.replace('Hat', ''), 'a column without a name'),
    'no image column': (TABLE.replace('image', 'file'), "no column 'image'; the header has file"),
    'no image': (TABLE.replace('a/2.jpg', ''), "line 3, column 'image': no image"),
    'pid': (TABLE.replace('17,2', 'x7,2'), "line 3, column 'person': 'x7' is not a whole number"),
    'long pid': (TABLE.replace('17,2', f'{"9" * 30},2'), "column 'person': '9+' is not a whole"),
    'signs': (TABLE.replace('17,2', '--7,2'), "'--7' is not a whole number"),
    'no attribute': ('image,split,person,camera\n1.jpg,train,1,1\n', 'no column is left for attr'),
    'split': (TABLE.replace('train', 'dev'), "no row has split 'train'; column 'split' has dev, t"),
    'split in another case': (
        TABLE.replace('2.jpg,train', '2.jpg,Train'),
        "'train' differs from 'T",
    ),
    'value in another case': (TABLE.replace('6,,0,', '6,,0,Old'), "'old' differs from 'Old' in"),
    'one value': (TABLE.replace('old', 'adult').replace('child', 'adult'), "one entry 'adult'"),
    'empty': ('', 'the file is empty'),
    'header only': (TABLE.splitlines()[0] + '\n', "no row has split 'train'"),
}


@pytest.mark.parametrize('case', BAD)
def test_a_bad_table_is_one_sentence_naming_file_and_line(tmp_path, case):
    text, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        dataset(tmp_path, text)
    assert str(tmp_path / 'labels.csv') in str(caught.value) and '\n' not in str(caught.value)


def test_a_value_outside_the_given_schema_is_named(tmp_path):
    schema = {'attributes': [{'name': 'Age', 'values': ['adult', 'old']}]}
    with pytest.raises(InputError, match="line 4, column 'Age': entry 'child' is not one of adult"):
        dataset(tmp_path, schema=schema)


@pytest.mark.parametrize('delimiter', ['||', '', '\n', '"'])
def test_a_delimiter_is_one_character(tmp_path, delimiter):
    with pytest.raises(InputError, match='delimiter: .* not one character'):
        dataset(tmp_path, delimiter=delimiter)


def test_a_missing_or_foreign_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r'labels\.csv: no such file'):
        AttributeCSV(data_root=tmp_path)
    with pytest.raises(InputError, match=r'labels\.csv: not a text table in UTF-8'):
        dataset(tmp_path, 'image,Hut\n1.jpg,ä\n', encoding='latin-1')


def test_a_column_of_roles_marks_the_queries(tmp_path):
    text = """\
image,split,person,camera,role,Hat
1.jpg,test,3,1,query,1
2.jpg,test,3,2,gallery,0
3.jpg,train,4,2,,0
"""
    data = dataset(tmp_path, text, split='test', role_column='role')
    assert [data[i]['is_query'] for i in range(2)] == [True, False]
    assert data.metainfo['schema'].names == ('Hat',)
    assert dataset(tmp_path, text, role_column='role')[0]['is_query'] is False
    with pytest.raises(InputError, match="line 3, column 'role': 'gellery' is not query, gallery"):
        dataset(tmp_path, text.replace('gallery', 'gellery'), split='test', role_column='role')
