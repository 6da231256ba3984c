from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.datasets import PETA
from par_plugins.structures import InputError
from tests.datasets.official_files import PETA_EVALUATED, PETA_NAMES, cell, peta, write_mat

PARTS = ('train', 'val', 'test')


def write(root, made=None):
    write_mat(root / 'PETA.mat', (made or peta()).content)
    return root


def struct(made):
    return made.content['peta']


def images(dataset):
    return [Path(dataset[i]['img_path']).name for i in range(len(dataset))]


def test_the_written_file_is_reached_as_the_published_loaders_reach_the_official_one(tmp_path):
    made = peta()
    content = loadmat(write(tmp_path, made) / 'PETA.mat')['peta']
    assert content[0][0][0].shape == (20, 109) and content[0][0][1].shape == (105, 1)
    assert [name[0][0] for name in content[0][0][1]] == PETA_NAMES
    for index, parts in enumerate(made.partitions):
        for i, part in enumerate(parts):
            vector = content[0][0][3][index][0][0][0][i]
            assert vector.shape == (len(part), 1)
            np.testing.assert_array_equal(vector[:, 0], part)


@pytest.mark.parametrize('split_index', range(5))
def test_each_split_of_each_partition_has_its_images_and_labels(tmp_path, split_index):
    made = peta()
    write(tmp_path, made)
    for part, positions in zip(PARTS, made.partitions[split_index], strict=True):
        data = PETA(data_root=tmp_path, split=part, split_index=split_index)
        assert images(data) == [f'{position:05d}.png' for position in positions]
        np.testing.assert_array_equal(data.targets, made.labels[positions - 1, :35])
        assert data.targets.dtype == np.int8
    assert data[0]['img_path'] == str(tmp_path / 'images' / f'{positions[0]:05d}.png')


def test_the_35_evaluated_attributes_stand_in_native_order(tmp_path):
    schema = PETA(data_root=write(tmp_path)).metainfo['schema']
    assert schema.names == tuple(PETA_EVALUATED) and len(schema) == 35
    assert schema.index('personalMale') == 16 and schema.index('accessoryHat') == 10
    groups = {a.name: a.group for a in schema.attributes}
    assert groups['hairLong'] == 'hair' and groups['footwearSneaker'] == 'footwear'


def test_all_105_attributes_follow_on_request(tmp_path):
    made = peta()
    data = PETA(data_root=write(tmp_path, made), split=None, attribute_set='all')
    assert data.metainfo['schema'].names == tuple(PETA_NAMES) and len(PETA_NAMES) == 105
    assert PETA_NAMES[35] == 'upperBodyBlack' and PETA_NAMES[79] == 'accessoryHeadphone'
    np.testing.assert_array_equal(data.targets, made.labels)


def test_no_split_means_every_image_in_the_order_of_their_numbers(tmp_path):
    data = PETA(data_root=write(tmp_path), split=None)
    assert images(data) == [f'{number:05d}.png' for number in range(1, 21)]


def test_trainval_is_train_and_then_val(tmp_path):
    made = peta()
    data = PETA(data_root=write(tmp_path, made), split='trainval')
    positions = np.concatenate(made.partitions[0][:2])
    np.testing.assert_array_equal(data.targets, made.labels[positions - 1, :35])


def test_columns_are_found_by_name_not_by_position(tmp_path):
    order = np.random.default_rng(0).permutation(105)
    made = peta(names=[PETA_NAMES[i] for i in order])
    data = PETA(data_root=write(tmp_path, made), split=None)
    columns = [list(order).index(i) for i in range(35)]
    np.testing.assert_array_equal(data.targets, made.labels[:, columns])
    assert data.metainfo['schema'].names == tuple(PETA_EVALUATED)


def test_white_space_around_names_does_not_matter(tmp_path):
    made = peta(names=[f'{name} ' for name in PETA_NAMES])
    assert PETA(data_root=write(tmp_path, made)).metainfo['schema'].names[0] == 'personalLess30'


def test_the_fields_may_have_any_names(tmp_path):
    made = peta()
    fields = struct(made)
    made.content['peta'] = dict(
        zip(('data', 'attribute', 'selected', 'partion'), fields.values(), strict=True)
    )
    assert len(PETA(data_root=write(tmp_path, made))) == 9


def test_identities_are_given_on_request(tmp_path):
    made = peta()
    write(tmp_path, made)
    data = PETA(data_root=tmp_path, split='test', identities=True)
    positions = made.partitions[0][2]
    np.testing.assert_array_equal(data.pids, made.identities[positions - 1])
    with pytest.raises(InputError, match='has no gt_pid'):
        _ = PETA(data_root=tmp_path).pids


