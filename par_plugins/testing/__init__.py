"""The toy pedestrian benchmark and the contracts, for our tests and for projects that extend us.

One call says whether a component keeps the promises of its kind: :func:`check_loss`,
:func:`check_head`, :func:`check_sampler`, :func:`check_metric` and :func:`check_config`.
"""

from par_plugins.testing.contracts.configs import check_config
from par_plugins.testing.contracts.heads import check_head
from par_plugins.testing.contracts.losses import check_loss
from par_plugins.testing.contracts.metrics import check_metric
from par_plugins.testing.contracts.samplers import check_sampler
from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, ToyPedestrian, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_sheet import draw_sheet
from par_plugins.testing.write_toy_benchmark import LAYOUTS, write_toy_benchmark

__all__ = [
    'LAYOUTS',
    'PA100K_ATTRIBUTES',
    'ToyPedestrian',
    'ToyPedestrians',
    'check_config',
    'check_head',
    'check_loss',
    'check_metric',
    'check_sampler',
    'draw_sheet',
    'pa100k_labels',
    'write_toy_benchmark',
]
