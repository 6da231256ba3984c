"""Pictures found for a query, best first, with what was predicted of them (APR, figure 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from par_plugins.structures import AttributeSchema
from par_plugins.visualization.figure_names import shown, with_glyphs

FRAMES = {True: 'tab:green', False: 'tab:red', None: '0.6'}


@dataclass(frozen=True, eq=False)
class RankList:
    """One answer.

    Attributes:
        query: The picture asked for, ``(H, W, 3)`` uint8 RGB, or None.
        found: The pictures found, best first.
        probabilities: ``(len(found), C)`` packed, of the pictures found.
        right: Of each, whether it is right; None where nobody knows.
        captions: Of each, the lines above it; None for its number.
    """

    query: np.ndarray | None
    found: Sequence[np.ndarray]
    probabilities: np.ndarray
    right: Sequence[bool] | None = None
    captions: Sequence[Sequence[str]] | None = None


def rank_lists_figure(lists: Sequence[RankList], schema: AttributeSchema | None) -> Figure:
    """Draw a row for every query: the query, then what was found, right and wrong ones framed.

    Below each picture found stand the attributes predicted of it: the binary ones that it has,
    and the values of the categorical ones.

    Args:
        lists: At least one.
        schema: The attributes; None where the model predicts none.

    Returns:
        A figure that belongs to no window.
    """
    columns = 1 + max(len(one.found) for one in lists)
    figure = Figure(figsize=(1.3 * columns, 4.0 * len(lists)), layout='constrained')
    axes = figure.subplots(len(lists), columns, squeeze=False)
    for panel in axes.ravel():
        panel.set_axis_off()
    for row, one in zip(axes, lists, strict=True):
        if one.query is not None:
            row[0].imshow(one.query)
            row[0].set_title('query', fontsize=8)
        words = _words(one, schema)
        for number, (panel, picture) in enumerate(zip(row[1:], one.found, strict=False)):
            right = None if one.right is None else bool(one.right[number])
            _draw(panel, picture, color=FRAMES[right])
            lines = [str(number + 1)] if one.captions is None else one.captions[number]
            panel.set_title('\n'.join(map(shown, lines)), fontsize=8 if one.captions is None else 6)
            panel.set_xlabel('\n'.join(map(shown, words[number])), fontsize=6)
    return with_glyphs(figure)


def _draw(panel: Axes, picture: np.ndarray, *, color: str) -> None:
    panel.set_axis_on()
    panel.set_xticks([])
    panel.set_yticks([])
    panel.imshow(picture)
    for spine in panel.spines.values():
        spine.set(edgecolor=color, linewidth=3)


def _words(one: RankList, schema: AttributeSchema | None) -> list[list[str]]:
    """What was predicted of each picture found."""
    if schema is None:
        return [[] for _ in one.found]
    predictions = schema.predictions(one.probabilities).tolist()
    return [
        [
            attribute.values[value] if attribute.values is not None else attribute.name
            for attribute, value in zip(schema.attributes, predicted, strict=True)
            if value or attribute.values is not None
        ]
        for predicted in predictions
    ]
