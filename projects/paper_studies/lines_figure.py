"""Lines of several things over the same axis, a panel for each value."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from matplotlib.figure import Figure

from par_plugins.visualization.figure_names import shown

Line = tuple[Sequence[float], ...]
"""Positions and values; and, where the values are means, their spread."""


def mean_line(values: Mapping[float, Sequence[float]]) -> Line:
    """Return the line of means and sample standard deviations.

    Args:
        values: By position; the deviation of a single one is 0.
    """
    positions = sorted(values)
    spreads = [stdev(values[x]) if len(values[x]) > 1 else 0.0 for x in positions]
    return positions, [mean(values[x]) for x in positions], spreads


def lines_figure(
    panels: Mapping[str, Mapping[str, Line]],
    *,
    axis: str,
    log: str = '',
    style: str = '-',
    size: tuple[float, float] = (4.5, 3.6),
) -> Figure:
    """Draw lines, the same names in every panel.

    Args:
        panels: By what the values are, which stands beside its panel, and by the name of a line:
            its positions along the axis, its values there and, of means, their spread.
        axis: What the positions are.
        log: Which axes are logarithmic: ``''``, ``'x'``, ``'y'`` or ``'xy'``.
        style: Of the lines, as matplotlib has it; ``'o'`` are points.
        size: Width and height of a panel in inches.

    Returns:
        A figure that belongs to no window.
    """
    width, height = size
    figure = Figure(figsize=(width * len(panels), height), layout='constrained')
    plots = figure.subplots(1, len(panels), squeeze=False)[0]
    for plot, (values_are, lines) in zip(plots, panels.items(), strict=True):
        for name, (positions, values, *spread) in lines.items():
            plot.errorbar(
                positions,
                values,
                spread[0] if spread else None,
                fmt=style,
                markersize=4,
                capsize=2,
                elinewidth=0.8,
                alpha=0.8,
                label=shown(name),
            )
        plot.set_xlabel(axis)
        plot.set_ylabel(values_are)
        if 'x' in log:
            plot.set_xscale('log')
        if 'y' in log:
            plot.set_yscale('log')
        plot.grid(color='0.9')
    # Beside one panel there is room for many names; above several, for few.
    where = (
        {'loc': 'outside right center'}
        if len(panels) == 1
        else {'loc': 'outside upper center', 'ncols': 2}
    )
    figure.legend(*plots[0].get_legend_handles_labels(), frameon=False, **where)
    return figure
