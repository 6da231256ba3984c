import json

import numpy as np
import pytest

from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_runtime.flip_pairs import left_right_pairs, mirrored_name

VIEW = Attribute('view', ('back', 'left', 'front', 'right'))
SCHEMA = AttributeSchema(['faceLeft', 'Hat', VIEW, 'faceRight'])


@pytest.mark.parametrize(
    ('name', 'mirrored'),
    [
        ('faceLeft', 'faceRight'),
        ('LeftBag', 'RightBag'),
        ('bag_left', 'bag_right'),
        ('ARM-RIGHT', 'ARM-LEFT'),
        ('left of right', 'right of left'),
        ('Bright', 'Bright'),
        ('leftover', 'leftover'),
        ('Cleft', 'Cleft'),
        ('帽子', '帽子'),
    ],
)
def test_a_mirrored_name_has_the_words_exchanged_and_back(name, mirrored):
    assert mirrored_name(name) == mirrored and mirrored_name(mirrored) == name


def test_pairs_come_once_and_what_is_alone_has_none():
    names = ['right arm', 'Hat', 'left arm', 'left eye']
    assert left_right_pairs(names) == [('right arm', 'left arm'), ('left eye', None)]


def test_labels_of_mirrored_pictures_have_left_and_right_exchanged():
    targets = np.array([[1, 1, 1, 0], [0, 0, 3, -1], [1, -1, 0, 1], [0, 1, -1, 0]])
    by_hand = [[0, 1, 3, 1], [-1, 0, 1, 0], [1, -1, 0, 1], [0, 1, -1, 0]]
    before = targets.copy()
    assert SCHEMA.flipped(targets).tolist() == by_hand
    assert (targets == before).all()
    assert (SCHEMA.flipped(SCHEMA.flipped(targets)) == targets).all()
    assert SCHEMA.flipped(targets[0]).tolist() == by_hand[0]


def test_a_label_whose_counterpart_is_not_there_becomes_unknown():
    subset = SCHEMA.subset(['view', 'faceRight'])
    assert subset.flipped(np.array([[1, 1], [0, 0]])).tolist() == [[3, -1], [0, -1]]
    half = AttributeSchema([Attribute('view', ('front', 'left'))])
    assert half.flipped(np.array([[0], [1]])).tolist() == [[0], [-1]]
    other_values = AttributeSchema([Attribute('left sleeve', ('short', 'long')), 'right sleeve'])
    assert other_values.flipped(np.array([[1, 1]])).tolist() == [[-1, -1]]


def test_what_is_said_counts_and_survives_json_subsets_and_copies():
    said = AttributeSchema(['East', 'West', VIEW], [('West', 'East')])
    assert said.flipped(np.array([1, 0, 1])).tolist() == [0, 1, 1]
    assert AttributeSchema.from_dict(json.loads(json.dumps(said.to_dict()))) == said
    assert said.subset(['West', 'East']).flipped(np.array([1, 0])).tolist() == [0, 1]
    nothing = AttributeSchema(['faceLeft', 'faceRight'], ())
    assert AttributeSchema.from_dict(nothing.to_dict()) == nothing
    assert nothing.flipped(np.array([1, 0])).tolist() == [1, 0]


def test_a_schema_saved_before_there_were_pairs_is_read_and_written_as_it_was():
    old = {'attributes': [{'name': name, 'values': None, 'group': None} for name in 'ab']}
    assert AttributeSchema.from_dict(old).to_dict() == old
    assert set(SCHEMA.to_dict()) == {'attributes'}
    assert AttributeSchema.from_dict(SCHEMA.to_dict()) == SCHEMA


@pytest.mark.parametrize(
    ('pairs', 'problem'),
    [
        ([('faceLeft', 'Cap')], "'Cap' is neither an attribute nor ATTRIBUTE=VALUE of one"),
        ([('faceLeft', 'view')], 'neither two attributes of the same values'),
        ([('faceLeft', 'view=left')], 'neither two attributes of the same values'),
        ([('faceLeft', 'faceRight'), ('Hat', 'faceLeft')], "'faceLeft' is in two pairs"),
        (['ab'], "'ab' is no pair of two labels"),
        ([('Hat', 'Hat')], 'is no pair'),
    ],
)
def test_other_pairs_are_refused(pairs, problem):
    with pytest.raises(InputError, match=problem):
        AttributeSchema(SCHEMA.attributes, pairs)
