"""Benchmarks read from their official files, one file per benchmark."""

from par_plugins.datasets import samplers, transforms
from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.attributes.attribute_csv import AttributeCSV
from par_plugins.datasets.attributes.celeba import CelebA
from par_plugins.datasets.attributes.deepfashion import DeepFashion
from par_plugins.datasets.attributes.pa100k import PA100K
from par_plugins.datasets.attributes.peta import PETA
from par_plugins.datasets.attributes.rapv1 import RAPv1
from par_plugins.datasets.attributes.rapv2 import RAPv2
from par_plugins.datasets.attributes.unlabelled_images import UnlabelledImages
from par_plugins.datasets.reid.duke_mtmc_reid import DukeMTMCreID
from par_plugins.datasets.reid.market1501 import Market1501
from par_plugins.datasets.seed_worker import seed_worker
from par_plugins.datasets.small_images.long_tailed_cifar100 import LongTailedCIFAR100
from par_plugins.datasets.small_images.mnist_digits import MNISTDigits

__all__ = [
    'PA100K',
    'PETA',
    'Annotations',
    'AttributeCSV',
    'AttributeDataset',
    'CelebA',
    'DeepFashion',
    'DukeMTMCreID',
    'LongTailedCIFAR100',
    'MNISTDigits',
    'Market1501',
    'RAPv1',
    'RAPv2',
    'UnlabelledImages',
    'samplers',
    'seed_worker',
    'transforms',
]
