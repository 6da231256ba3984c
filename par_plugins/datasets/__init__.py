"""Benchmarks read from their official files, one file per benchmark."""

from par_plugins.datasets import samplers, transforms
from par_plugins.datasets.attribute_csv import AttributeCSV
from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.celeba import CelebA
from par_plugins.datasets.pa100k import PA100K
from par_plugins.datasets.peta import PETA
from par_plugins.datasets.rapv1 import RAPv1
from par_plugins.datasets.rapv2 import RAPv2
from par_plugins.datasets.seed_worker import seed_worker

__all__ = [
    'PA100K',
    'PETA',
    'Annotations',
    'AttributeCSV',
    'AttributeDataset',
    'CelebA',
    'RAPv1',
    'RAPv2',
    'samplers',
    'seed_worker',
    'transforms',
]
