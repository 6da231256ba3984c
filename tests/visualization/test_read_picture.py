import os

import cv2
import numpy as np
import pytest

from par_plugins.structures import InputError
from par_plugins.visualization import read_picture


def test_a_picture_comes_in_the_order_of_red_green_blue(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((2, 3, 3), (1, 2, 3), np.uint8))
    picture = read_picture(tmp_path / 'a.png')
    assert picture.shape == (2, 3, 3) and picture[0, 0].tolist() == [3, 2, 1]


@pytest.mark.parametrize('name', ['http://127.0.0.1:9/a.jpg', 's3://a/b.jpg', '/dev/null', 'a\0b'])
def test_what_is_no_regular_file_is_refused_by_name(name):
    with pytest.raises(InputError, match='there is no such file to draw'):
        read_picture(name)


def test_an_address_stays_unfetched_where_a_folder_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.makedirs('http:/example.invalid')
    cv2.imwrite('http:/example.invalid/a.png', np.zeros((2, 3, 3), np.uint8))
    assert read_picture('http://example.invalid/a.png').shape == (2, 3, 3)


def test_a_broken_picture_is_named(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'no picture')
    with pytest.raises(InputError, match=r'a\.jpg'):
        read_picture(tmp_path / 'a.jpg')
