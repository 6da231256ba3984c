from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import loadmat, savemat

from par_plugins.datasets import PA100K
from par_plugins.datasets.attributes import pa100k
from par_plugins.structures import AttributeSchema, InputError
from par_plugins.testing import write_toy_benchmark

OFFICIAL = Path(__file__).parents[3] / '../shared/data/pa100k-annotation'
NAMES = (
    'Female AgeOver60 Age18-60 AgeLess18 Front Side Back Hat Glasses HandBag ShoulderBag Backpack '
    'HoldObjectsInFront ShortSleeve LongSleeve UpperStride UpperLogo UpperPlaid UpperSplice '
    'LowerStripe LowerPattern LongCoat Trousers Shorts Skirt&Dress boots'
).split()


def cells(strings):
    column = np.empty((len(strings), 1), dtype=object)
    for row, string in enumerate(strings):
        column[row, 0] = np.array([string])
    return column


def annotation(sizes=(5, 3, 4), names=NAMES):
    """The content of annotation.mat, with random labels of columns in the order of names."""
    rng = np.random.default_rng(0)
    content, first = {'attributes': cells(names)}, 1
    for split, size in zip(('train', 'val', 'test'), sizes, strict=True):
        content[f'{split}_images_name'] = cells([f'{first + i:06d}.jpg' for i in range(size)])
        content[f'{split}_label'] = rng.integers(0, 2, (size, len(names)), dtype=np.uint8)
        first += size
    return content


def write(root, content):
    savemat(root / 'annotation.mat', content)
    return root


def test_each_split_has_its_images_and_labels(tmp_path):
    content = annotation()
    write(tmp_path, content)
    for split in ('train', 'val', 'test'):
        dataset = PA100K(data_root=tmp_path, split=split)
        assert dataset.targets.dtype == np.int8
        np.testing.assert_array_equal(dataset.targets, content[f'{split}_label'])
        assert dataset.metainfo['schema'].names == tuple(NAMES)
        assert [Path(dataset[i]['img_path']).name for i in range(len(dataset))] == [
            cell[0].item() for cell in content[f'{split}_images_name']
        ]
        np.testing.assert_array_equal(dataset[1]['gt_attributes'], dataset.targets[1])


def test_other_numbers_of_images_than_the_official_ones_are_logged(tmp_path, monkeypatch):
    lines = []
    monkeypatch.setattr(pa100k, 'print_log', lambda line, logger: lines.append(line))
    PA100K(data_root=write(tmp_path, annotation()), split='trainval')
    assert len(lines) == 2
    assert lines[0].endswith('annotation.mat: 5 images for train, where PA-100K itself has 80000')
    monkeypatch.setattr(pa100k, 'NUM_IMAGES', {'train': 5, 'val': 3, 'test': 4})
    PA100K(data_root=tmp_path, split=None)
    assert len(lines) == 2


@pytest.mark.parametrize(('first', 'second'), [('train', 'val'), ('val', 'test')])
def test_a_joined_split_is_one_part_and_then_the_other(tmp_path, first, second):
    content = annotation()
    dataset = PA100K(data_root=write(tmp_path, content), split=first + second)
    expected = np.concatenate([content[f'{first}_label'], content[f'{second}_label']])
    np.testing.assert_array_equal(dataset.targets, expected)


def test_columns_are_found_by_name_not_by_position(tmp_path):
    content = annotation(names=NAMES[::-1])
    dataset = PA100K(data_root=write(tmp_path, content))
    np.testing.assert_array_equal(dataset.targets, content['train_label'][:, ::-1])


def test_a_subset_of_attributes_keeps_its_order(tmp_path):
    content = annotation()
    dataset = PA100K(data_root=write(tmp_path, content), attributes=['boots', 'Hat'])
    assert dataset.metainfo['schema'].names == ('boots', 'Hat')
    np.testing.assert_array_equal(dataset.targets, content['train_label'][:, [25, 7]])


