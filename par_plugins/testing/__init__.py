"""The toy pedestrian benchmark, for our tests and demo and for projects that extend us."""

from par_plugins.testing.pa100k_writer import write_pa100k
from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, ToyPedestrian, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_sheet import draw_sheet

__all__ = [
    'PA100K_ATTRIBUTES',
    'ToyPedestrian',
    'ToyPedestrians',
    'draw_sheet',
    'pa100k_labels',
    'write_pa100k',
]
