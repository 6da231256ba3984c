"""A matrix of scores as colours."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from par_plugins.visualization.figure_names import shown


def draw_matrix(
    axes: Axes,
    matrix: np.ndarray,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    limits: tuple[float, float],
    title: str,
    cmap: str = 'viridis',
) -> None:
    """Draw a matrix, with a colour bar beside it.

    Args:
        axes: Where.
        matrix: ``(R, C)``; NaN is grey.
        rows: R names.
        columns: C names.
        limits: Values of the first and the last colour.
        title: Stands above.
        cmap: Name of matplotlib's colours.
    """
    axes.set_facecolor('0.85')  # shows where there is nothing
    low, high = limits
    image = axes.imshow(matrix, vmin=low, vmax=high, cmap=cmap, interpolation='nearest')
    axes.set_xticks(range(len(columns)), [shown(name) for name in columns], rotation=90, fontsize=6)
    axes.set_yticks(range(len(rows)), [shown(name) for name in rows], fontsize=6)
    axes.set_title(title, fontsize=9)
    assert axes.figure is not None
    axes.figure.colorbar(image, ax=axes, shrink=0.6)
