"""Boxes of other programs come in as they are, in three forms."""

import json

import numpy as np
import pytest

from par_plugins.inference.detectors import BoxesFile, build_person_detector
from par_plugins.inference.frame import Frame
from par_plugins.structures import InputError

PIXELS = np.zeros((4, 4, 3), np.uint8)


def people(detector, source='v.avi', number=0):
    found = detector.detect(Frame(PIXELS, source, number))
    return found.boxes.tolist(), found.scores.tolist(), found.tracks


def test_mot_text_has_frames_from_one_and_widths(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('1,7,10,20,30,40,0.5\n\n3,8,1,2,3,4\n', encoding='utf-8')
    boxes, scores, tracks = people(BoxesFile(path))
    assert (boxes, scores, tracks.tolist()) == ([[10, 20, 40, 60]], [0.5], [7])
    assert people(BoxesFile(path), number=1)[0] == []
    assert people(BoxesFile(path), number=2)[0] == [[1, 2, 4, 6]]


def test_coco_has_pictures_and_only_people_of_them_are_taken(tmp_path):
    path = tmp_path / 'a.json'
    content = {
        'images': [{'id': 5, 'file_name': 'street/a.jpg'}],
        'categories': [{'id': 1, 'name': 'car'}, {'id': 2, 'name': 'person'}],
        'annotations': [
            {'image_id': 5, 'category_id': 1, 'bbox': [0, 0, 9, 9]},
            {'image_id': 5, 'category_id': 2, 'bbox': [1, 2, 3, 4], 'score': 0.25},
        ],
    }
    path.write_text(json.dumps(content), encoding='utf-8')
    expected = ([[1, 2, 4, 6]], [0.25], None)
    assert people(BoxesFile(path), 'elsewhere/a.jpg') == expected
    assert people(BoxesFile(path), 'b.jpg')[0] == []
    path.write_text(
        json.dumps([{'image_id': 'a.jpg', 'bbox': [1, 2, 3, 4], 'score': 0.25}]), encoding='utf-8'
    )
    assert people(BoxesFile(path), 'a.jpg') == expected


def test_a_table_has_pictures_or_frames(tmp_path):
    path = tmp_path / 'a.csv'
    path.write_text(
        'image,left,top,right,bottom\na.jpg,1,2,3,4\nb/a.jpg,5,6,7,8\n', encoding='utf-8'
    )
    detector = build_person_detector(f'boxes:{path}')
    assert people(detector, 'a.jpg')[0] == [[1, 2, 3, 4]]
    assert people(detector, 'b/a.jpg')[0] == [[5, 6, 7, 8]]
    assert people(detector, 'c/a.jpg')[0] == []  # of which of the two?
    path.write_text(
        'frame,left,top,right,bottom,track\n4,1,2,3,4,9\n4,1,2,3,9,\n', encoding='utf-8'
    )
    assert people(BoxesFile(path), number=4)[2].tolist() == [9, -1]


@pytest.mark.parametrize(
    ('name', 'text', 'message'),
    [
        ('a.txt', '1,2,3', 'line 1: 3 values, a MOT file has 6 or more'),
        ('a.txt', '1,2,x,4,5,6', "line 1: 'x' is not a number"),
        ('a.csv', 'image,left\n', 'needed are image or frame, left, top, right, bottom'),
        ('a.csv', 'frame,left,top,right,bottom\n0,1,2,nan,4', "line 2: 'nan' is not a number"),
        ('a.json', '{"images": [], "annotations": [{"image_id": 3}]}', 'not boxes in COCO form'),
        ('a.json', '[1', 'not boxes in COCO form'),
        ('a.xml', '', 'boxes come in .txt, .json, .csv'),
    ],
)
def test_damage_is_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding='utf-8')
    with pytest.raises(InputError, match=message):
        BoxesFile(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match='a.csv: no file of boxes'):
        BoxesFile(tmp_path / 'a.csv')
