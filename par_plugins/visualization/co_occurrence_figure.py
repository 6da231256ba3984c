"""Which attributes occur together, and which exclude each other."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from par_plugins.visualization.figure_names import with_glyphs
from par_plugins.visualization.matrix_figure import draw_matrix


def co_occurrence_figure(names: Sequence[str], shares: np.ndarray) -> Figure:
    """Draw how many of those who have one attribute also have another.

    Args:
        names: V names.
        shares: ``(V, V)``, 0-1: of those with the row's attribute the share with the column's;
            NaN where there is none.

    Returns:
        A figure that belongs to no window.
    """
    figure, axes = _square(len(names))
    title = 'Percent of those with the row who also have the column'
    draw_matrix(axes, 100 * shares, rows=names, columns=names, limits=(0, 100), title=title)
    return with_glyphs(figure)


def correlation_figure(names: Sequence[str], correlation: np.ndarray) -> Figure:
    """Draw correlations of attributes (APR, figure 4).

    Args:
        names: V names.
        correlation: ``(V, V)``, -1 to 1; NaN where it is not defined.

    Returns:
        A figure that belongs to no window.
    """
    figure, axes = _square(len(names))
    title = 'Correlation over the images where both are known'
    draw_matrix(
        axes,
        correlation,
        rows=names,
        columns=names,
        limits=(-1, 1),
        title=title,
        cmap='RdBu',
        decimals=1,
    )
    return with_glyphs(figure)


def _square(size: int) -> tuple[Figure, Axes]:
    side = 3 + 0.2 * size
    figure = Figure(figsize=(side + 0.6, side), layout='constrained')
    return figure, figure.subplots()
