"""The toy benchmark in the layouts of PETA, RAP v1, RAP v2, CelebA and DeepFashion."""

import doctest
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.datasets import PETA, CelebA, DeepFashion, RAPv1, RAPv2
from par_plugins.structures import InputError
from par_plugins.testing import toy_layout, write_toy_benchmark
from par_plugins.testing.layouts.celeba import FACE_SIZE
from par_plugins.testing.layouts.celeba import RULES as CELEBA_RULES
from par_plugins.testing.layouts.deepfashion import (
    CATEGORIES,
    COARSE,
    COARSE_RULES,
    FINE,
    FINE_RULES,
    category_of,
)
from par_plugins.testing.layouts.peta import NAMES as PETA_NAMES
from par_plugins.testing.layouts.peta import RULES as PETA_RULES
from par_plugins.testing.layouts.rapv1 import EVALUATED as RAPV1_EVALUATED
from par_plugins.testing.layouts.rapv1 import NAMES as RAPV1_NAMES
from par_plugins.testing.layouts.rapv1 import RULES as RAPV1_RULES
from par_plugins.testing.layouts.rapv2 import NAMES as RAPV2_NAMES
from par_plugins.testing.layouts.rapv2 import RULES as RAPV2_RULES
from par_plugins.testing.layouts.rapv2 import SELECTED as RAPV2_SELECTED
from tests.datasets import official_files

SIZES = {'num_train': 14, 'num_val': 3, 'num_test': 7}
SMALL = {'image_size': (64, 32)}


@pytest.fixture(scope='module')
def peta(tmp_path_factory):
    root = tmp_path_factory.mktemp('peta')
    return root, write_toy_benchmark(root, 'PETA', **SIZES, **SMALL)['all']


@pytest.fixture(scope='module')
def rapv1(tmp_path_factory):
    root = tmp_path_factory.mktemp('rapv1')
    return root, write_toy_benchmark(root, 'RAPv1', num_train=17, num_test=7, **SMALL)['all']


@pytest.fixture(scope='module')
def rapv2(tmp_path_factory):
    root = tmp_path_factory.mktemp('rapv2')
    return root, write_toy_benchmark(root, 'RAPv2', **SIZES, **SMALL)['all']


@pytest.fixture(scope='module')
def celeba(tmp_path_factory):
    root = tmp_path_factory.mktemp('celeba')
    return root, write_toy_benchmark(root, 'CelebA', **SIZES)


def test_the_names_are_those_of_the_official_files():
    assert PETA_NAMES == official_files.PETA_NAMES
    assert RAPV1_EVALUATED == official_files.RAPV1_EVALUATED and len(RAPV1_NAMES) == 92
    assert RAPV2_SELECTED == official_files.RAPV2_SELECTED and len(RAPV2_NAMES) == 152
    assert [RAPV2_NAMES[column - 1] for column in RAPV2_SELECTED] == official_files.RAPV2_EVALUATED
    assert RAPV2_NAMES[111] == 'viewpoint' and RAPV2_NAMES[119] == 'occlustion-TypeOther'
    assert len(CATEGORIES) == 50 and CATEGORIES[2] == ('Blouse', 1) and CATEGORIES[40][0] == 'Dress'
    assert len(COARSE) == 1_000 and len(FINE) == 26
    for names in (PETA_NAMES, RAPV1_NAMES, RAPV2_NAMES, CATEGORIES, COARSE, FINE):
        assert len(set(names)) == len(names)


def test_every_rule_belongs_to_an_attribute():
    assert set(PETA_RULES) <= set(PETA_NAMES) and len(PETA_RULES) > 50
    assert set(RAPV1_RULES) <= set(RAPV1_NAMES) and len(RAPV1_RULES) > 30
    assert set(RAPV2_RULES) <= set(RAPV2_NAMES) and len(RAPV2_RULES) > 30
    assert set(CELEBA_RULES) <= set(official_files.CELEBA_NAMES)
    for kind, rules in COARSE_RULES.items():
        assert {(name, kind) for name in rules} <= set(COARSE)
    assert set(FINE_RULES) <= {name for name, _ in FINE}


def pictures(dataset):
    """Every image that the dataset lists, decoded."""
    found = [cv2.imread(dataset[i]['img_path']) for i in range(len(dataset))]
    assert all(picture is not None for picture in found)
    return found


