"""Draw a pedestrian with three rare attributes, and what networks say of these (DAI, figure 3).

    python -m projects.paper_studies.dai.one_pedestrian model_zoo/toys/{cross-entropy,dai}.onnx \\
        --figure projects/paper_studies/dai/one_pedestrian.png --name one_pedestrian

The pedestrian is the first of an unseen toy world who has three attributes that less than a tenth
of all have. Since one picture shows nothing, the table says what the networks make of everybody.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import mmcv
import numpy as np
from matplotlib.figure import Figure

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.evaluation.functional import average_precision
from par_plugins.structures import InputError
from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.onnx_model import OnnxAttributeModel

README = Path(__file__).with_name('README.md')
RARE = 0.1
"""Attributes of a smaller share of positives are rare."""


def first_with_rare(
    labels: np.ndarray, shares: np.ndarray, *, number: int = 3
) -> tuple[int, np.ndarray]:
    """Find the first pedestrian who has so many rare attributes.

    Args:
        labels: ``(N, A)`` of 0 and 1.
        shares: ``(A,)`` of positives, in [0, 1].
        number: Of attributes below :data:`RARE`.

    Returns:
        The row, and the columns of its rarest attributes, rarest first.

    Raises:
        InputError: If there is no such pedestrian.
    """
    rare = labels.astype(bool) & (shares < RARE)
    rows = np.flatnonzero(rare.sum(1) >= number)
    if len(rows) == 0:
        raise InputError(f'none of {len(labels)} pedestrians has {number} rare attributes')
    columns = np.flatnonzero(rare[rows[0]])
    return int(rows[0]), columns[np.argsort(shares[columns], kind='stable')][:number]


def everybody_table(
    names: Sequence[str], labels: np.ndarray, probabilities: Mapping[str, np.ndarray]
) -> str:
    """Mean probabilities of those who have attributes and of those who have not, as Markdown.

    Args:
        names: K attributes.
        labels: ``(N, K)`` of 0 and 1.
        probabilities: ``(N, K)`` by name of the network.
    """
    kinds = ('mean of positives', 'mean of negatives', 'average precision')
    heads = [f'{kind}: {network}' for kind in kinds for network in probabilities]
    lines = [f'| attribute | positives | {" | ".join(heads)} |', '|---' * (len(heads) + 2) + '|']
    for column, name in enumerate(names):
        positive = labels[:, column] == 1
        of_networks = [values[:, column] for values in probabilities.values()]
        cells = [
            *(values[positive].mean() for values in of_networks),
            *(values[~positive].mean() for values in of_networks),
            *(average_precision(values[:, None], positive[:, None])[0] for values in of_networks),
        ]
        numbers = ' | '.join(f'{100 * cell:.1f}' for cell in cells)
        lines.append(f'| {name} | {positive.sum()} of {len(labels)} | {numbers} |')
    return '\n'.join(lines)


def pedestrian_figure(
    picture: np.ndarray, names: Sequence[str], probabilities: Mapping[str, Sequence[float]]
) -> Figure:
    """Draw a pedestrian beside the probabilities of attributes.

    Args:
        picture: ``(H, W, 3)`` uint8, red first.
        names: K attributes.
        probabilities: K of each network, by its name.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(6.5, 3), layout='constrained')
    person, bars = figure.subplots(1, 2, width_ratios=[1, 3])
    person.imshow(picture)
    person.axis('off')
    height = 0.8 / len(probabilities)
    for number, (network, values) in enumerate(probabilities.items()):
        positions = np.arange(len(names)) + (number - (len(probabilities) - 1) / 2) * height
        bars.bar_label(bars.barh(positions, values, height, label=network), fmt='%.2f', padding=2)
    bars.axvline(0.5, color='0.4', linewidth=0.8, linestyle=':')
    bars.set_yticks(range(len(names)), names)
    bars.set_xlim(0, 1.1)
    bars.invert_yaxis()
    bars.set_xlabel('probability')
    figure.legend(loc='outside upper right', ncols=2, frameon=False)
    return figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('networks', type=Path, nargs='+', help='exported, of the toys of PA-100K')
    parser.add_argument('--world', type=int, default=1, help='seed that no network has seen (1)')
    parser.add_argument('--people', type=int, default=2000, help='of the table (2000)')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--name', help='of the marks in the README to put the table between')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    people = ToyPedestrians(args.people, seed=args.world, images_per_identity=1)
    labels = pa100k_labels(people)
    row, columns = first_with_rare(labels, np.array([x.ratio for x in PA100K_ATTRIBUTES]))
    names = [PA100K_ATTRIBUTES[column].name for column in columns]
    pictures = [
        mmcv.imfrombytes(people.jpeg(number), channel_order='rgb') for number in range(len(people))
    ]
    probabilities = {}
    for path in args.networks:
        model = OnnxAttributeModel(path, threads=1)
        outputs, _ = model.predict(pictures)
        probabilities[path.stem] = outputs[:, [model.schema.index(name) for name in names]]
    table = everybody_table(names, labels[:, columns], probabilities)
    print(f'pedestrian {row} of world {args.world}\n{table}')
    if args.name:
        put_table(README, table, name=args.name)
    if args.figure:
        shown = [
            f'{name}  {100 * PA100K_ATTRIBUTES[column].ratio:.1f} %'
            for name, column in zip(names, columns, strict=True)
        ]
        values = {network: outputs[row].tolist() for network, outputs in probabilities.items()}
        pedestrian_figure(pictures[row], shown, values).savefig(args.figure, dpi=100)


if __name__ == '__main__':
    main()
