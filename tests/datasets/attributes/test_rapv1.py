from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.datasets import RAPv1
from par_plugins.structures import InputError
from tests.datasets.official_files import (
    RAPV1_EVALUATED,
    RAPV1_NAMES,
    cell,
    column_of_cells,
    rapv1,
    rapv2,
    write_mat,
)


def write(root, made=None):
    write_mat(root / 'RAP_annotation/RAP_annotation.mat', (made or rapv1()).content)
    return root


def without_uncertain(labels, value=-1):
    return np.where(labels == 2, value, labels.astype(int))


def test_the_written_file_is_reached_as_the_published_loaders_reach_the_official_one(tmp_path):
    made = rapv1()
    content = loadmat(write(tmp_path, made) / 'RAP_annotation/RAP_annotation.mat')
    fields = content['RAP_annotation'][0][0]
    assert fields[1].shape == (17, 92) and fields[3].shape == (92, 1) and fields[6].shape == (51, 1)
    assert fields[5][4][0][0] == made.image_names[4]
    for index, (train, test) in enumerate(made.partitions):
        row = fields[0][index][0][0][0][0]
        assert row.shape == (1, len(train))
        np.testing.assert_array_equal(row[0, :], train)
        np.testing.assert_array_equal(fields[0][index][0][0][0][1][0, :], test)


@pytest.mark.parametrize('split_index', range(5))
def test_each_split_of_each_partition_has_its_images_and_labels(tmp_path, split_index):
    made = rapv1()
    write(tmp_path, made)
    for part, positions in zip(('train', 'test'), made.partitions[split_index], strict=True):
        data = RAPv1(data_root=tmp_path, split=part, split_index=split_index)
        names = [Path(data[i]['img_path']).name for i in range(len(data))]
        assert names == [made.image_names[position - 1] for position in positions]
        expected = without_uncertain(made.labels[positions - 1, :51])
        np.testing.assert_array_equal(data.targets, expected)
    assert data[0]['img_path'] == str(tmp_path / 'RAP_dataset' / names[0])


def test_the_51_evaluated_attributes_come_first_and_all_92_on_request(tmp_path):
    made = rapv1()
    write(tmp_path, made)
    schema = RAPv1(data_root=tmp_path).metainfo['schema']
    assert schema.names == tuple(RAPV1_EVALUATED) and len(schema) == 51
    assert schema.index('hs-BaldHead') == 9 and schema.index('action-CarrybyHand') == 50
    assert schema.attributes[9].group == 'head'
    every = RAPv1(data_root=tmp_path, split=None, attribute_set='all')
    assert every.metainfo['schema'].names == tuple(RAPV1_NAMES) and len(RAPV1_NAMES) == 92
    np.testing.assert_array_equal(every.targets, without_uncertain(made.labels))


def test_uncertain_is_unknown_by_default_and_negative_on_request(tmp_path):
    made = rapv1()
    assert (made.labels[:, :51] == 2).any()
    write(tmp_path, made)
    unknown = RAPv1(data_root=tmp_path, split=None)
    negative = RAPv1(data_root=tmp_path, split=None, uncertain='negative')
    np.testing.assert_array_equal(unknown.targets, without_uncertain(made.labels[:, :51]))
    np.testing.assert_array_equal(negative.targets, without_uncertain(made.labels[:, :51], 0))


def test_columns_are_found_by_the_names_of_the_file(tmp_path):
    made = rapv1(names=RAPV1_NAMES[::-1])
    data = RAPv1(data_root=write(tmp_path, made), split=None)
    assert data.metainfo['schema'].names == tuple(RAPV1_EVALUATED)
    expected = without_uncertain(made.labels[:, ::-1][:, :51])
    np.testing.assert_array_equal(data.targets, expected)


def test_there_is_no_validation_split_and_the_error_says_what_to_do(tmp_path):
    for split in ('val', 'trainval'):
        with pytest.raises(InputError, match='train and test images only; hold out a part'):
            RAPv1(data_root=write(tmp_path), split=split)


def test_the_annotation_may_lie_beside_the_images(tmp_path):
    write_mat(tmp_path / 'RAP_annotation.mat', rapv1().content)
    assert len(RAPv1(data_root=tmp_path)) == 11


def test_the_other_release_is_recognised(tmp_path):
    with pytest.raises(InputError, match='the other release; read it with RAPv2'):
        RAPv1(data_root=write(tmp_path, rapv2()))


def changed(change):
    made = rapv1()
    change(made.content['RAP_annotation'])
    return made


def column_vectors(fields):
    fields['partion'] = cell([{'a': np.arange(1, 5), 'b': np.array([[5.5]])}] * 5, (5, 1))


BAD = {
    'label 3': (
        changed(lambda f: f['label'].__setitem__((2, 7), 3)),
        'label row 2, column 7: label 3 is neither 0, 1 nor 2',
    ),
    'images': (
        changed(lambda f: f.update(imagesname=f['imagesname'][:-1])),
        'RAP_annotation has 16 image names but 17 rows of labels',
    ),
    'evaluated': (
        changed(lambda f: f.update(attribute_exp=f['attribute_exp'][:-1])),
        'are 50 evaluated attributes, 0 of them not in attribute_eng; expected 51',
    ),
    'strange name': (
        changed(lambda f: f.update(attribute_exp=column_of_cells(['Male', *RAPV1_EVALUATED[1:]]))),
        'are 51 evaluated attributes, 1 of them not in attribute_eng',
    ),
    'half an image': (changed(column_vectors), 'cell 1, b entry 1 is 5.5, expected a whole number'),
    'no partition': (changed(lambda f: f.pop('partion')), 'RAP_annotation'),
    'an image without a name': (
        changed(lambda f: f['imagesname'].__setitem__((3, 0), np.array(['']))),
        'imagesname is no cell array of names: cell 4',
    ),
}


@pytest.mark.parametrize('case', BAD)
def test_another_content_is_one_sentence_naming_file_and_place(tmp_path, case):
    made, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        RAPv1(data_root=write(tmp_path, made))
    assert 'RAP_annotation/RAP_annotation.mat' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_a_wrong_argument_is_named(tmp_path):
    write(tmp_path)
    with pytest.raises(InputError, match='uncertain must be one of unknown, negative, got 0'):
        RAPv1(data_root=tmp_path, uncertain=0)
    with pytest.raises(InputError, match='split_index must be one of 0, 1, 2, 3, 4, got -1'):
        RAPv1(data_root=tmp_path, split_index=-1)
    with pytest.raises(InputError, match='no such file; RAP needs RAP_annotation/RAP_annotation'):
        RAPv1(data_root=tmp_path / 'elsewhere')
