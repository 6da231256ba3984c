"""Pictures of people with what was predicted and what is labelled."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from par_plugins.structures import UNKNOWN, AttributeSchema
from par_plugins.visualization.figure_names import shown, with_glyphs

COLORS = {'right': 'tab:green', 'wrong': 'tab:red', 'missed': 'tab:orange', 'unknown': '0.4'}


def predictions_figure(
    images: Sequence[np.ndarray],
    predictions: np.ndarray,
    targets: np.ndarray,
    schema: AttributeSchema,
    *,
    columns: int = 8,
) -> Figure:
    """Draw people above the attributes that they have or were said to have.

    Green is predicted and labelled, red predicted but labelled otherwise, orange labelled but not
    predicted, grey predicted where nothing is labelled.

    Args:
        images: N pictures, ``(H, W, 3)`` uint8 RGB.
        predictions: ``(N, A)`` predicted values.
        targets: ``(N, A)`` labelled values, -1 unknown.
        schema: The attributes.
        columns: Pictures a row.

    Returns:
        A figure that belongs to no window.
    """
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.6 * columns, 4.2 * rows), layout='constrained')
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in axes:
        panel.axis('off')
    for panel, image, predicted, labelled in zip(axes, images, predictions, targets, strict=False):
        panel.imshow(image)
        lines = _lines(predicted, labelled, schema)
        for number, (text, correctness) in enumerate(lines):
            panel.annotate(
                shown(text),
                (0, 0),
                xycoords='axes fraction',
                xytext=(0, -9 - 8 * number),
                textcoords='offset points',
                fontsize=6.5,
                color=COLORS[correctness],
            )
    figure.suptitle(
        'green: right, red: wrong, orange: missed, grey: predicted where no label is known',
        fontsize=8,
    )
    return with_glyphs(figure)


def _lines(
    predicted: np.ndarray, labelled: np.ndarray, schema: AttributeSchema
) -> list[tuple[str, str]]:
    lines = []
    for attribute, guess, truth in zip(schema.attributes, predicted, labelled, strict=True):
        if attribute.values is not None:
            correctness = 'unknown' if truth == UNKNOWN else 'right' if guess == truth else 'wrong'
            lines.append((f'{attribute.name}: {attribute.values[guess]}', correctness))
        elif guess:
            correctness = {UNKNOWN: 'unknown', 1: 'right'}.get(int(truth), 'wrong')
            lines.append((attribute.name, correctness))
        elif truth == 1:
            lines.append((attribute.name, 'missed'))
    return lines