def trait(dataset, attribute):
    return dataset.targets[:, dataset.metainfo['schema'].index(attribute)]


def test_peta_has_the_shapes_of_the_official_file(peta):
    root, pedestrians = peta
    data, names, _, partitions = loadmat(root / 'PETA.mat')['peta'][0][0]
    assert data.shape == (24, 109) and names.shape == (105, 1) and partitions.shape == (5, 1)
    assert data[:, 0].tolist() == list(range(1, 25))
    assert data[:, 1].tolist() == [who.identity for who in pedestrians]
    for k in range(5):
        parts = partitions[k][0][0][0]
        assert [part.shape for part in parts] == [(14, 1), (3, 1), (7, 1)]
        assert sorted(np.concatenate(list(parts))[:, 0].tolist()) == list(range(1, 25))


def test_the_reader_of_the_real_files_reads_peta(peta):
    root, pedestrians = peta
    data = PETA(data_root=root, split=None, identities=True, attribute_set='all')
    assert data.pids.tolist() == [who.identity for who in pedestrians]
    np.testing.assert_array_equal(
        trait(data, 'personalMale'), [who.gender == 'male' for who in pedestrians]
    )
    np.testing.assert_array_equal(
        trait(data, 'upperBodyGrey'), [who.upper_color == 'gray' for who in pedestrians]
    )
    assert not trait(data, 'carryingUmbrella').any()
    for picture, index in zip(pictures(data), range(24), strict=True):
        np.testing.assert_array_equal(picture, pedestrians.image(index))
    for person in set(data.pids):  # labels of PETA belong to the identity
        assert len(np.unique(data.targets[data.pids == person], axis=0)) == 1
    sizes = [len(PETA(data_root=root, split=s, split_index=4)) for s in ('train', 'val', 'test')]
    assert sizes == [14, 3, 7]


def test_rapv1_has_the_shapes_of_the_official_file(rapv1):
    fields = loadmat(rapv1[0] / 'RAP_annotation/RAP_annotation.mat')['RAP_annotation'][0][0]
    assert fields.dtype.names[3:] == ('attribute_eng', 'position', 'imagesname', 'attribute_exp')
    assert [fields[i].shape for i in (0, 1, 3, 5, 6)] == [
        (5, 1),
        (24, 92),
        (92, 1),
        (24, 1),
        (51, 1),
    ]
    assert fields[0][0][0][0][0][0].shape == (1, 17) and fields[0][4][0][0][0][1].shape == (1, 7)


def test_the_reader_of_the_real_files_reads_rapv1(rapv1):
    root, pedestrians = rapv1
    data = RAPv1(data_root=root, split=None)
    np.testing.assert_array_equal(
        trait(data, 'Female'), [who.gender == 'female' for who in pedestrians]
    )
    from_behind = [who.view == 'back' for who in pedestrians]
    assert any(from_behind)
    np.testing.assert_array_equal(trait(data, 'hs-Glasses') == -1, from_behind)
    assert len(pictures(data)) == 24
    assert [len(RAPv1(data_root=root, split=s)) for s in ('train', 'test')] == [17, 7]


def test_rapv2_has_the_shapes_of_the_official_file(rapv2):
    rap = loadmat(rapv2[0] / 'RAP_annotation/RAP_annotation.mat')['RAP_annotation'][0][0]
    assert rap['data'].shape == (24, 152) and rap['name'].shape == (24, 1)
    assert rap['selected_attribute'].shape == (1, 54)
    assert rap['partition_attribute'].shape == (1, 5)
    assert rap['partition_attribute'][0][4]['val_index'][0][0].shape == (1, 3)
    assert rap['person_identity'].shape == (24, 1)
    assert set(rap['data'][:, 111]) <= {1, 2, 3, 4}


def test_the_reader_of_the_real_files_reads_rapv2(rapv2):
    root, pedestrians = rapv2
    data = RAPv2(data_root=root, split=None)
    identities = [who.identity for who in pedestrians]
    assert data.pids.tolist() == identities[:12] + [-1] * 12
    np.testing.assert_array_equal(
        trait(data, 'attachment-Backpack'), [who.backpack for who in pedestrians]
    )
    assert (data.targets == -1).any() and len(pictures(data)) == 24
    sizes = [len(RAPv2(data_root=root, split=s)) for s in ('train', 'val', 'test')]
    assert sizes == [14, 3, 7]


