from pathlib import Path

import numpy as np
import pytest
from mmpretrain.datasets.categories import CIFAR100_CATEGORIES

from par_plugins.apis.check_dataset import check_dataset
from par_plugins.datasets import LongTailedCIFAR100
from par_plugins.datasets.files.cifar100_binary import (
    convert_cifar100_npz,
    read_cifar100_binary,
    write_cifar100_binary,
)
from par_plugins.datasets.small_images.long_tailed_cifar100 import balanced_sizes, long_tailed_sizes
from par_plugins.structures import InputError
from tests.datasets.official_files import cifar100, write_bytes

REAL = Path(__file__).parents[3] / '../shared/data/cifar100-longtail.npz'


@pytest.fixture(scope='module')
def long_tailed(tmp_path_factory):
    """As many images of each class as gamma 1 asks for, one more for the first ten."""
    sizes = long_tailed_sizes(1) + (np.arange(100) < 10)
    made = cifar100(sizes)
    return write_bytes(tmp_path_factory.mktemp('cifar'), made.files), made


def records(data):
    """The number of each sample's record in its file."""
    return [int(data[i]['img_path'].rsplit('#', 1)[1]) for i in range(len(data))]


def test_class_sizes_follow_the_power_law_from_500_to_25():
    for gamma in (0.2, 0.4, 0.6, 0.8, 1):
        sizes = long_tailed_sizes(gamma)
        assert sizes[0] == 500 and sizes[-1] == 25 and (np.diff(sizes) <= 0).all()
    # By hand: 500 (1 + b) = 25 (100 + b) gives b = 2000 / 475 and a = 500 (1 + b).
    b = 2000 / 475
    assert long_tailed_sizes(1).tolist() == [round(500 * (1 + b) / (i + b)) for i in range(1, 101)]
    assert long_tailed_sizes(1).sum() == 8_072
    assert (long_tailed_sizes(0.5) <= long_tailed_sizes(0.6)).all()


def test_the_twin_has_as_many_images_and_classes_that_differ_by_one():
    sizes = balanced_sizes(8_072)
    assert sizes.sum() == 8_072
    assert (sizes == 81).sum() == 72 and (sizes == 80).sum() == 28


@pytest.mark.parametrize('gamma', [0.4, 1])
def test_a_class_keeps_its_first_images_and_holds_out_the_very_first(long_tailed, gamma):
    root, made = long_tailed
    train, val = (
        LongTailedCIFAR100(data_root=root, split=s, gamma=gamma) for s in ('train', 'val')
    )
    sizes = long_tailed_sizes(gamma)
    assert len(val) == 500 and len(train) == sizes.sum() - 500
    found = {'train': records(train), 'val': records(val)}
    assert all(rows == sorted(rows) for rows in found.values())
    for value in range(100):
        rows = np.flatnonzero(made.labels['train'] == value).tolist()
        own = {part: np.intersect1d(of, rows).tolist() for part, of in found.items()}
        assert own == {'val': rows[:5], 'train': rows[5 : sizes[value]]}
    np.testing.assert_array_equal(train.targets[:, 0], made.labels['train'][found['train']])


def test_the_twin_has_the_same_validation_images_and_gammas_are_nested(tmp_path):
    made = cifar100(np.maximum(long_tailed_sizes(1), balanced_sizes(8_072)))
    write_bytes(tmp_path, made.files)
    twin = {'balanced': True}
    val = [
        records(LongTailedCIFAR100(data_root=tmp_path, split='val', **options))
        for options in ({}, twin, {'gamma': 0.2})
    ]
    assert val[0] == val[1] == val[2]
    train = LongTailedCIFAR100(data_root=tmp_path, **twin)
    assert np.bincount(train.targets[:, 0]).tolist() == [76] * 72 + [75] * 28
    few, many = (set(records(LongTailedCIFAR100(data_root=tmp_path, gamma=g))) for g in (0.2, 0.8))
    assert few < many


def test_pixels_are_blue_green_red_and_a_pipeline_loads_none(long_tailed):
    root, made = long_tailed
    pipeline = [{'type': 'PackAttributeInputs'}]
    data = LongTailedCIFAR100(data_root=root, split='test', pipeline=pipeline)
    sample = data.get_data_info(3)
    assert sample['img'].dtype == np.uint8 and sample['img_shape'] == (32, 32)
    np.testing.assert_array_equal(sample['img'], made.images['test'][3][..., ::-1])
    packed = data[3]
    np.testing.assert_array_equal(packed['inputs'].permute(1, 2, 0).numpy(), sample['img'])
    assert packed['data_samples'].gt_attributes.tolist() == [3]
    assert packed['data_samples'].img_path == f'{root}/test.bin#3'


def test_a_changed_image_leaves_the_dataset_as_it_is(long_tailed):
    for serialize in (True, False):
        data = LongTailedCIFAR100(data_root=long_tailed[0], split='test', serialize_data=serialize)
        before = data[0]['img'].copy()
        data[0]['img'][:] = 0
        np.testing.assert_array_equal(data[0]['img'], before)


def test_the_attribute_is_the_class_with_its_100_names(long_tailed):
    schema = LongTailedCIFAR100(data_root=long_tailed[0], split='test').metainfo['schema']
    assert schema.names == ('class',) and schema.num_values == (100,)
    assert schema.attributes[0].values == tuple(CIFAR100_CATEGORIES)
    assert list(CIFAR100_CATEGORIES) == sorted(CIFAR100_CATEGORIES)


