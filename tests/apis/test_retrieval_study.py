import cv2
import numpy as np
import pytest

from par_plugins.apis.retrieval_study import RetrievalSet
from par_plugins.structures import InputError


@pytest.fixture
def found(tmp_path):
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
    names = []
    for number in range(len(images)):
        names.append(str(tmp_path / f'{number}.png'))
        cv2.imwrite(names[-1], np.full((4, 2, 3), number, np.uint8))
    pids, camids, is_query, places = (np.array(column) for column in zip(*images, strict=True))
    return RetrievalSet(
        np.array(names), places[:, None], np.zeros((len(images), 0)), pids, camids, is_query
    )


def test_a_rank_list_leaves_out_junk_and_the_same_camera(found):
    first, second = found.rank_lists([0, 1], count=3)
    assert [picture[0, 0, 0] for picture in first.found] == [4, 5, 6]
    assert first.right == [False, True, False]
    assert [picture[0, 0, 0] for picture in second.found] == [7, 6, 5]
    assert second.right == [False, True, False]
    assert second.query[0, 0, 0] == 1


def test_a_growing_gallery_goes_from_no_distractor_to_all(found):
    curve = found.growing_gallery(steps=3, seed=0)
    assert [point['gallery'] for point in curve] == [3, 4, 5]
    assert curve[0]['rank1'] == 100 and curve[-1]['rank1'] == 0
    assert curve[-1]['mAP'] == pytest.approx(found.scores()['mAP']) == pytest.approx(50)


def test_without_distractors_it_cannot_grow(found):
    with pytest.raises(InputError, match='no distractor'):
        found.take(found.pids != 0).growing_gallery(steps=2, seed=0)
