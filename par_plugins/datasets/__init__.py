"""Benchmarks read from their official files, one file per benchmark."""

from par_plugins.datasets import transforms
from par_plugins.datasets.attribute_csv import AttributeCSV
from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.pa100k import PA100K

__all__ = ['PA100K', 'Annotations', 'AttributeCSV', 'AttributeDataset', 'transforms']
