"""A tiny toy benchmark in the layout that a registered dataset reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from par_plugins.datasets import RAPv1
from par_plugins.datasets.attributes.attribute_csv_writer import write_attribute_csv
from par_plugins.datasets.split_dataset import split_dataset
from par_plugins.testing.layouts.cifar100 import write_cifar100
from par_plugins.testing.layouts.mnist import write_mnist
from par_plugins.testing.write_toy_benchmark import LAYOUTS, write_toy_benchmark

WITHOUT_PEDESTRIANS: dict[str, Callable[..., Any]] = {
    'LongTailedCIFAR100': write_cifar100,
    'MNISTDigits': write_mnist,
}
"""The writers of other pictures, whose sizes are their own."""

TABLE_LAYOUT = 'RAPv1'  # of the images that AttributeCSV gets
SIZES = {'num_train': 24, 'num_val': 9, 'num_test': 11}


def write_tiny_benchmark(root: str | Path, dataset: str, ann_file: str | None = None) -> None:
    """Write 24 training, 9 validation and 11 test images of about 64 x 32 pixels.

    Args:
        root: Folder to write into; made if missing.
        dataset: The dataset that shall read it, as it is registered. ``AttributeCSV`` gets the
            layout of RAP v1, and beside it the table that ``tools/dataset/split.py`` makes of it,
            with validation images held out of the 24.
        ann_file: Name of that table; the other layouts have names of their own.
    """
    if dataset in WITHOUT_PEDESTRIANS:
        WITHOUT_PEDESTRIANS[dataset](root)
        return
    layout = TABLE_LAYOUT if dataset == 'AttributeCSV' else dataset
    sizes: dict[str, Any] = {
        name: size
        for name, size in SIZES.items()
        if name.removeprefix('num_') in LAYOUTS[layout].splits
    }
    if layout != 'CelebA':  # its faces have one size
        sizes['image_size'] = (64, 32)
    write_toy_benchmark(root, layout, **sizes)
    if dataset == 'AttributeCSV':
        train, test = (RAPv1(data_root=str(root), split=split) for split in ('train', 'test'))
        parts = split_dataset(train, {'train': 3, 'val': 1}, seed=0, by_identity=False)
        path = Path(root) / (ann_file or 'labels.csv')
        write_attribute_csv(path, [(train, parts), (test, ['test'] * len(test))])
