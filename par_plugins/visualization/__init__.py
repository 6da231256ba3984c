"""Figures."""

from par_plugins.visualization.attribute_scores_figure import attribute_scores_figure
from par_plugins.visualization.predictions_figure import predictions_figure

__all__ = ['attribute_scores_figure', 'predictions_figure']
