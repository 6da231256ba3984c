"""Scores of each attribute as bars."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from par_plugins.visualization.figure_names import shown, with_glyphs


def attribute_scores_figure(table: Sequence[dict[str, Any]]) -> Figure:
    """Draw the mA of every attribute, the rarest at the bottom, with its two halves.

    Args:
        table: One dict an attribute, with ``name``, ``ratio`` (share of positives, 0-1) and
            ``tpr``, ``tnr`` and ``mA`` in percent; NaN where a score is undefined. Any ``RULE/mA``
            is drawn beside them.

    Returns:
        A figure that belongs to no window.
    """
    rows = sorted(table, key=lambda row: (not math.isnan(row['ratio']), row['ratio']))
    figure = Figure(figsize=(8, 1.2 + 0.28 * len(rows)), layout='constrained')
    axes = figure.subplots()
    rows_shown = range(len(rows))
    axes.barh(rows_shown, [row['mA'] for row in rows], color='0.8', label='mA')
    axes.plot(
        [row['tpr'] for row in rows], rows_shown, '>', color='tab:blue', label='true positive rate'
    )
    axes.plot(
        [row['tnr'] for row in rows], rows_shown, '<', color='tab:red', label='true negative rate'
    )
    for name in (name for name in rows[0] if name.endswith('/mA')):
        marks = [row[name] for row in rows]
        axes.plot(marks, rows_shown, 'D', color='0.2', fillstyle='none', label=f'mA, {name[:-3]}')
    axes.axvline(50, color='0.4', linewidth=0.8, linestyle=':')
    names = [f'{shown(row["name"])}  {100 * row["ratio"]:.1f} %' for row in rows]
    axes.set_yticks(rows_shown, names)
    axes.set_xlim(0, 101)
    axes.set_xlabel('percent')
    axes.set_title('Scores of each attribute, by its share of positives')
    figure.legend(loc='outside lower center', ncols=4, frameon=False)
    return with_glyphs(figure)
