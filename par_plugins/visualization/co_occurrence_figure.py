"""Which attributes occur together."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure


def co_occurrence_figure(names: Sequence[str], shares: np.ndarray) -> Figure:
    """Draw how many of those who have one attribute also have another.

    Args:
        names: V names.
        shares: ``(V, V)``, 0-1: of those with the row's attribute the share with the column's;
            NaN where there is none.

    Returns:
        A figure that belongs to no window.
    """
    side = 3 + 0.17 * len(names)
    figure = Figure(figsize=(side + 0.6, side), layout='constrained')
    axes = figure.subplots()
    axes.set_facecolor('0.85')  # shows where there is none
    image = axes.imshow(100 * shares, vmin=0, vmax=100, cmap='viridis', interpolation='nearest')
    places = range(len(names))
    axes.set_xticks(places, names, rotation=90, fontsize=6)
    axes.set_yticks(places, names, fontsize=6)
    axes.set_title('Percent of those with the row who also have the column', fontsize=9)
    figure.colorbar(image, ax=axes, shrink=0.6)
    return figure