def test_targets_follow_subsets_of_images(tmp_path):
    dataset = PA100K(data_root=write(tmp_path, annotation()))
    whole = dataset.targets
    np.testing.assert_array_equal(dataset.get_subset([4, 1]).targets, whole[[4, 1]])
    np.testing.assert_array_equal(PA100K(data_root=tmp_path, indices=2).targets, whole[:2])
    dataset.get_subset_([3, 0])
    np.testing.assert_array_equal(dataset.targets, whole[[3, 0]])


def test_no_split_means_every_image(tmp_path):
    content = annotation()
    dataset = PA100K(data_root=write(tmp_path, content), split=None)
    expected = np.concatenate([content[f'{split}_label'] for split in ('train', 'val', 'test')])
    np.testing.assert_array_equal(dataset.targets, expected)


def test_the_annotation_may_lie_in_a_folder_of_its_own(tmp_path):
    (tmp_path / 'annotation').mkdir()
    write(tmp_path / 'annotation', annotation())
    assert len(PA100K(data_root=tmp_path)) == 5


def with_label(value):
    content = annotation()
    content['train_label'] = content['train_label'].astype(np.int16)
    content['train_label'][2, 7] = value
    return content


def without(key):
    content = annotation()
    del content[key]
    return content


BAD = {
    'missing names': (without('train_images_name'), 'train_images_name is missing'),
    'missing labels': (without('train_label'), 'train_label is missing'),
    'missing attributes': (without('attributes'), 'attributes is missing'),
    'label 2': (with_label(2), 'train_label row 2, column 7: label 2 is neither 0 nor 1'),
    'label -1': (with_label(-1), 'train_label row 2, column 7: label -1 is neither 0 nor 1'),
    'wide': (
        annotation() | {'train_label': np.zeros((5, 27))},
        r'train_label is float64 of shape \(5, 27\), expected numbers of shape \(N, 26\)',
    ),
    'rows': (annotation() | {'train_label': np.zeros((4, 26))}, '5 names .* 4 rows'),
    'a name twice': (
        annotation(names=[*NAMES[:-1], 'Hat']),
        "attributes has the name 'Hat' 2 times",
    ),
    'unknown attribute': (annotation(names=[*NAMES[:-1], 'Boots']), "'Boots'"),
    'empty split': (annotation(sizes=(0, 3, 4)), 'there is no image in it'),
    'names of numbers': (annotation() | {'train_images_name': np.zeros((5, 1))}, 'cell array'),
}


@pytest.mark.parametrize('case', BAD)
def test_another_content_is_one_sentence_naming_the_file(tmp_path, case):
    content, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        PA100K(data_root=write(tmp_path, content))
    assert str(tmp_path / 'annotation.mat') in str(caught.value)
    assert '\n' not in str(caught.value)


def test_an_image_name_that_no_file_can_have_is_refused(tmp_path):
    content = annotation()
    content['train_images_name'][1, 0] = np.array(['2#.jpg'])
    path = write(tmp_path, content) / 'annotation.mat'
    assert path.read_bytes().count(b'2#.jpg') == 1
    path.write_bytes(path.read_bytes().replace(b'2#.jpg', b'2\0.jpg'))
    with pytest.raises(InputError, match=r"annotation\.mat, split 'train': image 1 has the name"):
        PA100K(data_root=tmp_path)


@pytest.mark.parametrize('content', [b'', b'not a mat file', b'MATLAB 5.0 MAT-file' + bytes(300)])
def test_a_broken_file_is_one_sentence_naming_it(tmp_path, content):
    (tmp_path / 'annotation.mat').write_bytes(content)
    with pytest.raises(InputError, match=r'annotation\.mat'):
        PA100K(data_root=tmp_path)


def test_a_missing_file_and_an_unknown_split_are_refused(tmp_path):
    with pytest.raises(InputError, match=r'annotation\.mat: no such file'):
        PA100K(data_root=tmp_path)
    with pytest.raises(InputError, match="no split 'dev'"):
        PA100K(data_root=tmp_path, split='dev')


