"""Time search in a large index beside faiss's flat index, in one process on the same embeddings.

    python tools/benchmarks/search.py         # 1,000,000 x 512: 4 GB of memory, 3 of disk
    python tools/benchmarks/search.py --people 100000 --repeats 5

Embeddings lie around centres, 50 people to each; a query is somebody of the index, a little moved.
Opening and queries take turns with faiss's, and the ratio of each turn counts (ours / faiss flat):
a machine that is busy slows both down. Building the inverted lists is timed once.
"""

import argparse
import functools
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from par_plugins.search import IndexedPerson, IndexRows, InvertedLists, PersonIndex
from par_plugins.search.nearest_rows import nearest_rows
from par_plugins.structures import AttributeSchema

CHUNK = 50_000
PEOPLE_A_CENTRE, SPREAD = 50, 0.7
COUNT = 10


def write_index(folder: Path, people: int, width: int) -> PersonIndex:
    """Make an index of random people around centres."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((max(1, people // PEOPLE_A_CENTRE), width), dtype=np.float32)
    index = PersonIndex.create(folder, AttributeSchema(['hat', 'bag']), width=width)
    for start in range(0, people, CHUNK):
        size = min(CHUNK, people - start)
        noise = SPREAD * rng.standard_normal((size, width), dtype=np.float32)
        index.append(
            IndexRows(
                [IndexedPerson(f'{start + number}.jpg') for number in range(size)],
                centres[rng.integers(0, len(centres), size)] + noise,
                rng.random((size, 2), dtype=np.float32),
            )
        )
    return index


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds and the result."""
    start = time.perf_counter()
    result = run()
    return 1000 * (time.perf_counter() - start), result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--people', type=int, default=1_000_000)
    parser.add_argument('--width', type=int, default=512)
    parser.add_argument('--repeats', type=int, default=15)
    parser.add_argument('--folder', type=Path, help='for the index; default: a temporary one')
    args = parser.parse_args()
    import faiss

    folder = args.folder or Path(tempfile.mkdtemp())
    try:
        write_index(folder / 'index', args.people, args.width)
        opening, index = timed(lambda: PersonIndex(folder / 'index'))
        flat = faiss.IndexFlatL2(args.width)
        flat.add(index.embeddings)
        rng = np.random.default_rng(1)
        exact, flats, same = [], [], 0
        for repeat in range(args.repeats + 1):  # the first is the warm-up
            row = int(rng.integers(args.people))
            query = index.embeddings[row] + 0.1 * rng.standard_normal(args.width, dtype=np.float32)
            first, (_, by_faiss) = timed(functools.partial(flat.search, query[None], COUNT))
            ours = functools.partial(nearest_rows, index.embeddings, index.squares, query, COUNT)
            second, (rows, _) = timed(ours)
            if repeat:
                flats.append(first)
                exact.append(second)
                same += set(rows) == set(by_faiss[0])
        flat.reset()  # its copy of the embeddings
        building, lists = timed(lambda: InvertedLists.build(index))
        opening_lists, lists = timed(lambda: InvertedLists(index))
        approximate = []
        for _ in range(args.repeats + 1):
            row = int(rng.integers(args.people))
            query = index.embeddings[row] + 0.1 * rng.standard_normal(args.width, dtype=np.float32)
            approximate.append(timed(functools.partial(lists.nearest, query, COUNT))[0])
    finally:
        if args.folder is None:
            shutil.rmtree(folder)
    ratio = statistics.median(one / other for one, other in zip(exact, flats, strict=True))
    probed = statistics.median(approximate[1:]) / statistics.median(flats)
    table = Table('', 'ms', 'ours / faiss flat')
    table.add_row('open the index', f'{opening:.1f}', '')
    table.add_row('exact query, faiss flat', f'{statistics.median(flats):.1f}', '1')
    table.add_row('exact query, ours', f'{statistics.median(exact):.1f}', f'{ratio:.2f}')
    table.add_row('build inverted lists', f'{building:.0f}', '')
    table.add_row('open inverted lists', f'{opening_lists:.1f}', '')
    approximately = statistics.median(approximate[1:])
    table.add_row('approximate query', f'{approximately:.2f}', f'{probed:.4f}')
    console = Console()
    console.print(table)
    print(
        f'{args.people} x {args.width}; the same {COUNT} people as faiss in {same} of '
        f'{args.repeats}; recall of the lists {lists.report.recall:.3f} with {lists.report.probes} '
        f'of {lists.report.lists} looked into'
    )


if __name__ == '__main__':
    main()
