"""Search in an index of people: by a picture, by words, or by both."""

from dataclasses import dataclass

import numpy as np

from par_plugins.search.attribute_query import (
    AttributeQuery,
    Condition,
    condition_probabilities,
    parse_attribute_query,
)
from par_plugins.search.inverted_lists import InvertedLists
from par_plugins.search.nearest_rows import nearest_rows
from par_plugins.search.person_index import PersonIndex
from par_plugins.search.synonyms import Synonyms
from par_plugins.structures import InputError, checked_number

ROUNDING = 1e-4
"""By which a sum of a network's probabilities may miss 1."""


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The answer to a query, best first.

    Attributes:
        rows: Which people of the index.
        scores: Of each: its Euclidean distance to the picture asked for, or without one the
            probability of everything asked for.
        query: How the words were read; None without words.
    """

    rows: np.ndarray
    scores: np.ndarray
    query: AttributeQuery | None = None


def search_people(
    index: PersonIndex,
    *,
    embedding: np.ndarray | None = None,
    words: str | None = None,
    count: int = 10,
    at_least: float = 0.5,
    synonyms: Synonyms | None = None,
    lists: InvertedLists | None = None,
) -> SearchResult:
    """Find people.

    A picture alone ranks by distance, words alone by the probability of everything asked for.
    With both, the people who meet every single condition with at least a certain probability are
    ranked by distance.

    Args:
        index: Where to search.
        embedding: ``(F,)`` of the picture asked for.
        words: See :func:`parse_attribute_query`.
        count: Length of the answer, unless there are fewer.
        at_least: The probability from which on a person counts as meeting a condition.
        synonyms: For the words.
        lists: To search approximately in, for a picture alone; None searches exactly.

    Raises:
        InputError: If ``count`` is below 1, nothing is asked for, the words are not understood, the
            embedding is of another width, or nobody meets the conditions.
    """
    checked_number('count', count, at_least=1, whole=True)
    query = parse_attribute_query(words, index.schema, synonyms) if words else None
    conditions = () if query is None else query.conditions
    if len(index) == 0:
        raise InputError(f'{index.folder}: nobody is in this index')
    met = (_met(index, condition) for condition in conditions)
    if embedding is None:
        if query is None:
            raise InputError('ask for a picture, for attributes, or for both')
        with np.errstate(divide='ignore'):
            scores = sum((np.log(each) for each in met), np.zeros(len(index)))
        best = _largest(scores, count)
        return SearchResult(best, np.exp(scores[best]), query)
    width = index.embeddings.shape[1:]
    if embedding.shape != width:
        raise InputError(
            f'the embedding has the shape {embedding.shape}, those of the index {width}: they come '
            'from different models'
        )
    if lists is not None and query is None:
        return SearchResult(*lists.nearest(embedding, count))
    rows: np.ndarray | None = None
    if query is not None:
        kept = np.ones(len(index), bool)
        for each in met:
            kept &= each >= at_least
        rows = np.flatnonzero(kept)
        if not len(rows):
            asked = '; '.join(map(str, conditions))
            raise InputError(f'nobody is {asked}, each with at least {at_least}')
    try:
        nearest = nearest_rows(index.embeddings, index.squares, embedding, count, rows)
    except InputError as error:
        raise InputError(f'{index.folder}: {error}') from error
    return SearchResult(*nearest, query)


def _met(index: PersonIndex, condition: Condition) -> np.ndarray:
    """How probable it is that each person meets a condition; ``(N,)``."""
    probabilities = condition_probabilities(condition, index.probabilities, index.schema)
    if not ((probabilities >= -ROUNDING) & (probabilities <= 1 + ROUNDING)).all():
        raise InputError(f'{index.folder}: probabilities of {condition} are not between 0 and 1')
    return np.clip(probabilities, 0, 1)


def _largest(scores: np.ndarray, count: int) -> np.ndarray:
    """Rows of the largest scores; of equal ones those that come first."""
    if count < len(scores):
        least = np.partition(scores, -count)[-count]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    return candidates[np.argsort(-scores[candidates], kind='stable')[:count]]
