"""Search for people in an index (tools/embed.py): by a picture, by words, or by both.

tools/search.py people --words "woman in a red coat with a backpack, no hat"
tools/search.py people --picture somebody.jpg --figure found.png
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from par_runtime.run_options import figure_path

if TYPE_CHECKING:
    import numpy as np

    from par_plugins.search import PersonIndex, SearchResult


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('index', type=Path, help='folder that tools/embed.py has written')
    add('--picture', help='of the person looked for: one of the index, or any other')
    add('--words', help='attributes, such as "woman with a backpack, no hat"')
    add('--count', type=int, default=10, help='length of the answer (10)')
    add(
        '--at-least',
        type=float,
        default=0.5,
        help='with both: the probability from which on somebody has an attribute (0.5)',
    )
    add('--synonyms', type=Path, help='more words for attributes, a .toml file')
    add('--approximate', action='store_true', help='search by faiss, and print the recall')
    add('--figure', type=figure_path, help='also draw the people found, .png or .pdf')
    add('--weights', help='for --picture: where the checkpoint of the index is now')
    add('--device', help='for --picture: cpu, cuda, ...')
    args = parser.parse_args()
    if args.approximate and (args.words or not args.picture):
        parser.error('--approximate is for a picture alone')
    return args


def embedding_of(index: 'PersonIndex', args: argparse.Namespace) -> 'np.ndarray':
    """Of a picture of the index, or of one that its model has to look at."""
    from par_plugins.structures import InputError

    if index.embeddings.shape[1] == 0:
        raise InputError(f'{index.folder}: its model has no embeddings; search by words')
    row = index.row_of(args.picture)
    if row is not None:
        return index.embeddings[row]
    if index.model is None:
        raise InputError(f'{index.folder} does not say what model has looked at its people')
    embedder = index.model.embedder(args.weights, args.device)
    (prediction,) = embedder.stream([args.picture])
    if prediction.record.error is not None:
        raise InputError(f'{args.picture}: {prediction.record.error}')
    embedding: np.ndarray = prediction.samples[0].pred_embedding.float().cpu().numpy()
    return embedding


def show(result: 'SearchResult', index: 'PersonIndex', *, by_picture: bool) -> None:
    """Print the answer."""
    from rich.console import Console
    from rich.table import Table

    from par_plugins.structures import printable

    if result.query is not None:
        print('Asked for:', printable('; '.join(map(str, result.query.conditions))))
        for words in result.query.not_understood:
            print('Not understood:', printable(str(words)), file=sys.stderr)
    table = Table('')
    table.add_column('person', overflow='fold')  # whole paths, also on a narrow terminal
    table.add_column('distance' if by_picture else 'probability')
    for rank, (row, score) in enumerate(zip(result.rows, result.scores, strict=True), start=1):
        table.add_row(str(rank), printable(str(index.person(int(row)))), f'{score:.4f}')
    Console(markup=False, emoji=False).print(table)


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.search import InvertedLists, PersonIndex, search_people
    from par_plugins.search.synonyms import Synonyms

    index = PersonIndex(args.index)
    lists = None
    if args.approximate:
        lists = InvertedLists.of_index(index)
        if lists is None:
            print(f'{len(index)} people: so few are searched exactly')
        else:
            known = lists.report
            print(
                f'{known.lists} lists, {known.probes} of them looked into; recall against the '
                f'exact answer, on a sample: {known.recall:.3f}'
            )
    result = search_people(
        index,
        embedding=embedding_of(index, args) if args.picture else None,
        words=args.words,
        count=args.count,
        at_least=args.at_least,
        synonyms=Synonyms.read(args.synonyms),
        lists=lists,
    )
    show(result, index, by_picture=args.picture is not None)
    if args.figure:
        from par_plugins.search.contact_sheet import contact_sheet

        sheet = contact_sheet(index, result, args.picture)
        sheet.savefig(args.figure, dpi=150, bbox_inches='tight')


if __name__ == '__main__':
    main()
