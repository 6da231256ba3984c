"""How often each attribute occurs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from par_plugins.visualization.figure_names import shown, with_glyphs


def positive_ratio_figure(names: Sequence[str], ratios: Mapping[str, np.ndarray]) -> Figure:
    """Draw the share of images that have each attribute, the rarest at the bottom.

    Args:
        names: V names.
        ratios: For each split ``(V,)`` shares, 0-1, NaN where nothing is known.

    Returns:
        A figure that belongs to no window.
    """
    table = np.stack(list(ratios.values()), axis=1)
    known = np.where(np.isnan(table), -1.0, table)
    order = np.lexsort(known.T[::-1])  # by the first split, then by the others
    figure = Figure(figsize=(8, 1.2 + 0.2 * len(names)), layout='constrained')
    axes = figure.subplots()
    positions = np.arange(len(names))
    for split, values in ratios.items():
        axes.plot(100 * values[order], positions, 'o', markersize=4, alpha=0.7, label=shown(split))
    axes.set_yticks(positions, [shown(names[index]) for index in order], fontsize=7)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.set_xscale('symlog', linthresh=1)
    axes.set_xlim(-0.05, 110)
    axes.set_xticks([0, 0.5, 1, 2, 5, 10, 20, 50, 100], '0 0.5 1 2 5 10 20 50 100'.split())
    axes.grid(color='0.9')
    axes.set_xlabel('percent of the images whose label is known')
    axes.set_title('How often each attribute occurs')
    figure.legend(loc='outside lower center', ncols=len(ratios), frameon=False)
    return with_glyphs(figure)
