"""What a sampler does to the labels of its dataset."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from par_plugins.datasets.samplers import ResampledLabels
from par_plugins.visualization.figure_names import shown, with_glyphs

COLORS = ('tab:red', 'tab:blue')
LONGEST_TITLE = 120


def resampled_labels_figure(resampled: Mapping[str, ResampledLabels], *, title: str) -> Figure:
    """Draw every attribute's share of positives before and after, and how often images are drawn.

    Args:
        resampled: By name, one or two ways to count: the draws, and all of an epoch.
        title: Stands above both panels.

    Returns:
        A figure that belongs to no window.
    """
    names = next(iter(resampled.values())).column_names
    figure = Figure(figsize=(11, 1.8 + 0.24 * max(len(names), 12)), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_ratios(left, resampled)
    _draw_repeats(right, resampled)
    figure.suptitle(shown(title, longest=LONGEST_TITLE))
    figure.legend(*left.get_legend_handles_labels(), loc='outside lower left', ncols=3)
    return with_glyphs(figure)


def _draw_ratios(axes: Axes, resampled: Mapping[str, ResampledLabels]) -> None:
    first = next(iter(resampled.values()))
    before = first.proportions_before
    order = np.argsort(np.where(np.isnan(before), -1.0, before), kind='stable')
    positions = np.arange(len(order))
    axes.hlines(
        positions,
        100 * before[order],
        100 * first.proportions_after[order],
        color='0.8',
        linewidth=2,
        zorder=1,
    )
    axes.plot(100 * before[order], positions, 'o', color='0.5', markersize=4, label='before')
    for color, (name, labels) in zip(COLORS, resampled.items(), strict=False):
        after = 100 * labels.proportions_after[order]
        axes.plot(after, positions, 'o', color=color, markersize=4, label=shown(name))
    names = [shown(first.column_names[index]) for index in order]
    axes.set_yticks(positions, names, fontsize=7)
    axes.set_xlim(-1, 101)
    axes.grid(axis='x', color='0.9')
    axes.set_xlabel('percent positive among the known labels')


def _draw_repeats(axes: Axes, resampled: Mapping[str, ResampledLabels]) -> None:
    lines = []
    for color, (name, labels) in zip(COLORS, resampled.items(), strict=False):
        shares = 100 * (np.arange(len(labels.weights)) + 1) / len(labels.weights)
        axes.step(shares, np.sort(labels.weights)[::-1], where='post', color=color)
        lines.append(
            f'{shown(name)}: {labels.size:,}\n'
            f'  different images {labels.share_drawn:.1%}\n'
            f'  largest repeat {labels.largest_repeat:.4g}\n'
            f'  effective sample size {labels.effective_sample_size:.1%}'
        )
    axes.text(0.97, 0.97, '\n'.join(lines), transform=axes.transAxes, ha='right', va='top')
    axes.set_xlim(0, 100)
    axes.set_ylim(bottom=0)
    axes.grid(color='0.9')
    axes.set_xlabel('percent of the images, the most drawn first')
    axes.set_ylabel('draws of an image in an epoch')