def test_unknown_attribute_names_are_refused(tmp_path):
    with pytest.raises(InputError, match="unknown attribute 'hat'"):
        PA100K(data_root=write(tmp_path, annotation()), attributes=['hat'])


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason='the official PA-100K annotation is not here')
def test_the_official_annotation_has_its_published_sizes_and_ratios():
    sizes = {'train': 80_000, 'val': 10_000, 'test': 10_000}
    sets = {split: PA100K(data_root=OFFICIAL, split=split) for split in sizes}
    assert {split: len(dataset) for split, dataset in sets.items()} == sizes
    schema: AttributeSchema = sets['train'].metainfo['schema']
    ratios = sets['train'].targets.mean(axis=0)
    published = {
        'Female': 0.4561,
        'AgeOver60': 0.0141,
        'Age18-60': 0.9340,
        'AgeLess18': 0.0519,
        'Hat': 0.0440,
        'HoldObjectsInFront': 0.0096,
        'LowerStripe': 0.0050,
        'boots': 0.0062,
    }
    for name, ratio in published.items():
        assert ratios[schema.index(name)] == pytest.approx(ratio, abs=1e-4)
    names = loadmat(OFFICIAL / 'annotation.mat')['train_images_name']
    assert Path(sets['train'][0]['img_path']).name == names[0][0][0]


@pytest.mark.parametrize('indices', [0, []])
def test_a_subset_without_an_image_is_refused(toy_root, indices):
    with pytest.raises(InputError, match='there is no image in this subset'):
        PA100K(data_root=toy_root, indices=indices)
    whole = PA100K(data_root=toy_root)
    for subset in (whole.get_subset, whole.get_subset_):
        with pytest.raises(InputError, match='there is no image in this subset'):
            subset(indices)


@pytest.mark.parametrize('indices', [[10**6], [-(10**6)], 1.5, [True, False], 'ab', [0.0]])
def test_indices_that_are_no_numbers_of_samples_are_refused(toy_root, indices):
    with pytest.raises(InputError, match='indices'):
        PA100K(data_root=toy_root, indices=indices)
    with pytest.raises(InputError, match='indices'):
        PA100K(data_root=toy_root).get_subset(indices)


def test_indices_of_arrays_count_as_those_of_lists(toy_root):
    whole = PA100K(data_root=toy_root)
    for indices in (np.array([2, 0]), torch.tensor([2, 0]), (2, 0)):
        subset = whole.get_subset(indices)
        assert subset.get_data_info(0)['img_path'] == whole.get_data_info(2)['img_path']
        assert (subset.targets == whole.targets[[2, 0]]).all()
    assert len(whole.get_subset(np.int64(2))) == 2


@pytest.mark.parametrize('folder', ['data', 'release_data/release_data', 'release_data'])
def test_pictures_are_looked_for_where_the_archive_has_them(tmp_path, folder):
    write_toy_benchmark(tmp_path, 'PA100K', num_train=2, num_val=1, num_test=1)
    pipeline = [dict(type='LoadPersonImage')]
    (tmp_path / 'data').rename(tmp_path / 'elsewhere')
    (tmp_path / folder).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / 'elsewhere').rename(tmp_path / folder)
    assert PA100K(data_root=tmp_path, pipeline=pipeline)[0]['img'].ndim == 3
    (tmp_path / folder / '000001.jpg').unlink()
    data = PA100K(data_root=tmp_path, pipeline=pipeline)
    with pytest.raises(
        InputError, match=r'000001\.jpg: no such file; PA100K has its images in one'
    ):
        [data[index] for index in range(len(data))]


def test_ages_and_views_are_sets_of_which_every_image_has_exactly_one(toy_root):
    dataset = PA100K(data_root=str(toy_root), split='train')
    schema = dataset.metainfo['schema']
    targets = np.stack([dataset.get_data_info(i)['gt_attributes'] for i in range(len(dataset))])
    assert list(schema.exclusive_sets) == ['age', 'view']
    for columns in schema.exclusive_sets.values():
        assert (targets[:, columns].sum(axis=1) == 1).all()
    assert [a.name for a in schema.attributes if a.momentary] == [
        'Front', 'Side', 'Back', 'HoldObjectsInFront',
    ]  # fmt: skip
