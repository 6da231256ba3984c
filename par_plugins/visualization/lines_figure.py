"""Lines of several things over the same axis."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

Line = tuple[Sequence[float], Sequence[float]]


def lines_figure(
    lines: Mapping[str, Line],
    *,
    axes: tuple[str, str],
    log: str = '',
    style: str = '-',
) -> Figure:
    """Draw lines.

    Args:
        lines: Of each name the places along the axis and the values there.
        axes: What the places and the values are.
        log: Which axes are logarithmic: ``''``, ``'x'``, ``'y'`` or ``'xy'``.
        style: Of the lines, as matplotlib has it; ``'o'`` are points.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(8, 4.2), layout='constrained')
    plot = figure.subplots()
    for name, (places, values) in lines.items():
        plot.plot(places, values, style, markersize=4, alpha=0.8, label=name)
    plot.set_xlabel(axes[0])
    plot.set_ylabel(axes[1])
    if 'x' in log:
        plot.set_xscale('log')
    if 'y' in log:
        plot.set_yscale('log')
    plot.grid(color='0.9')
    figure.legend(frameon=False, loc='outside right center')  # there may be many
    return figure
