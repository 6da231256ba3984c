"""Scalars over the steps of trainings."""

from collections.abc import Mapping

from matplotlib.figure import Figure


def training_curves_figure(
    curves: Mapping[str, Mapping[str, Mapping[int, float]]], *, log: bool = False
) -> Figure:
    """Draw each scalar in a panel, a line an arm.

    Args:
        curves: Values by scalar, arm and step.
        log: Whether the values are on logarithmic axes.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(4.5 * len(curves), 3.6), layout='constrained')
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for axes, (scalar, arms) in zip(panels, curves.items(), strict=True):
        for arm, values in arms.items():
            axes.plot(list(values), list(values.values()), label=arm)
        axes.set_xlabel('step')
        axes.set_ylabel(scalar)
        if log:
            axes.set_yscale('log')
        axes.grid(color='0.9')
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='outside upper center', ncols=2, frameon=False)
    return figure
