"""Gains of every attribute, in the order of their imbalance."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from matplotlib.figure import Figure

from par_plugins.structures import shown_name


def attribute_gains_figure(
    imbalances: Mapping[str, float], gains: Mapping[str, Mapping[str, Sequence[float]]]
) -> Figure:
    """Draw what each arm gains for each attribute, as figure 6 of TPAMI 2019 does.

    Args:
        imbalances: By attribute, in the order from left to right: images of the frequent side for
            one of the rare side.
        gains: By arm and attribute: points of mA gained, one for each seed; bars are their means,
            lines their sample standard deviations.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(2 + 0.4 * len(imbalances), 4.5), layout='constrained')
    axes = figure.subplots()
    width = 0.8 / len(gains)
    for number, (arm, of_arm) in enumerate(gains.items()):
        values = [of_arm[name] for name in imbalances]
        spreads = [stdev(seeds) if len(seeds) > 1 else 0.0 for seeds in values]
        places = [x + (number - (len(gains) - 1) / 2) * width for x in range(len(values))]
        heights = [mean(seeds) for seeds in values]
        axes.bar(places, heights, width, yerr=spreads, error_kw={'elinewidth': 0.6}, label=arm)
    axes.axhline(0, color='black', linewidth=0.8)
    names = [f'{shown_name(name)}  1:{ratio:.1f}' for name, ratio in imbalances.items()]
    axes.set_xticks(range(len(names)), names, rotation=90, parse_math=False)
    axes.set_ylabel('mA gained')
    axes.grid(axis='y', color='0.9')
    axes.set_axisbelow(True)
    figure.legend(loc='outside upper center', ncols=len(gains), frameon=False)
    return figure
