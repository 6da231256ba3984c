"""A matrix of scores as colours and numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from par_plugins.visualization.figure_names import shown

MOST_NUMBERS = 60
"""Rows or columns up to which the numbers can be read."""


def draw_matrix(
    axes: Axes,
    matrix: np.ndarray,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    limits: tuple[float, float],
    title: str,
    cmap: str = 'viridis',
    decimals: int = 0,
) -> None:
    """Draw a matrix with its numbers in it, and a colour bar beside it.

    Args:
        axes: Where.
        matrix: ``(R, C)``; NaN is grey.
        rows: R names.
        columns: C names.
        limits: Values of the first and the last colour.
        title: Stands above.
        cmap: Name of matplotlib's colours.
        decimals: Of the numbers.
    """
    axes.set_facecolor('0.85')  # shows where there is nothing
    low, high = limits
    image = axes.imshow(matrix, vmin=low, vmax=high, cmap=cmap, interpolation='nearest')
    axes.set_xticks(range(len(columns)), [shown(name) for name in columns], rotation=90, fontsize=6)
    axes.set_yticks(range(len(rows)), [shown(name) for name in rows], fontsize=6)
    axes.set_title(title, fontsize=9)
    if max(matrix.shape) <= MOST_NUMBERS:
        _write_numbers(axes, matrix, np.asarray(image.cmap(image.norm(matrix))), decimals)
    assert axes.figure is not None
    axes.figure.colorbar(image, ax=axes, shrink=0.6)


def _write_numbers(axes: Axes, matrix: np.ndarray, colors: np.ndarray, decimals: int) -> None:
    """Write each number that is one, dark on light colours and light on dark ones."""
    light = colors[..., :3] @ [0.299, 0.587, 0.114] > 0.5
    size = 4 if max(matrix.shape) > 12 else 7
    for (row, column), value in np.ndenumerate(matrix):
        if not np.isnan(value):
            ink = 'black' if light[row, column] else 'white'
            text = f'{value:.{decimals}f}'.replace('0.', '.', 1) if decimals else f'{value:.0f}'
            axes.text(column, row, text, ha='center', va='center', fontsize=size, color=ink)
