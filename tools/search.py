"""Search in an index of pictures (tools/embed.py): by a picture, by attributes, or by both.

The picture is one of the index, or any other where config and checkpoint are given.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from par_runtime.run_options import RUNNER_OPTIONS

if TYPE_CHECKING:
    import numpy as np

    from par_plugins.apis.image_index import ImageIndex
    from par_plugins.apis.search import Found


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('index', type=Path, help='file that tools/embed.py has written')
    parser.add_argument('--picture', help='a picture of the person looked for')
    parser.add_argument('--words', help='attributes, such as "female, no hat, red upper body"')
    parser.add_argument('--count', type=int, default=10, help='length of the answer (10)')
    parser.add_argument(
        '--at-least',
        type=float,
        default=0.5,
        help='with both: the probability from which on somebody has an attribute (0.5)',
    )
    parser.add_argument(
        '--approximate', action='store_true', help='search by faiss, and print the recall'
    )
    parser.add_argument('--figure', type=Path, help='also draw the answer, .png or .pdf')
    parser.add_argument('--model', nargs=2, metavar=('CONFIG', 'CHECKPOINT'), help='for --picture')
    args = parser.parse_args()
    if args.approximate and (args.words or not args.picture):
        parser.error('--approximate is for a picture alone')
    return args


def embedding_of(picture: str, index: 'ImageIndex', model: list[str] | None) -> 'np.ndarray':
    """Of a picture of the index, or of one that the model has to look at."""
    import numpy as np

    from par_plugins.apis import load_config
    from par_plugins.apis.image_index import embed_images
    from par_plugins.structures import InputError

    row = np.flatnonzero(index.names == picture)
    if len(row):
        return index.embeddings[row[0]]
    if model is None:
        raise InputError(f'{picture} is not in the index: say with --model what can look at it')
    config, checkpoint = model
    options = argparse.ArgumentParser(parents=[RUNNER_OPTIONS]).parse_args([config])
    cfg = load_config(options, work_dir='{config}/search')
    return embed_images(cfg, checkpoint, picture).embeddings[0]


def show(found: 'Found', index: 'ImageIndex', *, by_picture: bool) -> None:
    """Print the answer."""
    from par_plugins.structures import printable

    if found.meaning:
        print(f'Asked for: {printable(", ".join(found.meaning))}')
    table = Table('', 'picture', 'distance' if by_picture else 'probability')
    for rank, (row, score) in enumerate(zip(found.rows, found.scores, strict=True), start=1):
        table.add_row(str(rank), printable(index.names[row]), f'{score:.4f}')
    Console(markup=False, emoji=False).print(table)


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis.image_index import ImageIndex
    from par_plugins.apis.search import ApproximateSearch, recall, search
    from par_plugins.visualization import RankList, rank_lists_figure, read_picture

    index = ImageIndex.load(args.index)
    embedding = embedding_of(args.picture, index, args.model) if args.picture else None
    found = search(
        index, embedding=embedding, words=args.words, count=args.count, at_least=args.at_least
    )
    if args.approximate and embedding is not None:
        exact, found = found, ApproximateSearch(index).search(embedding, count=args.count)
        print(f'Recall against the exact answer: {recall(found, exact):.3f}')
    show(found, index, by_picture=embedding is not None)
    if args.figure:
        pictures = [read_picture(index.names[row]) for row in found.rows]
        asked = read_picture(args.picture) if args.picture else None
        figure = rank_lists_figure(
            [RankList(asked, pictures, index.probabilities[found.rows])], index.schema
        )
        figure.savefig(args.figure, dpi=150)


if __name__ == '__main__':
    main()
