"""Search in an image index: by a picture, by attributes, or by both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from par_plugins.apis.attribute_query import (
    parse_attribute_query,
    query_log_probabilities,
)
from par_plugins.apis.image_index import ImageIndex
from par_plugins.evaluation.functional import exact_distances
from par_plugins.structures import InputError

NEIGHBOURS = 32  # links of a picture in the approximate index, faiss's usual


@dataclass(frozen=True, eq=False)
class Found:
    """The answer to a query, best first.

    Attributes:
        rows: Which pictures of the index.
        scores: Of each: its Euclidean distance to the picture asked for, or without one the
            probability of everything asked for.
        meaning: How the words were read.
    """

    rows: np.ndarray
    scores: np.ndarray
    meaning: Sequence[str] = ()


def search(
    index: ImageIndex,
    *,
    embedding: np.ndarray | None = None,
    words: str | None = None,
    count: int = 10,
    at_least: float = 0.5,
) -> Found:
    """Find pictures, exactly.

    A picture alone ranks by distance, words alone by the probability of everything asked for.
    With both, the pictures in which every single thing asked for has at least a certain
    probability are ranked by distance.

    Args:
        index: Where to search.
        embedding: ``(F,)`` of the picture asked for.
        words: See :func:`parse_attribute_query`.
        count: Length of the answer, unless there are fewer.
        at_least: The probability from which on a picture counts as having what is asked for.

    Raises:
        InputError: If nothing is asked for, the words are not understood, the embedding is of
            another width, or no picture has what is asked for.
    """
    query = parse_attribute_query(words, index.schema) if words else []
    meaning = [asked.text for asked in query]
    if embedding is None:
        if not query:
            raise InputError('ask for a picture, for attributes, or for both')
        scores = query_log_probabilities(query, index.probabilities, index.schema)
        rows = np.argsort(-scores, kind='stable')[:count]
        return Found(rows, np.exp(scores[rows]), meaning)
    _check_width(index, embedding)
    rows = np.arange(len(index.names))
    for asked in query:
        score = query_log_probabilities([asked], index.probabilities[rows], index.schema)
        rows = rows[score >= np.log(at_least)]
    if len(rows) == 0:
        raise InputError(f'no picture has {", ".join(meaning)} with at least {at_least}')
    squares = exact_distances(embedding, index.embeddings[rows])
    nearest = np.argsort(squares, kind='stable')[:count]
    return Found(rows[nearest], np.sqrt(squares[nearest]), meaning)


class ApproximateSearch:
    """The nearest pictures by a graph of neighbours (HNSW): quicker than :func:`search`, inexact.

    Args:
        index: Where to search; the graph is built once, here.

    Raises:
        InputError: If faiss is not installed.
    """

    def __init__(self, index: ImageIndex) -> None:
        faiss = _faiss()
        self.index = index
        self._graph = faiss.IndexHNSWFlat(index.embeddings.shape[1], NEIGHBOURS)
        self._graph.add(np.ascontiguousarray(index.embeddings, dtype=np.float32))

    def search(self, embedding: np.ndarray, *, count: int = 10) -> Found:
        """Find pictures near one.

        Args:
            embedding: ``(F,)`` of the picture asked for.
            count: Length of the answer, unless there are fewer.
        """
        _check_width(self.index, embedding)
        squared, rows = self._graph.search(embedding[None].astype(np.float32), count)
        found = rows[0] >= 0
        return Found(rows[0][found], np.sqrt(np.maximum(squared[0][found], 0)))


def recall(found: Found, exact: Found) -> float:
    """Share of the exact answer that is in another, 0 to 1."""
    return float(np.isin(exact.rows, found.rows).mean())


def _check_width(index: ImageIndex, embedding: np.ndarray) -> None:
    if embedding.shape != index.embeddings.shape[1:]:
        raise InputError(
            f'the embedding has the shape {embedding.shape}, those of the index '
            f'{index.embeddings.shape[1:]}: they come from different models'
        )


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise InputError('approximate search needs faiss: pip install faiss-cpu') from error
    return faiss
