"""How retrieval depends on cameras and on the size of the gallery (APR, figures 10 and 11)."""

from collections.abc import Mapping, Sequence
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


def gallery_size_figure(curve: Sequence[Mapping[str, float]]) -> Figure:
    """Draw rank-1 and mAP against the size of the gallery.

    Args:
        curve: At each size ``gallery``, ``rank1`` and ``mAP``.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(5, 3.5), layout='constrained')
    axes = figure.subplots()
    sizes = [point['gallery'] for point in curve]
    for name in ('rank1', 'mAP'):
        axes.plot(sizes, [point[name] for point in curve], 'o-', label=name)
    axes.set_xlabel('images in the gallery')
    axes.set_ylabel('percent')
    axes.set_ylim(0, 100)
    axes.grid(color='0.9')
    axes.legend(frameon=False)
    return figure
