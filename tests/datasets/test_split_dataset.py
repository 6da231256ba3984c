import numpy as np
import pytest

from par_plugins.datasets import PA100K, PETA, AttributeCSV, CelebA, RAPv2
from par_plugins.datasets.attributes.attribute_csv_writer import write_attribute_csv
from par_plugins.datasets.search_roles import search_roles
from par_plugins.datasets.split_dataset import split_dataset, summarise_parts
from par_plugins.structures import InputError
from tests.datasets.official_files import celeba, pa100k, peta, rapv2, write_mat, write_texts

SHARES = {'train': 0.6, 'val': 0.2, 'test': 0.2}
SIZES = (60, 20, 20)


def read_peta(root):
    write_mat(root / 'PETA.mat', peta(SIZES).content)
    return PETA(data_root=root, split=None, identities=True)


def read_rapv2(root):
    write_mat(root / 'RAP_annotation.mat', rapv2(SIZES).content)
    return RAPv2(data_root=root, split=None)


@pytest.mark.parametrize('read', [read_peta, read_rapv2])
def test_zero_shot_no_image_of_a_test_identity_is_in_training(tmp_path, read):
    data = read(tmp_path)
    parts = np.array(split_dataset(data, SHARES, seed=0, by_identity=True), dtype=object)
    people = {part: set(data.pids[parts == part]) for part in SHARES}
    assert all(people.values()) and -1 not in set.union(*people.values())
    assert sum(map(len, people.values())) == len(set.union(*people.values()))
    assert set.union(*people.values()) == set(data.pids) - {-1}
    for part in parts[data.pids == -1]:
        assert part is None
    assert None not in parts[data.pids != -1]


def test_zero_shot_splits_depend_on_the_seed_alone(tmp_path):
    data = read_peta(tmp_path)
    first, again, other = (
        split_dataset(data, SHARES, seed=seed, by_identity=True) for seed in (4, 4, 5)
    )
    assert first == again and first != other


def test_by_identity_needs_identities_and_says_who_gives_them(tmp_path):
    write_mat(tmp_path / 'annotation.mat', pa100k().content)
    with pytest.raises(InputError, match='PA100K in .* gives no identities: PETA does with'):
        split_dataset(PA100K(data_root=tmp_path), SHARES, seed=0, by_identity=True)


def test_any_dataset_is_divided_by_images(tmp_path):
    write_mat(tmp_path / 'annotation.mat', pa100k(SIZES).content)
    data = PA100K(data_root=tmp_path, split=None)
    parts = split_dataset(data, {'train': 4, 'val': 1}, seed=0, by_identity=False)
    assert len(parts) == 100 and 15 <= parts.count('val') <= 25


def test_the_summary_counts_images_people_and_the_largest_deviation(tmp_path):
    table = 'image,split,person,Hat,Bag\n' + ''.join(
        f'{i}.jpg,x,{person},{hat},{bag}\n'
        for i, (person, hat, bag) in enumerate(
            [(1, 1, 0), (1, 1, 0), (2, 0, 1), (-1, 0, 1), (3, 1, 1)]
        )
    )
    (tmp_path / 'labels.csv').write_text(table, encoding='utf-8')
    data = AttributeCSV(data_root=tmp_path, split=None, pid_column='person')
    a, b = summarise_parts(data, ['a', 'a', 'b', 'b', None], ['a', 'b'])
    # Hats 2 of 2, in both parts 2 of 4; the image with -1 shows nobody known.
    assert a == ('a', 2, 1, 0.5, ['Bag'], ['Hat'])
    assert b == ('b', 2, 1, 0.5, ['Hat'], ['Bag'])


def test_the_table_of_the_new_splits_reads_back_the_same(tmp_path):
    data = read_rapv2(tmp_path)
    parts = split_dataset(data, SHARES, seed=0, by_identity=True)
    write_attribute_csv(tmp_path / 'zero_shot.csv', [(data, parts)])
    for part in SHARES:
        rows = [row for row, of in enumerate(parts) if of == part]
        read = AttributeCSV(
            data_root=tmp_path, ann_file='zero_shot.csv', split=part, pid_column='person'
        )
        np.testing.assert_array_equal(read.targets, data.targets[rows])
        np.testing.assert_array_equal(read.pids, data.pids[rows])
        assert read.metainfo['schema'].names == data.metainfo['schema'].names
        assert [read[i]['img_path'] for i in range(len(read))] == [
            data[row]['img_path'] for row in rows
        ]


def test_values_of_categorical_attributes_and_blanks_are_written_by_name(tmp_path):
    table = 'image,split,Age,Hat\na/1.jpg,x,old,1\na/2.jpg,x,,0\na/3.jpg,y,"young, very",\n'
    (tmp_path / 'labels.csv').write_text(table, encoding='utf-8')
    data = AttributeCSV(data_root=tmp_path, split=None, data_prefix={'img_path': 'pictures'})
    write_attribute_csv(tmp_path / 'new.csv', [(data, ['train', None, 'test'])])
    assert (tmp_path / 'new.csv').read_text(encoding='utf-8') == (
        'image,split,Age,Hat\npictures/a/1.jpg,train,old,1\npictures/a/3.jpg,test,"young, very",\n'
    )


def test_splits_of_one_benchmark_stand_in_one_table(tmp_path):
    write_texts(tmp_path, celeba(30).files)
    train, test = (CelebA(data_root=tmp_path, split=split) for split in ('train', 'test'))
    new = [(train, ['train'] * len(train)), (test, ['test'] * len(test))]
    write_attribute_csv(tmp_path / 'new.csv', new)
    read = AttributeCSV(data_root=tmp_path, ann_file='new.csv', split='test', pid_column='person')
    np.testing.assert_array_equal(read.targets, test.targets)


def test_a_table_whose_columns_would_clash_is_refused(tmp_path):
    (tmp_path / 'labels.csv').write_text('file,split\n1.jpg,1\n2.jpg,0\n', encoding='utf-8')
    data = AttributeCSV(data_root=tmp_path, split=None, image_column='file', split_column='of')
    with pytest.raises(InputError, match="attribute 'split' would share its name with a column"):
        write_attribute_csv(tmp_path / 'new.csv', [(data, ['train', 'test'])])


def test_roles_and_cameras_are_written_and_read_back(tmp_path):
    table = 'image,split,person,camera,Hat\n' + ''.join(
        f'{n}.jpg,x,{n // 4},{n % 3},{n % 2}\n' for n in range(48)
    )
    (tmp_path / 'labels.csv').write_text(table, encoding='utf-8')
    columns = dict(pid_column='person', camid_column='camera')
    data = AttributeCSV(data_root=tmp_path, split=None, **columns)
    parts = split_dataset(data, SHARES, seed=0, by_identity=True)
    roles = search_roles(data.pids, data.camids, seed=0)
    write_attribute_csv(tmp_path / 'new.csv', [(data, parts)], roles=roles)
    new = dict(data_root=tmp_path, ann_file='new.csv', split='test', **columns)
    read = AttributeCSV(**new, role_column='role')
    rows = [row for row, part in enumerate(parts) if part == 'test']
    assert [read[i]['is_query'] for i in range(len(read))] == [roles[r] == 'query' for r in rows]
    np.testing.assert_array_equal(read.camids, data.camids[rows])
    assert AttributeCSV(**new).metainfo['schema'].names == ('Hat',)
