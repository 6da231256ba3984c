"""One thing is said in three forms, whole whenever it ends."""

import csv
import json

import numpy as np
import pytest

from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_runtime.answers import AnswerRule
from par_runtime.crops import CropQuality
from par_runtime.records import (
    PersonRecord,
    PictureRecord,
    open_records,
    read_records,
)

SCHEMA = AttributeSchema(
    [Attribute('Hat'), Attribute('Coat, long', ('deep "red"', 'blau grün')), Attribute('=1+1')]
)
QUALITY = CropQuality(120.25, 40.5, 1234.56789, True)


def records():
    rule = AnswerRule.of_checkpoint({}, SCHEMA, source='x', thresholds=0.123456789)
    probabilities = np.random.default_rng(0).random((3, 4)).astype(np.float32)
    answers = [rule.answer(probabilities).of_person(row) for row in range(3)]
    unknown = {
        name: type(answer)(None, *list(vars(answer).values())[1:])
        for name, answer in answers[2].items()
    }
    people = [
        PersonRecord((1.0, 2.0, 30.333333333, 90.0), 0.5, 7, QUALITY, answers[0]),
        PersonRecord((0.0, 0.0, 10.0, 20.0), 1.0, -1, None, {}),
        PersonRecord((0.0, 0.0, 10.0, 20.0), 1 / 3, 0, QUALITY, unknown),
    ]
    return [
        PictureRecord('a, "b"\tü.jpg', 0, 0.0, 100, 200, people[:2]),
        PictureRecord('empty.png', 0, 0.0, 10, 20),
        PictureRecord('text.jpg', error='text.jpg: not a readable image (3 bytes)'),
        PictureRecord('v.avi', 12, 0.48, 100, 200, people[2:]),
        PictureRecord('v.avi', 13, 0.52, 100, 200, people[:1]),
    ]


def written(path, some):
    with open_records(path, SCHEMA, {'rule': 'half'}) as file:
        for record in some:
            file.add(record)
    return [record.to_dict() for record in read_records(path, SCHEMA)]


@pytest.mark.parametrize('ending', ['json', 'jsonl', 'csv'])
def test_all_three_forms_say_the_same(tmp_path, ending):
    expected = [record.to_dict() for record in records()]
    assert written(tmp_path / f'a.{ending}', records()) == expected


def test_a_document_says_its_schema_what_it_is_from_and_what_was_skipped(tmp_path):
    written(tmp_path / 'a.json', records())
    content = json.loads((tmp_path / 'a.json').read_text(encoding='utf-8'))
    assert AttributeSchema.from_dict(content['schema']) == SCHEMA and content['rule'] == 'half'
    assert content['skipped'] == [
        {'source': 'text.jpg', 'reason': 'text.jpg: not a readable image (3 bytes)'}
    ]


def test_a_table_has_words_that_people_read(tmp_path):
    written(tmp_path / 'a.csv', records())
    with (tmp_path / 'a.csv').open(newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[0]['Hat'] in ('yes', 'no') and rows[4]['Hat'] == 'unknown'
    assert rows[0]['Coat, long'] in ('deep "red"', 'blau grün')
    assert float(rows[0]['Coat, long:blau grün']) <= 1


@pytest.mark.parametrize('ending', ['json', 'jsonl', 'csv'])
def test_an_interrupt_leaves_a_whole_file_with_what_was_done(tmp_path, ending):
    path = tmp_path / f'a.{ending}'
    with pytest.raises(KeyboardInterrupt), open_records(path, SCHEMA) as file:
        file.add(records()[0])
        raise KeyboardInterrupt
    found = [record.to_dict() for record in read_records(path, SCHEMA)]
    assert found == [records()[0].to_dict()]


def test_names_that_are_no_valid_text_come_out_as_they_went_in(tmp_path):
    record = PictureRecord('\udcff.jpg', 0, 0.0, 1, 1)
    for ending in ('json', 'csv'):
        assert written(tmp_path / f'a.{ending}', [record]) == [record.to_dict()]


def test_other_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r'written as json, jsonl, csv'):
        open_records(tmp_path / 'a.xml', SCHEMA)
    with pytest.raises(InputError, match='cannot be written'):
        open_records(tmp_path / 'no' / 'a.csv', SCHEMA)
    (tmp_path / 'b.json').write_text('{}', encoding='utf-8')
    with pytest.raises(InputError, match='b.json: no records of people'):
        read_records(tmp_path / 'b.json')
