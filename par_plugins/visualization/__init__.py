"""Figures."""

from par_plugins.visualization.attribute_scores_figure import attribute_scores_figure
from par_plugins.visualization.camera_pairs_figure import camera_pairs_figure
from par_plugins.visualization.comparison_figure import comparison_figure
from par_plugins.visualization.image_grid import image_grid
from par_plugins.visualization.predictions_figure import predictions_figure
from par_plugins.visualization.rank_lists_figure import RankList, rank_lists_figure
from par_plugins.visualization.read_picture import read_picture
from par_plugins.visualization.reliability_figure import reliability_figure

__all__ = [
    'RankList',
    'attribute_scores_figure',
    'camera_pairs_figure',
    'comparison_figure',
    'image_grid',
    'predictions_figure',
    'rank_lists_figure',
    'read_picture',
    'reliability_figure',
]
