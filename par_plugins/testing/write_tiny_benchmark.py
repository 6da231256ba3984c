"""A tiny toy benchmark in the layout that a registered dataset reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from par_plugins.datasets import RAPv1
from par_plugins.datasets.attributes.attribute_csv_writer import write_attribute_csv
from par_plugins.datasets.split_dataset import split_dataset
from par_plugins.testing.celeba_writer import write_celeba
from par_plugins.testing.cifar100_writer import write_cifar100
from par_plugins.testing.deepfashion_writer import write_deepfashion
from par_plugins.testing.duke_mtmc_reid_writer import write_duke_mtmc_reid
from par_plugins.testing.market1501_writer import write_market1501
from par_plugins.testing.mnist_writer import write_mnist
from par_plugins.testing.pa100k_writer import write_pa100k
from par_plugins.testing.peta_writer import write_peta
from par_plugins.testing.rapv1_writer import write_rapv1
from par_plugins.testing.rapv2_writer import write_rapv2

WRITERS: dict[str, Callable[..., Any]] = {
    'PA100K': write_pa100k,
    'PETA': write_peta,
    'RAPv1': write_rapv1,
    'RAPv2': write_rapv2,
    'CelebA': write_celeba,
    'DeepFashion': write_deepfashion,
    'Market1501': write_market1501,
    'DukeMTMCreID': write_duke_mtmc_reid,
}
"""The writer of the layout that each dataset of pedestrians reads."""

WITHOUT_PEDESTRIANS: dict[str, Callable[..., Any]] = {
    'LongTailedCIFAR100': write_cifar100,
    'MNISTDigits': write_mnist,
}
"""The same for the datasets of other pictures, whose sizes are their own."""

WITHOUT_VALIDATION = ('RAPv1', 'Market1501', 'DukeMTMCreID')
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
    sizes = {k: n for k, n in SIZES.items() if k != 'num_val' or layout not in WITHOUT_VALIDATION}
    size = {} if layout == 'CelebA' else {'image_size': (64, 32)}  # its faces have one size
    WRITERS[layout](root, **sizes, **size)
    if dataset == 'AttributeCSV':
        train, test = (RAPv1(data_root=str(root), split=split) for split in ('train', 'test'))
        parts = split_dataset(train, {'train': 3, 'val': 1}, seed=0, by_identity=False)
        path = Path(root) / (ann_file or 'labels.csv')
        write_attribute_csv(path, [(train, parts), (test, ['test'] * len(test))])