def test_the_whole_benchmark_is_read_without_gamma(tmp_path):
    made = cifar100(12, num_test=200)
    write_bytes(tmp_path / 'cifar-100-binary', made.files)
    sets = {
        split: LongTailedCIFAR100(data_root=tmp_path, split=split, gamma=None, num_val=10)
        for split in ('train', 'val', 'test', 'trainval', None)
    }
    sizes = {split: len(data) for split, data in sets.items()}
    assert sizes == {'train': 200, 'val': 1_000, 'test': 200, 'trainval': 1_200, None: 1_400}
    assert (np.bincount(sets['val'].targets[:, 0]) == 10).all()


def test_the_checker_reads_no_image_twice(long_tailed):
    started = []
    report = check_dataset('LongTailedCIFAR100', long_tailed[0], on_start=started.append)
    assert report.problems == [] and started == [0]
    assert report.sizes == {'train': 7_572, 'val': 500, 'test': 100}
    assert report.labels['train'].names[:2] == ('class: apple', 'class: aquarium_fish')


def test_an_npz_file_is_converted_without_unpickling(tmp_path):
    made = cifar100(3)
    arrays = {
        **{f'x_{part}': made.images[part] for part in ('train', 'test')},
        **{f'y_{part}': made.labels[part] for part in ('train', 'test')},
        'classes': np.array(CIFAR100_CATEGORIES),
    }
    np.savez(tmp_path / 'a.npz', **arrays)
    assert convert_cifar100_npz(tmp_path / 'a.npz', tmp_path) == {'train': 300, 'test': 100}
    for part in ('train', 'test'):
        images, labels = read_cifar100_binary(tmp_path / f'{part}.bin')
        np.testing.assert_array_equal(images, made.images[part])
        np.testing.assert_array_equal(labels, made.labels[part])
    for name, changed, sentence in [
        ('classes', np.array(['cat', 'dog']), 'classes are not the 100'),
        (
            'classes',
            np.array([['cat'], {}], dtype=object),
            'not an .npz file with the arrays x_train',
        ),
        ('x_test', arrays['x_test'][:, :16], r'shape \(100, 16, 32, 3\), expected uint8'),
        ('y_test', arrays['y_test'][:, None], r'y_test has the shape \(100, 1\)'),
        ('y_train', arrays['y_train'] + 1, r'integers in 0\.\.99'),
        ('x_train', arrays['x_train'] / 255, 'images of type float64'),
    ]:
        np.savez(tmp_path / 'b.npz', **arrays | {name: changed})
        with pytest.raises(InputError, match=sentence):
            convert_cifar100_npz(tmp_path / 'b.npz', tmp_path / 'new')
    assert not (tmp_path / 'new').exists()
    with pytest.raises(InputError, match=r'a\.npz/train\.bin: cannot be written'):
        convert_cifar100_npz(tmp_path / 'a.npz', tmp_path / 'a.npz')


def test_bad_files_and_arguments_are_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r'train\.bin: no such file; the binary version .*pickle'):
        LongTailedCIFAR100(data_root=tmp_path)
    made = cifar100(30)
    write_bytes(tmp_path, made.files)
    with pytest.raises(InputError, match="class 'apple' has 30 images to take, but 500 are needed"):
        LongTailedCIFAR100(data_root=tmp_path)
    with pytest.raises(InputError, match='30 images to take, but 31 are needed'):
        LongTailedCIFAR100(data_root=tmp_path, gamma=None, num_val=30)
    for options, sentence in [
        ({'gamma': 0}, 'gamma must be above 0 and below 100, got 0'),
        ({'gamma': float('nan')}, 'gamma must be above 0 and below 100, got nan'),
        ({'gamma': float('inf')}, 'gamma must be above 0 and below 100, got inf'),
        ({'num_val': -1}, 'num_val must be at least 0, got -1'),
        ({'gamma': None, 'balanced': True}, 'balanced=True needs a gamma'),
        ({'split': 'dev'}, "no split 'dev'"),
    ]:
        with pytest.raises(InputError, match=sentence):
            LongTailedCIFAR100(data_root=tmp_path, **options)
    content = made.files['test.bin']
    for changed, sentence in [
        (content[:-1], 'are no whole records of 3074 bytes'),
        (bytes([20]) + content[1:], r'record 0: coarse label 20 is not one of 0\.\.19'),
        (content[:3075] + bytes([100]) + content[3076:], 'record 1: fine label 100 is not one of'),
    ]:
        (tmp_path / 'test.bin').write_bytes(changed)
        with pytest.raises(InputError, match=sentence) as caught:
            LongTailedCIFAR100(data_root=tmp_path, split='test')
        assert 'test.bin' in str(caught.value)


@pytest.mark.skipif(not REAL.is_file(), reason='the arrays of real CIFAR-100 are not here')
def test_the_real_arrays_give_the_long_tail_and_its_twin(tmp_path):
    convert_cifar100_npz(REAL, tmp_path)
    assert len(LongTailedCIFAR100(data_root=tmp_path, split='trainval')) == 8_072
    twin = LongTailedCIFAR100(data_root=tmp_path, balanced=True, split='trainval')
    assert np.bincount(twin.targets[:, 0]).tolist() == [81] * 72 + [80] * 28
    val, twins = (
        LongTailedCIFAR100(data_root=tmp_path, balanced=balanced, split='val')
        for balanced in (False, True)
    )
    assert records(val) == records(twins) and len(val) == 500
    test = LongTailedCIFAR100(data_root=tmp_path, split='test')
    assert np.bincount(test.targets[:, 0]).tolist() == [100] * 100


def test_written_records_are_refused_unless_they_are_images_with_labels(tmp_path):
    images = np.zeros((2, 32, 32, 3), np.uint8)
    with pytest.raises(InputError, match='an image for each label'):
        write_cifar100_binary(tmp_path / 'a.bin', images, np.array([1]))
