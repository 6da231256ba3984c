"""The smallest complete extension of par_plugins: a loss, a dataset, a config and their test."""

from projects.example_project.attribute_label_smoothing import AttributeLabelSmoothingLoss
from projects.example_project.tagged_pedestrians import TaggedPedestrians

__all__ = ['AttributeLabelSmoothingLoss', 'TaggedPedestrians']