def test_the_reader_of_the_real_files_reads_celeba(celeba):
    root, splits = celeba
    lines = (root / 'Anno/list_attr_celeba.txt').read_text(encoding='utf-8').splitlines()
    assert lines[0] == '24' and len(lines) == 26 and lines[2].startswith('000001.jpg ')
    for split, pedestrians in splits.items():
        data = CelebA(data_root=root, split=split)
        assert data.pids.tolist() == [who.identity for who in pedestrians]
        np.testing.assert_array_equal(trait(data, 'Wearing_Hat'), [w.hat for w in pedestrians])
        assert {picture.shape for picture in pictures(data)} == {(*FACE_SIZE[::-1], 3)}
    people = [{who.identity for who in pedestrians} for pedestrians in splits.values()]
    assert sum(map(len, people)) == len(set.union(*people))


@pytest.mark.parametrize('annotation', ['coarse', 'fine'])
def test_the_reader_of_the_real_files_reads_deepfashion(tmp_path, annotation):
    splits = write_toy_benchmark(tmp_path, 'DeepFashion', **SIZES, **SMALL)
    for split, pedestrians in splits.items():
        data = DeepFashion(data_root=tmp_path, split=split, annotation=annotation)
        schema = data.metainfo['schema']  # with 1,001 attributes a copy takes time
        column = dict(zip(schema.names, data.targets.T, strict=True))
        assert [schema.attributes[0].values[value] for value in column['category']] == [
            category_of(who) for who in pedestrians
        ]
        long_sleeve = column['long sleeve' if annotation == 'coarse' else 'long_sleeve']
        np.testing.assert_array_equal(long_sleeve, [who.sleeve == 'long' for who in pedestrians])
        if annotation == 'coarse':
            behind = [who.view == 'back' for who in pedestrians]
            np.testing.assert_array_equal(column['graphic print'] == -1, behind)
        for index, picture in enumerate(pictures(data)):
            left, top, right, bottom = data[index]['gt_box']
            expected = pedestrians.image(index)
            assert expected.shape[:2] == (bottom - top, right - left)
            difference = picture[top:bottom, left:right].astype(float) - expected
            assert abs(difference).mean() < 12  # of a JPEG


@pytest.mark.parametrize('dataset', ['PETA', 'RAPv1', 'RAPv2', 'CelebA', 'DeepFashion'])
def test_progress_is_told_of_every_image_and_an_empty_part_is_refused(tmp_path, dataset):
    calls = []
    sizes = dict(num_train=2, num_test=1) | ({} if dataset == 'RAPv1' else dict(num_val=1))
    write_toy_benchmark(tmp_path, dataset, **sizes, on_image=lambda: calls.append(None))
    assert len(calls) == sum(sizes.values())
    with pytest.raises(InputError, match='must be at least 1, got 0'):
        write_toy_benchmark(tmp_path, dataset, num_test=0)


def test_an_unknown_layout_and_a_split_that_it_does_not_have_are_refused(tmp_path):
    with pytest.raises(InputError, match="no layout of toys for 'Nowhere'; there are PA100K"):
        write_toy_benchmark(tmp_path, 'Nowhere')
    with pytest.raises(InputError, match='num_val=3: RAPv1 has no validation split'):
        write_toy_benchmark(tmp_path, 'RAPv1', num_val=3)


def test_the_same_seed_writes_the_same_files(tmp_path):
    for name in ('one', 'two'):
        write_toy_benchmark(tmp_path / name, 'RAPv2', **SIZES, **SMALL, seed=3)
    files = [path for path in sorted((tmp_path / 'one').rglob('*.png'))]
    assert len(files) == 24
    for path in files:
        other = tmp_path / 'two' / path.relative_to(tmp_path / 'one')
        assert path.read_bytes() == Path(other).read_bytes()
    one, two = (RAPv2(data_root=tmp_path / name) for name in ('one', 'two'))
    np.testing.assert_array_equal(one.targets, two.targets)


def test_the_examples_are_true():
    assert doctest.testmod(toy_layout) == (0, 1)
