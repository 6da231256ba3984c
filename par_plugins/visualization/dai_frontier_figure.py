"""The frontier between balance and diversity that DAI's solvers reach."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

Point = tuple[float, float]


def dai_frontier_figure(
    exact: Mapping[str, Sequence[Point]], adam: Mapping[int, Point], *, chosen: Point
) -> Figure:
    """Draw the objective over the effective sample size; the better is the lower and further right.

    Args:
        exact: For each cap, by its name, the exact solver's points: effective sample size as a
            share (0-1), and objective.
        adam: Adam's point after each number of steps.
        chosen: The point of a sampler, marked by a star.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(7.5, 5), layout='constrained')
    axes = figure.subplots()
    for name, points in exact.items():
        sizes, objectives = zip(*sorted(points), strict=True)
        axes.plot([100 * size for size in sizes], objectives, label=f'exact, {name}')
    sizes, objectives = zip(*adam.values(), strict=True)
    axes.plot([100 * size for size in sizes], objectives, 'kx--', linewidth=0.8, label='Adam')
    for steps, (size, objective) in adam.items():
        axes.annotate(
            f'{steps} steps',
            (100 * size, objective),
            textcoords='offset points',
            xytext=(-6, 6),
            ha='right',
            fontsize=7,
        )
    axes.plot(100 * chosen[0], chosen[1], 'k*', markersize=12, label='this sampler')
    axes.set_xscale('log')
    axes.set_xlim(0.5, 110)
    axes.set_xticks([0.5, 1, 2, 5, 10, 20, 50, 100], '0.5 1 2 5 10 20 50 100'.split())
    axes.grid(color='0.9')
    axes.set_xlabel('effective sample size, percent of the images')
    axes.set_ylabel('imbalance that is left (DAI objective)')
    axes.legend(frameon=False)
    return figure
