from pathlib import Path

import numpy as np
import pytest

from par_plugins.apis.check_dataset import check_dataset
from par_plugins.datasets import MNISTDigits
from par_plugins.datasets.small_images.mnist_digits import random_order
from par_plugins.structures import InputError
from tests.datasets.official_files import mnist, write_bytes

REAL = Path(__file__).parents[3] / '../shared/data'
SMALL = {'num_val': 6}


def rows(data):
    return [int(data[i]['img_path'].rsplit('#', 1)[1]) for i in range(len(data))]


@pytest.mark.parametrize('form', ['idx', 'gz', 'npz'])
def test_every_layout_gives_the_same_images_and_labels(tmp_path, form):
    made = mnist(form=form)
    write_bytes(tmp_path, made.files)
    sets = {s: MNISTDigits(data_root=tmp_path, split=s, **SMALL) for s in ('train', 'val', 'test')}
    assert {split: len(data) for split, data in sets.items()} == {'train': 24, 'val': 6, 'test': 10}
    expected = {'train': range(24), 'val': range(24, 30), 'test': range(10)}
    for split, data in sets.items():
        part = 'test' if split == 'test' else 'train'
        assert rows(data) == list(expected[split])
        assert data.targets[:, 0].tolist() == made.labels[part][expected[split]].tolist()
        for i, row in enumerate(expected[split]):
            np.testing.assert_array_equal(data[i]['img'], made.images[part][row])
    assert len(MNISTDigits(data_root=tmp_path, split='trainval', **SMALL)) == 30


def test_an_image_goes_through_the_pipeline_as_one_grey_channel(tmp_path):
    made = mnist()
    pipeline = [{'type': 'PackAttributeInputs'}]
    data = MNISTDigits(data_root=write_bytes(tmp_path, made.files), split='test', pipeline=pipeline)
    packed = data[2]
    assert packed['inputs'].shape == (1, 28, 28)
    np.testing.assert_array_equal(packed['inputs'][0].numpy(), made.images['test'][2])
    assert packed['data_samples'].img_path == f'{tmp_path}/t10k-images-idx3-ubyte#2'


def test_the_attribute_is_the_digit(tmp_path):
    data = MNISTDigits(data_root=write_bytes(tmp_path, mnist().files), **SMALL)
    attribute = data.metainfo['schema'].attributes[0]
    assert attribute.name == 'digit' and attribute.values == tuple('0123456789')


def test_a_subset_depends_on_its_seed_alone_and_holds_the_smaller_ones(tmp_path):
    write_bytes(tmp_path, mnist(200).files)

    def subset(size, seed, **options):
        return rows(MNISTDigits(data_root=tmp_path, num_images=size, subset_seed=seed, **options))

    options = {'num_val': 50}
    assert subset(20, 1, **options) == subset(20, 1, **options)
    assert subset(20, 1, **options) != subset(20, 2, **options)
    assert set(subset(10, 1, **options)) < set(subset(20, 1, **options)) < set(range(150))
    assert subset(150, 3, **options) == list(range(150))
    held_out = MNISTDigits(data_root=tmp_path, split='val', num_images=5, **options)
    assert rows(held_out) == list(range(150, 200))


def test_subsets_of_many_seeds_take_every_image_equally_often():
    labels = np.zeros(30, np.int64)
    drawn = [random_order(labels, seed, balanced=False)[:6] for seed in range(2_000)]
    counts = np.bincount(np.concatenate(drawn), minlength=30)
    assert abs(counts - 400).max() < 5 * np.sqrt(2_000 * 0.2 * 0.8)


def test_balanced_subsets_have_equally_many_of_each_digit_as_long_as_there_are():
    labels = np.repeat(np.arange(10), [2, *[20] * 9])
    for seed in range(20):
        order = random_order(labels, seed, balanced=True)
        assert sorted(order) == list(range(len(labels)))
        for size in (10, 13, 20):
            counts = np.bincount(labels[order[:size]], minlength=10)
            assert counts.max() - counts.min() <= (size % 10 > 0)
        counts = np.bincount(labels[order[:38]], minlength=10)
        assert counts.tolist() == [2] + [4] * 9
    thirds = {tuple(labels[random_order(labels, s, balanced=True)[:3]]) for s in range(20)}
    assert len(thirds) > 10  # which digits come first is drawn too


