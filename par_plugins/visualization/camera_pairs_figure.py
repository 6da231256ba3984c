"""How retrieval depends on cameras (APR, figure 10)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from par_plugins.visualization.matrix_figure import draw_matrix


def camera_pairs_figure(pairs: Mapping[str, Any]) -> Figure:
    """Draw rank-1 and mAP of every pair of cameras.

    Args:
        pairs: ``camera_pairs`` of ``retrieval_scores``.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(9, 4), layout='constrained')
    for axes, name in zip(figure.subplots(1, 2), ('rank1', 'mAP'), strict=True):
        draw_matrix(
            axes,
            pairs[name],
            rows=[f'camera {camera}' for camera in pairs['query_cameras']],
            columns=[f'camera {camera}' for camera in pairs['gallery_cameras']],
            limits=(0, 100),
            title=f'{name}, mean over different cameras {pairs[f"cross_camera_{name}"]:.2f}',
        )
        axes.set_ylabel('query')
        axes.set_xlabel('gallery')
    return figure
