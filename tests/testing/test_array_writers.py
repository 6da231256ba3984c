"""Toy benchmarks whose files hold the pixels: the readers of the real files read them."""

import doctest

import numpy as np

from par_plugins.datasets import LongTailedCIFAR100, MNISTDigits
from par_plugins.datasets.small_images import pixel_dataset
from par_plugins.testing.layouts.cifar100 import write_cifar100
from par_plugins.testing.layouts.mnist import write_mnist


def nearest_mean_accuracy(train, test):
    """How often an image is nearest to the mean of its own class."""

    def arrays(data):
        images = np.stack([data[i]['img'] for i in range(len(data))]).astype(float)
        return images.reshape(len(data), -1), data.targets[:, 0]

    (known, labels), (images, expected) = arrays(train), arrays(test)
    means = np.stack([known[labels == label].mean(axis=0) for label in np.unique(labels)])
    distances = ((images[:, None] - means) ** 2).sum(axis=2)
    return (distances.argmin(axis=1) == expected).mean()


def test_toy_cifar100_has_a_pattern_for_each_class(tmp_path):
    write_cifar100(tmp_path, images_per_class=3)
    options = {'data_root': tmp_path, 'gamma': None, 'num_val': 1}
    train, test = (LongTailedCIFAR100(split=split, **options) for split in ('train', 'test'))
    assert len(train) == 200 and len(test) == 100
    assert nearest_mean_accuracy(train, test) > 0.95


def test_toy_mnist_shows_the_digits_of_its_labels(tmp_path):
    write_mnist(tmp_path, num_train=400, num_test=100)
    train, test = (
        MNISTDigits(data_root=tmp_path, split=split, num_val=100) for split in ('train', 'test')
    )
    assert len(train) == 300 and len(test) == 100
    assert nearest_mean_accuracy(train, test) > 0.4  # the mean of shifted digits is a rough guess


def test_the_same_seed_writes_the_same_files(tmp_path):
    for name, seed in (('one', 1), ('two', 1), ('other', 2)):
        write_mnist(tmp_path / name, num_train=20, num_test=5, seed=seed)
        write_cifar100(tmp_path / name, images_per_class=1, num_test=5, seed=seed)
    for path in (tmp_path / 'one').iterdir():
        assert path.read_bytes() == (tmp_path / 'two' / path.name).read_bytes()
        assert path.read_bytes() != (tmp_path / 'other' / path.name).read_bytes()


def test_the_examples_are_true():
    assert doctest.testmod(pixel_dataset) == (0, 1)
