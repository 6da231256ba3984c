"""Approximate search in large indices: inverted lists of faiss, kept beside the embeddings.

Embeddings are put into about sqrt(N) lists by their nearest centre, with a bit a number (four
numbers share one of 16 centres, which processors compare 32 at a time). A query looks into the
lists of a few centres; what is nearest there is measured exactly, in the index's own embeddings.
How many lists is chosen when they are built, by the recall on a sample.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from par_plugins.engine.written_aside import written_aside
from par_plugins.evaluation.functional import exact_distances
from par_plugins.search.nearest_rows import nearest_rows
from par_plugins.search.person_index import PersonIndex
from par_plugins.structures import InputError

FEWEST_ROWS = 20_000
"""Below so many, exact search is as quick."""
ROWS_A_LIST, ROUNDS = 40, 6
"""Embeddings that each centre is fitted to (faiss asks for 39), and rounds of k-means."""
SAMPLE, SAMPLE_COUNT = 32, 10
"""Queries, and nearest ones of each, by which recall is measured."""
WANTED_RECALL = 0.95
LARGEST_SHARE = 16  # at most one list of so many is looked into
NUMBERS_A_PART, BITS = 4, 4
"""Numbers that share a centre, and the bits of its name; faiss's fast scan has 4."""
MEASURED_AGAIN = 16  # times as many as are asked for, by their true distances
SECONDARY_ROWS = 1 / 4  # of those in lists: with more behind them the lists are built anew
FILE, ABOUT = 'lists.faiss', 'lists.json'


@dataclass(frozen=True)
class ListsReport:
    """What is known of inverted lists.

    Attributes:
        rows: In them; those appended later are searched exactly.
        lists: Number of lists.
        probes: Lists that a query looks into.
        recall: Share of the true :data:`SAMPLE_COUNT` nearest that was found, of a sample.
        checksum: Of the rows' lengths, by which other embeddings are told.
    """

    rows: int
    lists: int
    probes: int
    recall: float
    checksum: float


class InvertedLists:
    """Lists of an index.

    Attributes:
        report: What is known of them.

    Args:
        index: Whose folder has lists that :meth:`build` has made.

    Raises:
        InputError: If faiss is not installed, or they are damaged or of other embeddings.
    """

    def __init__(self, index: PersonIndex) -> None:
        faiss = _faiss()
        self.index = index
        path = index.folder / FILE
        try:
            about = json.loads((index.folder / ABOUT).read_text(encoding='utf-8'))
            self.report = ListsReport(**about)
            if _checksum(index, self.report.rows) != self.report.checksum:
                raise InputError('of other embeddings than those of the index')
            self._lists = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
            size, width = self._lists.ntotal, self._lists.d
            if (size, width) != (self.report.rows, index.embeddings.shape[1]):
                raise InputError(f'{size} embeddings of width {width}')
            self._lists.nprobe = self.report.probes
        except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
            raise InputError(f'{path}: no inverted lists of this index: {error}') from error

    @classmethod
    def of_index(cls, index: PersonIndex) -> 'InvertedLists | None':
        """Open the lists of an index, built first where there are none or too few rows are in them.

        Returns:
            None for a small index, which is searched exactly as quickly.
        """
        if len(index) < FEWEST_ROWS:
            return None
        if (index.folder / ABOUT).is_file():
            opened = cls(index)
            behind = len(index) - opened.report.rows
            if behind <= SECONDARY_ROWS * opened.report.rows:
                return opened
        return cls.build(index)

    @classmethod
    def build(cls, index: PersonIndex) -> 'InvertedLists':
        """Make the lists, measure their recall, and keep both in the folder of the index.

        Raises:
            InputError: If faiss is not installed, or they cannot be written.
        """
        faiss = _faiss()
        rows, width = index.embeddings.shape
        number = 2 ** round(np.log2(np.sqrt(rows)))
        parts = max(n for n in range(1, max(1, width // NUMBERS_A_PART) + 1) if width % n == 0)
        lists = faiss.IndexIVFPQFastScan(faiss.IndexFlatL2(width), width, number, parts, BITS)
        lists.cp.max_points_per_centroid = ROWS_A_LIST
        lists.cp.niter = ROUNDS
        step = max(1, rows // (ROWS_A_LIST * number))
        lists.train(np.ascontiguousarray(index.embeddings[::step]))
        for start in range(0, rows, 1 << 16):  # never a copy of them all
            lists.add(np.ascontiguousarray(index.embeddings[start : start + (1 << 16)]))
        probes, recall = _chosen_probes(lists, index)
        report = ListsReport(rows, number, probes, recall, _checksum(index, rows))
        (index.folder / ABOUT).unlink(missing_ok=True)
        with written_aside(index.folder / FILE) as aside:
            faiss.write_index(lists, str(aside))
        with written_aside(index.folder / ABOUT) as aside:
            aside.write_text(json.dumps(asdict(report)) + '\n', encoding='utf-8')
        return cls(index)

    def nearest(self, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Find near rows; their distances are exact.

        Args:
            query: ``(F,)``.
            count: How many.

        Returns:
            Rows ``(K,)``, the nearest first, and their Euclidean distances.
        """
        rows, distances = _probed(self._lists, self.index, query, count)
        done = self.report.rows
        if done < len(self.index):
            behind, more = nearest_rows(
                self.index.embeddings[done:], self.index.squares[done:], query, count
            )
            rows = np.concatenate([rows, behind + done])
            distances = np.concatenate([distances, more])
            order = np.argsort(distances, kind='stable')[:count]
            rows, distances = rows[order], distances[order]
        return rows, distances


def _probed(
    lists: Any, index: PersonIndex, query: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    query = np.ascontiguousarray(query, np.float32)
    _, found = lists.search(query[None], MEASURED_AGAIN * count)
    rows = np.sort(found[0][found[0] >= 0])
    squares = exact_distances(query, index.embeddings[rows])
    order = np.argsort(squares, kind='stable')[:count]
    return rows[order], np.sqrt(squares[order])


def _chosen_probes(lists: Any, index: PersonIndex) -> tuple[int, float]:
    """The fewest lists that give the recall wanted, and the recall; a query is not its answer."""
    queries = np.linspace(0, len(index) - 1, SAMPLE).astype(int)
    count = SAMPLE_COUNT + 1
    exact = [
        nearest_rows(index.embeddings, index.squares, index.embeddings[row], count)[0]
        for row in queries
    ]
    probes = 1
    while True:
        lists.nprobe = probes
        shares = []
        for row, expected in zip(queries, exact, strict=True):
            found, _ = _probed(lists, index, index.embeddings[row], count)
            shares.append(recall(found[found != row], expected[expected != row]))
        mean = float(np.mean(shares))
        if mean >= WANTED_RECALL or 1.5 * probes * LARGEST_SHARE > lists.nlist:
            return probes, mean
        probes += max(1, probes // 2)


def recall(found: np.ndarray, expected: np.ndarray) -> float:
    """Share of the rows expected that are among those found, 0 to 1.

    Example:
        >>> recall(np.array([1, 2, 9, 8]), np.array([1, 2, 3, 4]))
        0.5
    """
    return float(np.isin(expected, found).mean())


def _checksum(index: PersonIndex, rows: int) -> float:
    return float(index.squares[:rows].sum(dtype=np.float64))


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise InputError('approximate search needs faiss: pip install faiss-cpu') from error
    return faiss
