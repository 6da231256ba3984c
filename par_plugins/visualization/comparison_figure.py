"""The arms of an experiment side by side."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from matplotlib.figure import Figure

from par_plugins.visualization.figure_names import shown, with_glyphs


def comparison_figure(
    runs: Mapping[str, Mapping[str, Mapping[str, float]]], *, baseline: str, scores: Sequence[str]
) -> Figure:
    """Draw each arm's runs, their mean and sample standard deviation, a panel a score.

    Args:
        runs: The scores of every arm and run, in the order of the arms from top to bottom; an
            arm may lack a score.
        baseline: Name of the arm whose mean is a line through the panel.
        scores: Their names.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(3 + 3 * len(scores), 1.2 + 0.3 * len(runs)), layout='constrained')
    panels = figure.subplots(1, len(scores), sharey=True, squeeze=False)[0]
    for axes, score in zip(panels, scores, strict=True):
        for position, (arm, seeds) in enumerate(runs.items()):
            values = [of_seed[score] for of_seed in seeds.values() if score in of_seed]
            if not values:
                continue
            axes.plot(values, [position] * len(values), 'o', color='0.75', markersize=4)
            error = stdev(values) if len(values) > 1 else None
            axes.errorbar(mean(values), position, xerr=error, fmt='ko', markersize=5, capsize=3)
            if arm == baseline:
                axes.axvline(mean(values), color='tab:blue', linewidth=0.8)
        axes.set_xlabel(shown(score))
        axes.grid(axis='x', color='0.9')
    panels[0].set_yticks(range(len(runs)), [shown(name) for name in runs])
    panels[0].invert_yaxis()
    return with_glyphs(figure)
