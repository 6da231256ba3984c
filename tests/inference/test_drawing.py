"""What is drawn can be read: large enough, within the picture, in the script of its words."""

import numpy as np
import pytest

from par_plugins.inference import drawing
from par_plugins.inference.drawing import TEXT_HEIGHT, draw_people, spoken, text_width
from par_plugins.structures import Attribute, AttributeSchema
from par_runtime.answers import Answer
from par_runtime.records import PersonRecord, PictureRecord

SCHEMA = AttributeSchema([Attribute('Hat'), Attribute('Coat', ('red', 'blue')), Attribute('Bag')])
ANSWERS = {
    'Hat': Answer(True, 0.7, 0.7, 0.5),
    'Coat': Answer('blue', 0.9, {'red': 0.1, 'blue': 0.9}, None),
    'Bag': Answer(None, 0.5, 0.5, 0.5),
}


def scene(height, width, boxes, answers=ANSWERS, channels=3):
    shape = (height, width, 3)[: 3 if channels == 3 else 2]
    people = [PersonRecord(box, 1.0, number, None, answers) for number, box in enumerate(boxes)]
    return np.full(shape, 128, np.uint8), PictureRecord('a', 0, 0.0, width, height, people)


def test_what_is_there_is_said_surest_first_and_what_is_absent_is_not():
    no = {'Bag': Answer(False, 0.99, 0.01, 0.5)}
    assert spoken(list(ANSWERS.items())) == ['Coat: blue 90 %', 'Hat 70 %', '1 unknown']
    assert spoken(list({**ANSWERS, **no}.items())) == ['Coat: blue 90 %', 'Hat 70 %']


SIZES = [(24, 16), (128, 64), (480, 640), (1080, 1920), (1, 1), (2, 3000)]


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('channels', [1, 3])
def test_letters_are_large_enough_at_any_size_and_frames_come_out_alike(
    size, channels, monkeypatch
):
    heights = []
    write = drawing.draw_text
    monkeypatch.setattr(drawing, 'draw_text', lambda *args: (heights.append(args[3]), write(*args)))
    height, width = size
    boxes = [(0.0, 0.0, width / 2, height * 1.0), (width / 2, 0.0, width * 1.0, height / 2)]
    drawn = draw_people(*scene(height, width, boxes, channels=channels), SCHEMA)
    empty = draw_people(*scene(height, width, [], channels=channels), SCHEMA)
    assert drawn.shape == empty.shape and not any(side % 2 for side in drawn.shape[:2])
    assert min(heights) >= TEXT_HEIGHT and min(heights) >= max(drawn.shape[:2]) // 61
    assert max(drawn.shape[:2]) <= max(2048, *size)
    assert (drawn != empty).any()


def test_a_picture_of_one_person_has_its_text_beside_it():
    image, record = scene(128, 64, [(0.0, 0.0, 64.0, 128.0)])
    drawn = draw_people(image, record, SCHEMA)
    across = round(64 * 320 / 64)
    assert drawn.shape[0] == 640 and drawn.shape[1] > across
    assert (drawn[:, :across] == 128).all()  # nothing hides the person
    assert (drawn[:, across:] > 200).any()


def test_300_attributes_fit():
    names = [f'attribute number {number}' for number in range(300)]
    schema = AttributeSchema(names)
    answers = {name: ANSWERS['Hat'] for name in names}
    image, record = scene(128, 64, [(0.0, 0.0, 64.0, 128.0)], answers)
    assert draw_people(image, record, schema).shape[0] == 640
    image, record = scene(240, 320, [(9.0, 9.0, 60.0, 100.0)], answers)
    assert draw_people(image, record, schema).shape[0] == 320


@pytest.mark.parametrize('text', ['Hat', 'Шляпа', 'καπέλο', 'größe', 'ط', '✓'])
def test_letters_of_a_script_are_written_in_a_font_that_has_them(text):
    for character in text:
        assert ord(character) in drawing._characters(drawing.font_of(character))
    assert text_width(text, 20) > 0


def test_a_script_that_no_font_has_is_still_drawn(monkeypatch):
    monkeypatch.setattr(drawing, '_installed', lambda: ())
    assert text_width('\U00012000 帽子', 20) > 0
    schema = AttributeSchema(['帽子'])
    image, record = scene(100, 100, [(5.0, 5.0, 50.0, 90.0)], {'帽子': ANSWERS['Hat']})
    assert draw_people(image, record, schema).any()


def test_texts_hide_neither_people_nor_each_other_where_there_is_room():
    boxes = [(200.0 + 30 * n, 200.0, 225.0 + 30 * n, 260.0) for n in range(3)]
    taken = list(boxes)
    for box in boxes:
        label = drawing._least_hidden(box, (60.0, 40.0), (640, 480), taken)
        assert all(drawing._overlap(label, other) == 0 for other in taken)
        taken.append(label)
    corner = drawing._least_hidden((0.0, 0.0, 9.0, 9.0), (60.0, 40.0), (64, 48), [])
    assert min(corner) >= 0 and corner[2] <= 64 and corner[3] <= 48
