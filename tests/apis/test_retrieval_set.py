import cv2
import numpy as np
import pytest

from par_plugins.apis.retrieval_set import RetrievalSet


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
