"""How much balance DAI's cap and size allow."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure


def dai_trade_off_figure(
    sizes: Sequence[int],
    caps: Sequence[float],
    objectives: np.ndarray,
    *,
    chosen: tuple[int, float, float],
) -> Figure:
    """Draw the objective over the cap, a line for each size.

    Args:
        sizes: S numbers of draws.
        caps: C caps on the draws of an image.
        objectives: ``(S, C)``, NaN where the cap makes the size impossible.
        chosen: Number of draws, largest weight and objective of a sampler, marked by a star.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(6.5, 4.5), layout='constrained')
    axes = figure.subplots()
    for size, line in zip(sizes, objectives, strict=True):
        axes.plot(caps, line, 'o-', markersize=4, label=f'{size:,} draws')
    size, repeat, objective = chosen
    axes.plot(repeat, objective, '*', color='black', markersize=12, label=f'sampler: {size:,}')
    axes.set_xscale('log')
    axes.set_xticks(caps, [f'{cap:g}' for cap in caps])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.grid(color='0.9')
    axes.set_xlabel('largest number of draws of an image')
    axes.set_ylabel('imbalance that is left (DAI objective)')
    axes.legend(frameon=False)
    return figure
