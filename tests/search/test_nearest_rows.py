import numpy as np
import pytest

from par_plugins.search import nearest_rows as module
from par_plugins.search.nearest_rows import nearest_rows
from par_plugins.structures import InputError


def by_sorting(embeddings, query, count):
    """All distances in double precision, sorted; of equal ones the first first."""
    differences = embeddings.astype(np.float64) - np.float32(query).astype(np.float64)
    distances = np.sqrt(np.square(differences).sum(axis=1))
    order = np.argsort(distances, kind='stable')[:count]
    return order, distances[order]


def squares_of(embeddings):
    return np.square(embeddings, dtype=np.float64).sum(axis=1).astype(np.float32)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that an answer is put together from many."""
    monkeypatch.setattr(module, 'BLOCK', 64)


@pytest.mark.parametrize(
    ('scale', 'offset', 'spread'),
    [(1, 0, 1), (1, 1000, 1e-3), (1e-20, 0, 1), (1e15, 0, 1), (1, 30, 1e-4)],
)
@pytest.mark.parametrize('count', [1, 10, 1000])
def test_the_order_is_that_of_double_precision_wherever_the_embeddings_lie(
    scale, offset, spread, count
):
    rng = np.random.default_rng(0)
    embeddings = (scale * (offset + spread * rng.standard_normal((777, 32)))).astype(np.float32)
    embeddings[100:140] = embeddings[500]  # duplicates
    for query in (embeddings[500], embeddings[3] + np.float32(scale * spread)):
        rows, distances = nearest_rows(embeddings, squares_of(embeddings), query, count)
        expected, exact = by_sorting(embeddings, query, count)
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_allclose(distances, exact, rtol=1e-12)


def test_float32_alone_would_give_another_order():
    """The case above can tell: a product in single precision loses these distances."""
    rng = np.random.default_rng(0)
    embeddings = (1000 + 1e-3 * rng.standard_normal((777, 32))).astype(np.float32)
    keys = squares_of(embeddings) - 2 * embeddings @ embeddings[500]
    expected, _ = by_sorting(embeddings, embeddings[500], 10)
    assert np.argsort(keys, kind='stable')[:10].tolist() != expected.tolist()


def test_few_rows_are_measured_again_where_people_differ(monkeypatch):
    measured = []

    def counted(first, second):
        measured.append(len(second))
        return module_exact(first, second)

    module_exact = module.exact_distances
    monkeypatch.setattr(module, 'exact_distances', counted)
    embeddings = np.random.default_rng(0).standard_normal((5000, 64)).astype(np.float32)
    nearest_rows(embeddings, squares_of(embeddings), embeddings[0], 10)
    assert sum(measured) <= 12


def test_only_the_rows_given_are_looked_at():
    embeddings = np.random.default_rng(0).standard_normal((500, 8)).astype(np.float32)
    only = np.arange(3, 500, 7)
    query = embeddings[0]
    rows, _ = nearest_rows(embeddings, squares_of(embeddings), query, 5, only)
    expected, _ = by_sorting(embeddings[only], query, 5)
    assert rows.tolist() == only[expected].tolist()


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(value):
    embeddings = np.ones((100, 4), np.float32)
    squares = squares_of(embeddings)
    embeddings[70, 1] = value
    with pytest.raises(InputError, match='not finite'):
        nearest_rows(embeddings, squares, np.ones(4), 3)
    with pytest.raises(InputError, match='not finite'):
        nearest_rows(np.ones((3, 4), np.float32), np.ones(3, np.float32), [1, value, 1, 1], 3)
