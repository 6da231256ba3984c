"""Figures."""

from par_plugins.visualization.attribute_scores_figure import attribute_scores_figure

__all__ = ['attribute_scores_figure']
