from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.datasets import RAPv2
from par_plugins.structures import InputError
from tests.datasets.official_files import (
    RAPV2_EVALUATED,
    RAPV2_SELECTED,
    column_of_cells,
    rapv1,
    rapv2,
    rapv2_names,
    write_mat,
)

PARTS = ('train', 'val', 'test')
SELECTED = np.array(RAPV2_SELECTED) - 1


def write(root, made=None):
    write_mat(root / 'RAP_annotation/RAP_annotation.mat', (made or rapv2()).content)
    return root


def without_uncertain(labels, value=-1):
    return np.where(labels == 2, value, labels)


def test_the_written_file_is_reached_as_the_published_loaders_reach_the_official_one(tmp_path):
    made = rapv2()
    path = write(tmp_path, made) / 'RAP_annotation/RAP_annotation.mat'
    rap = loadmat(path)['RAP_annotation']
    assert rap['name'][0][0][3][0][0] == made.image_names[3]
    assert [rap['attribute'][0][0][i][0][0] for i in range(152)] == rapv2_names()
    assert (rap['selected_attribute'][0][0][0] - 1).tolist() == SELECTED.tolist()
    for index, parts in enumerate(made.partitions):
        for part, positions in zip(PARTS, parts, strict=True):
            row = rap['partition_attribute'][0][0][0][index][f'{part}_index'][0][0]
            assert row.shape == (1, len(positions))
            np.testing.assert_array_equal(row[0], positions)


@pytest.mark.parametrize('split_index', range(5))
def test_each_split_of_each_partition_has_its_images_labels_and_identities(tmp_path, split_index):
    made = rapv2()
    write(tmp_path, made)
    for part, positions in zip(PARTS, made.partitions[split_index], strict=True):
        data = RAPv2(data_root=tmp_path, split=part, split_index=split_index)
        rows = positions - 1
        expected = without_uncertain(made.data[rows][:, SELECTED])
        np.testing.assert_array_equal(data.targets, expected)
        np.testing.assert_array_equal(data.pids, made.identities[rows])
        names = [Path(data[i]['img_path']).name for i in range(len(data))]
        assert names == [made.image_names[row].replace('.jpg', '.png') for row in rows]


def test_the_file_says_which_54_attributes_are_evaluated(tmp_path):
    schema = RAPv2(data_root=write(tmp_path)).metainfo['schema']
    assert schema.names == tuple(RAPV2_EVALUATED) and len(schema) == 54
    assert schema.names[0] == 'Femal' and schema.attributes[0].group == 'gender'
    made = rapv2()
    order = np.random.default_rng(0).permutation(54)
    made.content['RAP_annotation']['selected_attribute'] = np.array([RAPV2_SELECTED])[:, order]
    data = RAPv2(data_root=write(tmp_path, made), split=None)
    assert data.metainfo['schema'].names == tuple(RAPV2_EVALUATED[i] for i in order)
    expected = without_uncertain(made.data[:, SELECTED[order]])
    np.testing.assert_array_equal(data.targets, expected)


def test_all_attributes_leave_out_viewpoint_and_boxes(tmp_path):
    made = rapv2()
    data = RAPv2(data_root=write(tmp_path, made), split=None, attribute_set='all')
    columns = [c for c in range(120) if c != 111]
    assert data.metainfo['schema'].names == tuple(rapv2_names()[c] for c in columns)
    np.testing.assert_array_equal(data.targets, without_uncertain(made.data[:, columns]))


def test_uncertain_is_unknown_by_default_and_negative_on_request(tmp_path):
    made = rapv2()
    assert (made.data[:, SELECTED] == 2).any()
    data = RAPv2(data_root=write(tmp_path, made), split=None, uncertain='negative')
    expected = without_uncertain(made.data[:, SELECTED], 0)
    np.testing.assert_array_equal(data.targets, expected)


@pytest.mark.parametrize(
    ('name', 'image'), [('a.jpg', 'a.png'), ('a.b.png', 'a.b.png'), ('plain', 'plain.png')]
)
def test_every_image_is_a_png(tmp_path, name, image):
    made = rapv2()
    made.content['RAP_annotation']['name'][0, 0] = np.array([name])
    data = RAPv2(data_root=write(tmp_path, made), split=None)
    assert data[0]['img_path'] == str(tmp_path / 'RAP_dataset' / image)


def test_images_without_an_identity_have_minus_one(tmp_path):
    made = rapv2()
    identities = made.content['RAP_annotation']['person_identity'].astype(np.int16)
    identities[:4, 0] = [7, -1, -2, 9]
    made.content['RAP_annotation']['person_identity'] = identities
    data = RAPv2(data_root=write(tmp_path, made), split=None)
    assert data.pids[:4].tolist() == [7, -1, -1, 9] and data[3]['gt_pid'] == 9


def test_the_other_release_is_recognised(tmp_path):
    with pytest.raises(InputError, match='the other release; read it with RAPv1'):
        RAPv2(data_root=write(tmp_path, rapv1()))


def changed(**fields):
    made = rapv2()
    made.content['RAP_annotation'].update(fields)
    return made


BAD = {
    'a box selected': (
        changed(selected_attribute=np.array([[*RAPV2_SELECTED[:-1], 121]])),
        r'selected_attribute entry 54 is 121, expected a position in 1\.\.120',
    ),
    'a column twice': (
        changed(selected_attribute=np.array([[1, 1, *RAPV2_SELECTED[2:]]])),
        'are 54 columns, 53 of them different, expected 54',
    ),
    'a column less': (
        changed(selected_attribute=np.array([RAPV2_SELECTED[1:]])),
        'are 53 columns, 53 of them different, expected 54',
    ),
    'a name twice': (
        changed(attribute=column_of_cells(['AgeLess16', *rapv2_names()[1:]])),
        'attribute are 54 columns, but 53 names',
    ),
    'a name less': (
        changed(attribute=column_of_cells(rapv2_names()[:-1])),
        'are 151 columns, expected 152',
    ),
    'identities': (
        changed(person_identity=np.ones((5, 1))),
        'has 20 image names but 5 identities',
    ),
    'narrow': (changed(data=np.zeros((20, 120))), r'expected numbers of shape \(N, 152\)'),
    'rows': (changed(data=np.zeros((19, 152))), 'has 20 image names but 19 rows of labels'),
    'text': (changed(data='nothing'), r'data is text of shape \(1,\), expected numbers'),
}


@pytest.mark.parametrize('case', BAD)
def test_another_content_is_one_sentence_naming_file_and_place(tmp_path, case):
    made, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        RAPv2(data_root=write(tmp_path, made))
    assert 'RAP_annotation/RAP_annotation.mat' in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('field', ['name', 'data', 'attribute', 'partition_attribute'])
def test_a_missing_field_is_named_with_those_that_are_there(tmp_path, field):
    made = rapv2()
    del made.content['RAP_annotation'][field]
    with pytest.raises(InputError, match=f'{field} is missing; there is .*selected'):
        RAPv2(data_root=write(tmp_path, made))
