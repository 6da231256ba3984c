import numpy as np
import pytest

from par_plugins.apis.retrieval_set import RetrievalSet
from par_plugins.structures import InputError
from projects.paper_studies.apr.gallery_size import growing_gallery


@pytest.fixture
def pictures():
    """Two queries of person 1 and 2 under camera 1; embeddings are points on a line."""
    images = [  # pid, camid, is_query, place
        (1, 1, True, 0.0),
        (2, 1, True, 10.0),
        (1, 1, False, 0.1),  # same camera as its query
        (-1, 2, False, 0.2),
        (0, 2, False, 0.3),
        (1, 2, False, 0.4),
        (2, 2, False, 9.0),
        (0, 3, False, 9.5),
    ]
    pids, camids, is_query, places = (np.array(column) for column in zip(*images, strict=True))
    return RetrievalSet(
        np.array(['picture'] * len(images)),
        places[:, None],
        np.zeros((len(images), 0)),
        pids,
        camids,
        is_query,
    )


def test_a_growing_gallery_goes_from_no_distractor_to_all(pictures):
    curves = growing_gallery(pictures, steps=3, seed=0)
    (sizes, rank1), (same_sizes, mean_precision) = curves['rank1'], curves['mAP']
    assert sizes == same_sizes == [3, 4, 5]
    assert rank1[0] == 100 and rank1[-1] == 0
    assert mean_precision[-1] == pytest.approx(pictures.scores()['mAP']) == pytest.approx(50)


def test_without_distractors_it_cannot_grow(pictures):
    with pytest.raises(InputError, match='no distractor'):
        growing_gallery(pictures.take(pictures.pids != 0), steps=2, seed=0)
