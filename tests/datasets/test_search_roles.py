import numpy as np
import pytest

from par_plugins.datasets.search_roles import search_roles


def findable(pids, camids, roles):
    """For each query, whether the gallery has its identity, under another camera if there are."""
    asked, searched = (np.flatnonzero(np.array(roles) == role) for role in ('query', 'gallery'))
    for query in asked:
        hits = pids[searched] == pids[query]
        if camids is not None:
            hits &= camids[searched] != camids[query]
        yield hits.any()


@pytest.mark.parametrize('seed', range(5))
def test_every_query_can_be_found_and_each_camera_asks_once(seed):
    rng = np.random.default_rng(seed)
    pids, camids = rng.integers(-1, 30, 300), rng.integers(1, 5, 300)
    roles = search_roles(pids, camids, seed=seed)
    assert all(findable(pids, camids, roles))
    queries = [(p, c) for p, c, r in zip(pids, camids, roles, strict=True) if r == 'query']
    assert len(queries) == len(set(queries)) > 30
    assert {r for p, r in zip(pids, roles, strict=True) if p == -1} == {''}
    assert roles == search_roles(pids, camids, seed=seed)
    assert roles != search_roles(pids, camids, seed=seed + 1)


def test_small_identities_by_hand():
    alone = search_roles(np.array([7]), np.array([1]), seed=0)
    one_camera = search_roles(np.array([7, 7]), np.array([1, 1]), seed=0)
    assert alone == ['gallery'] and one_camera == ['gallery', 'gallery']
    two = search_roles(np.array([7, 7]), np.array([1, 2]), seed=0)
    assert sorted(two) == ['gallery', 'query']
    no_camera = search_roles(np.array([3, 3, 3, 4]), None, seed=0)
    assert sorted(no_camera[:3]) == ['gallery', 'gallery', 'query'] and no_camera[3] == 'gallery'
