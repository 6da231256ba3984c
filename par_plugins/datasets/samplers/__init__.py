"""Samplers, one file for each sampling law."""

from par_plugins.datasets.samplers.class_balanced_sampler import ClassBalancedSampler
from par_plugins.datasets.samplers.dai_sampler import DAISampler
from par_plugins.datasets.samplers.epoch_planned_sampler import EpochPlannedSampler
from par_plugins.datasets.samplers.identity_sampler import IdentitySampler
from par_plugins.datasets.samplers.multi_label_down_sampler import MultiLabelDownSampler
from par_plugins.datasets.samplers.multi_label_over_sampler import MultiLabelOverSampler
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.datasets.samplers.solve_dai import DAISolution, solve_dai

__all__ = [
    'ClassBalancedSampler',
    'DAISampler',
    'DAISolution',
    'EpochPlannedSampler',
    'IdentitySampler',
    'MultiLabelDownSampler',
    'MultiLabelOverSampler',
    'ResampledLabels',
    'solve_dai',
]