@pytest.mark.parametrize(
    'column', [np.ones(20), np.arange(20), np.arange(20) // 2 - 1, np.arange(20) // 2 + 0.5]
)
def test_a_second_column_that_cannot_be_identities_is_refused(tmp_path, column):
    made = peta()
    struct(made)['whatever'][:, 1] = column
    write(tmp_path, made)
    PETA(data_root=tmp_path)
    with pytest.raises(InputError, match='PETA.mat: peta, whatever, column 1'):
        PETA(data_root=tmp_path, identities=True)


@pytest.mark.parametrize('folder', ['3DPeS/archive', 'PETA dataset/CUHK/archive', 'VIPeR'])
def test_the_layout_of_the_page_of_peta_is_recognised(tmp_path, folder):
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / 'Label.txt').write_text('1 personalMale hairShort\n', encoding='utf-8')
    with pytest.raises(InputError, match='no official splits; PETA needs PETA.mat and images/'):
        PETA(data_root=tmp_path)


def changed(change, **kwargs):
    made = peta(**kwargs)
    change(struct(made))
    return made


def with_position(value):
    def change(fields):
        fields['are'][0, 0]['b'][2, 0] = value

    return changed(change)


def overlapping(fields):
    train, val = fields['are'][0, 0]['a'], fields['are'][0, 0]['b']
    val[1] = train[3]


def with_label(value):
    def change(fields):
        fields['whatever'][6, 4 + 10] = value

    return changed(change)


BAD = {
    'position 0': (with_position(0), r'cell 1, b entry 3 is 0, expected a position in 1\.\.20'),
    'position 21': (with_position(21), r'entry 3 is 21, expected a position in 1\.\.20'),
    'image in two parts': (changed(overlapping), r'cell 1, b has image \d+, which train has too'),
    'label 2': (with_label(2), r'row 6, column 14: label 2.0 is neither 0 nor 1'),
    'label NaN': (with_label(np.nan), 'row 6, column 14: label nan is neither 0 nor 1'),
    'a name less': (
        changed(lambda f: f.update(these=f['these'][:-1])),
        r'float64 of shape \(20, 109\), expected numbers of shape \(N, 108\)',
    ),
    'unknown name': (
        peta(names=['personalYoung', *PETA_NAMES[1:]]),
        'without personalLess30 of PETA',
    ),
    'a name twice': (peta(names=[*PETA_NAMES[:-1], 'hairBald']), "has the name 'hairBald' 2 times"),
    'four partitions': (changed(lambda f: f.update(are=f['are'][:4])), 'has 4 partitions'),
    'two fields': (
        changed(lambda f: (f.pop('fields'), f.pop('are'))),
        'has 2 fields, expected 4 or more',
    ),
    'no cells': (changed(lambda f: f.update(are=np.eye(5))), 'expected an n x 1 cell array'),
    'empty part': (
        changed(lambda f: f.update(are=cell([{'a': [], 'b': 1, 'c': 2}] * 5, (5, 1)))),
        "split 'train': there is no image in it",
    ),
}


@pytest.mark.parametrize('case', BAD)
def test_another_content_is_one_sentence_naming_file_and_place(tmp_path, case):
    made, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        PETA(data_root=write(tmp_path, made))
    assert str(tmp_path / 'PETA.mat') in str(caught.value) and '\n' not in str(caught.value)


def test_a_wrong_argument_is_named(tmp_path):
    write(tmp_path)
    with pytest.raises(InputError, match='split_index must be one of 0, 1, 2, 3, 4, got 5'):
        PETA(data_root=tmp_path, split_index=5)
    with pytest.raises(InputError, match='attribute_set must be one of evaluated, all'):
        PETA(data_root=tmp_path, attribute_set='colours')
    with pytest.raises(InputError, match="no split 'dev'; it has train, val, test, trainval"):
        PETA(data_root=tmp_path, split='dev')
    with pytest.raises(InputError, match="unknown attribute 'Hat'"):
        PETA(data_root=tmp_path, attributes=['Hat'])
    with pytest.raises(InputError, match=r'PETA\.mat: no such file; PETA needs PETA\.mat'):
        PETA(data_root=tmp_path / 'elsewhere')


def test_one_source_set_is_left_out_for_the_test(tmp_path):
    made = peta(sizes=(40, 12, 30))
    sources = made.content['peta']['whatever'][:, 2]
    root = write(tmp_path, made)
    viper = {f'{row + 1:05d}.png' for row in np.flatnonzero(sources == 10)}  # the last by name
    assert viper
    names = {}
    for part in ('train', 'val', 'test'):
        data = PETA(data_root=root, split=part, leave_out='VIPeR')
        names[part] = {data[index]['img_path'].rpartition('/')[2] for index in range(len(data))}
    assert names['test'] == viper
    official = [{f'{row:05d}.png' for row in rows.ravel()} for rows in made.partitions[0]]
    assert names['val'] == official[1] - viper
    assert names['train'] == (official[0] | official[2]) - viper
    with pytest.raises(InputError, match="leave_out must be one of 3DPeS, .* got 'Market'"):
        PETA(data_root=root, leave_out='Market')
    made.content['peta']['whatever'][3, 2] = 11
    with pytest.raises(InputError, match='is taken for the source data sets, 1-10, but'):
        PETA(data_root=write(tmp_path, made), leave_out='VIPeR')
