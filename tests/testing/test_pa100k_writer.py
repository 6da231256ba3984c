"""The toy benchmark in the official layout of PA-100K."""

import cv2
import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.datasets.attributes.pa100k import PA100K, SCHEMA
from par_plugins.testing import PA100K_ATTRIBUTES, pa100k_labels, write_toy_benchmark

SIZES = {'train': 9, 'val': 1, 'test': 4}


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    root = tmp_path_factory.mktemp('pa100k')
    splits = write_toy_benchmark(
        root, 'PA100K', num_train=9, num_val=1, num_test=4, image_size=(64, 32)
    )
    return root, splits


def test_the_annotation_has_the_keys_shapes_and_types_of_the_official_file(written):
    root, splits = written
    content = loadmat(root / 'annotation.mat')
    keys = {key for key in content if not key.startswith('__')}
    kinds = ('images_name', 'label')
    assert keys == {'attributes'} | {f'{split}_{kind}' for split in SIZES for kind in kinds}
    assert content['attributes'].shape == (26, 1)
    assert [content['attributes'][i][0][0] for i in range(26)] == list(SCHEMA.names)
    for split, size in SIZES.items():
        labels, names = content[f'{split}_label'], content[f'{split}_images_name']
        assert (labels.shape, labels.dtype) == ((size, 26), np.uint8)
        assert (names.shape, names.dtype) == ((size, 1), object)
        assert all(names[i][0].shape == (1,) for i in range(size))
        assert np.array_equal(labels, pa100k_labels(splits[split]))


def test_attributes_stand_in_the_native_order():
    assert [attribute.name for attribute in PA100K_ATTRIBUTES] == list(SCHEMA.names)


def test_images_are_numbered_through_the_splits_and_decode(written):
    root, splits = written
    content = loadmat(root / 'annotation.mat')
    names = [
        content[f'{split}_images_name'][i][0][0] for split in SIZES for i in range(SIZES[split])
    ]
    assert names == [f'{number:06d}.jpg' for number in range(1, 15)]
    assert sorted(path.name for path in (root / 'data').iterdir()) == names
    pictures = [
        pedestrians.image(i) for pedestrians in splits.values() for i in range(len(pedestrians))
    ]
    for name, picture in zip(names, pictures, strict=True):
        assert cv2.imread(str(root / 'data' / name)).shape == picture.shape


def test_splits_share_no_identity(written):
    identities = [{person.identity for person in split} for split in written[1].values()]
    assert [len(people) for people in identities] == [5, 1, 2]
    assert len(set.union(*identities)) == 8


def test_a_split_does_not_depend_on_the_sizes_of_the_others(written, tmp_path):
    splits = write_toy_benchmark(
        tmp_path, 'PA100K', num_train=2, num_val=3, num_test=4, image_size=(64, 32)
    )
    assert list(splits['test']) == list(written[1]['test'])
    files = [(written[0] / 'data' / f'{11 + i:06d}.jpg').read_bytes() for i in range(4)]
    assert [(tmp_path / 'data' / f'{6 + i:06d}.jpg').read_bytes() for i in range(4)] == files


def test_progress_is_told_of_every_image(tmp_path):
    calls = []
    write_toy_benchmark(
        tmp_path, 'PA100K', num_train=3, num_val=2, num_test=1, on_image=lambda: calls.append(None)
    )
    assert len(calls) == 6


def test_the_reader_of_the_real_files_reads_the_toy(written):
    root, splits = written
    for split, size in SIZES.items():
        dataset = PA100K(data_root=str(root), split=split)
        assert len(dataset) == size
        assert np.array_equal(dataset.targets, pa100k_labels(splits[split]))
