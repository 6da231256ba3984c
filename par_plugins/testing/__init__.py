"""The toy pedestrian benchmark, for our tests and demo and for projects that extend us."""

from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, ToyPedestrian, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_sheet import draw_sheet
from par_plugins.testing.write_toy_benchmark import LAYOUTS, write_toy_benchmark

__all__ = [
    'LAYOUTS',
    'PA100K_ATTRIBUTES',
    'ToyPedestrian',
    'ToyPedestrians',
    'draw_sheet',
    'pa100k_labels',
    'write_toy_benchmark',
]