BAD_ARGUMENTS = [
    ({'num_images': 0}, 'num_images must be at least 1, got 0'),
    ({'num_images': 25}, 'num_val=6 are held out; num_images=25 cannot be drawn from the rest'),
    ({'num_val': 30}, 'num_val=30 are held out'),
    ({'num_val': -1}, 'num_val must be at least 0, got -1'),
    ({'subset_seed': -1}, 'subset_seed must be at least 0, got -1'),
    ({'split': 'dev'}, "no split 'dev'"),
    ({'attributes': ['number']}, "unknown attribute 'number'"),
]


@pytest.mark.parametrize(('options', 'sentence'), BAD_ARGUMENTS)
def test_what_cannot_be_drawn_is_refused(tmp_path, options, sentence):
    write_bytes(tmp_path, mnist().files)
    with pytest.raises(InputError, match=sentence):
        MNISTDigits(data_root=tmp_path, **{**SMALL, **options})


def test_all_training_images_may_be_held_out(tmp_path):
    write_bytes(tmp_path, mnist().files)
    assert len(MNISTDigits(data_root=tmp_path, split='val', num_val=30)) == 30


def changed_file(kind, change):
    files = mnist().files
    path = f'train-{kind}-ubyte'
    return files | {path: change(files[path])}


def npz(**changed):
    import io

    made = mnist(form='npz')
    file = io.BytesIO()
    arrays = {'x_train': made.images['train'], 'y_train': made.labels['train']}
    np.savez(file, **{**arrays, **changed})
    return {'mnist.npz': file.getvalue()}


IMAGES, LABELS = 'images-idx3', 'labels-idx1'
BAD_FILES = {
    'no file': ({}, 'train-images-idx3-ubyte: no such file'),
    'labels for images': (
        changed_file(IMAGES, lambda c: mnist().files['train-labels-idx1-ubyte']),
        r'begins with \[0, 0, 8, 1\], expected \[0, 0, 8, 3\]',
    ),
    'empty': (changed_file(LABELS, lambda c: b''), r'train-labels.*begins with \[\]'),
    'cut': (changed_file(IMAGES, lambda c: c[:-1]), 'announces 23520 bytes of data, but 23519'),
    'longer': (changed_file(IMAGES, lambda c: c + b'1'), 'bytes of data, but more follow'),
    'cut head': (changed_file(IMAGES, lambda c: c[:9]), 'not a readable IDX file'),
    'huge': (
        changed_file(IMAGES, lambda c: c[:4] + b'\xff' * 12 + c[16:]),
        'announces an array of',
    ),
    'label 10': (changed_file(LABELS, lambda c: c[:-1] + b'\n'), r'integers in 0\.\.9'),
    'labels less': (
        changed_file(LABELS, lambda c: c[:7] + bytes([29]) + c[8:-1]),
        '30 images, but 29 labels',
    ),
    'npz without labels': ({'mnist.npz': b'PK'}, r'mnist\.npz: not an \.npz file with the arrays'),
    'npz of floats': (npz(x_train=np.zeros((30, 28, 28))), 'images of type float64'),
    'npz of objects': (npz(y_train=np.array([{}] * 30)), r'\(ValueError: Object arrays cannot'),
    'npz of negatives': (npz(y_train=np.full(30, -1)), r'integers in 0\.\.9'),
}


@pytest.mark.parametrize('case', BAD_FILES)
def test_a_bad_file_is_one_sentence_naming_it(tmp_path, case):
    files, sentence = BAD_FILES[case]
    with pytest.raises(InputError, match=sentence) as caught:
        MNISTDigits(data_root=write_bytes(tmp_path, files), **SMALL)
    assert str(tmp_path) in str(caught.value) and '\n' not in str(caught.value)


def test_the_checker_reads_the_digits(tmp_path):
    write_bytes(tmp_path, mnist().files)
    report = check_dataset('MNISTDigits', tmp_path, options=SMALL)
    assert report.problems == [] and report.sizes == {'train': 24, 'val': 6, 'test': 10}


@pytest.mark.skipif(not (REAL / 'mnist.npz').is_file(), reason='the real MNIST is not here')
def test_the_real_arrays_have_their_published_sizes():
    sizes = {s: len(MNISTDigits(data_root=REAL, split=s)) for s in ('train', 'val', 'test')}
    assert sizes == {'train': 50_000, 'val': 10_000, 'test': 10_000}
    few = MNISTDigits(data_root=REAL, num_images=25, balanced=True)
    assert sorted(np.bincount(few.targets[:, 0]).tolist()) == [2] * 5 + [3] * 5
