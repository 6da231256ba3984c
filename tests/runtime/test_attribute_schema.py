import copy
import json
import pickle

import numpy as np
import pytest
import torch

from par_plugins.structures import Attribute, AttributeSchema, InputError, SchemaMismatchError

AGE = Attribute('Age', ('child', 'adult', 'old'), group='age')
MIXED = AttributeSchema(['Female', AGE, 'Hat'])


def test_columns_follow_the_order_of_the_attributes():
    assert MIXED.names == ('Female', 'Age', 'Hat')
    assert MIXED.num_values == (2, 3, 2)
    assert MIXED.binary == (True, False, True)
    assert MIXED.num_logits == 5
    assert MIXED.logit_slices == (slice(0, 1), slice(1, 4), slice(4, 5))
    assert MIXED.index('Hat') == 2
    assert len(MIXED) == 3 and not MIXED.all_binary


def test_subset_takes_attributes_by_name_in_the_order_given():
    assert MIXED.subset(['Hat', 'Age']).attributes == (Attribute('Hat'), AGE)


AGES = AttributeSchema(
    [
        Attribute('young', one_of='age'),
        Attribute('view', ('front', 'back'), momentary=True),
        Attribute('old', one_of='age'),
    ]
)


def test_a_set_of_which_a_person_has_exactly_one_is_one_only_while_it_is_whole():
    assert AGES.exclusive_sets == {'age': [0, 2]}
    assert AGES.subset(['old', 'young']).exclusive_sets == {'age': [0, 1]}
    assert AGES.subset(['old', 'view']).exclusive_sets == {}
    assert AGES.subset(['view']).attributes[0].momentary


@pytest.mark.parametrize(
    'wrong',
    [dict(values=('a', 'b'), one_of='age'), dict(one_of=3), dict(momentary='yes')],
)
def test_a_set_is_of_binary_attributes_and_momentary_is_yes_or_no(wrong):
    with pytest.raises(InputError, match="of attribute 'Hat'"):
        Attribute('Hat', **wrong)


def test_a_dict_of_before_there_were_sets_still_loads_and_a_new_one_gives_them_back():
    old = {'attributes': [{'name': 'Hat', 'values': None, 'group': None}]}
    assert AttributeSchema.from_dict(old) == AttributeSchema(['Hat'])
    assert AttributeSchema.from_dict(json.loads(json.dumps(AGES.to_dict()))) == AGES
    assert AGES.require_equal(AGES.subset(['young', 'view', 'old']), source='x') is None


@pytest.mark.parametrize('names', [['Hat', 'hat'], ['Hat', 'Hat'], []])
def test_subset_refuses_unknown_repeated_and_no_names(names):
    with pytest.raises(InputError):
        MIXED.subset(names)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match=r"unknown attribute 'Hut'; known are Female, Age, Hat"):
        MIXED.index('Hut')


def test_a_plain_dict_survives_json_and_gives_the_schema_back():
    assert AttributeSchema.from_dict(json.loads(json.dumps(MIXED.to_dict()))) == MIXED


@pytest.mark.parametrize('data', [{}, {'attributes': [{'nome': 'Hat'}]}, {'attributes': 3}])
def test_another_dict_is_refused(data):
    with pytest.raises(InputError, match='not an attribute schema'):
        AttributeSchema.from_dict(data)


def test_equal_schemas_are_equal_hashed_alike_and_survive_copies():
    twin = AttributeSchema(['Female', AGE, 'Hat'])
    assert twin == MIXED and hash(twin) == hash(MIXED)
    assert copy.deepcopy(MIXED) == MIXED and pickle.loads(pickle.dumps(MIXED)) == MIXED
    assert MIXED.subset(['Hat', 'Age', 'Female']) != MIXED


@pytest.mark.parametrize(
    ('found', 'how'),
    [
        (MIXED.subset(['Age', 'Female', 'Hat']), 'the same attributes in another order'),
        (MIXED.subset(['Female', 'Hat']), 'other attributes'),
        (AttributeSchema(['Female', Attribute('Age', ('old', 'adult', 'child')), 'Hat']), ''),
    ],
)
def test_another_set_order_or_value_is_an_error_that_shows_both(found, how):
    with pytest.raises(SchemaMismatchError) as caught:
        MIXED.require_equal(found, source='the checkpoint')
    assert 'the checkpoint' in str(caught.value) and how in str(caught.value)
    assert str(found) in str(caught.value) and str(MIXED) in str(caught.value)


def test_a_group_has_the_columns_of_its_attributes():
    hat, shoes = Attribute('Hat', group='clothes'), Attribute('Shoes', group='clothes')
    assert AttributeSchema(['Female', hat, AGE, shoes]).groups == {'clothes': [1, 3], 'age': [2]}


def test_groups_may_differ_between_equal_schemas():
    MIXED.require_equal(
        AttributeSchema(['Female', Attribute('Age', AGE.values), 'Hat']), source='x'
    )


@pytest.mark.parametrize('label', [-2, 2, 3])
def test_a_label_outside_its_values_is_named_by_source_row_and_attribute(label):
    targets = np.array([[0, 2, 1], [1, -1, label]])
    with pytest.raises(InputError, match=rf"labels.csv: row 1, attribute 'Hat': label {label} "):
        MIXED.check_targets(targets, source='labels.csv')
    targets[1, 2] = -1
    MIXED.check_targets(targets, source='labels.csv')


@pytest.mark.parametrize('shape', [(3,), (2, 2), (2, 3, 1)])
def test_targets_of_another_shape_are_refused(shape):
    with pytest.raises(InputError, match='shape'):
        MIXED.check_targets(np.zeros(shape, int), source='x')


def test_a_binary_attribute_is_positive_from_one_half_on_and_the_largest_value_wins():
    probabilities = torch.tensor([[0.5, 0.2, 0.5, 0.3, 0.49], [0.51, 0.9, 0.05, 0.05, 1.0]])
    assert MIXED.predictions(probabilities).tolist() == [[1, 1, 0], [1, 0, 1]]


@pytest.mark.parametrize(
    'attributes',
    [[], ['Hat', 'Hat'], [''], [Attribute('a'), 'a']],
    ids=['none', 'twice', '', 'mix'],
)
def test_no_attribute_no_name_and_repeated_names_are_refused(attributes):
    with pytest.raises(InputError):
        AttributeSchema(attributes)


@pytest.mark.parametrize('values', ['abc', [0, 1, 2]])
def test_values_are_a_list_of_names(values):
    with pytest.raises(InputError, match=r"values of attribute 'x' must be a list of names"):
        Attribute('x', values)


def test_one_name_is_no_list_of_names():
    for make in (
        AttributeSchema,
        MIXED.subset,
        lambda n: AttributeSchema.from_dict({'attributes': n}),
    ):
        with pytest.raises(InputError):
            make('Hat')


def test_targets_must_be_integers():
    with pytest.raises(InputError, match='targets of type float64'):
        MIXED.check_targets(np.zeros((1, 3)), source='x')


@pytest.mark.parametrize('values', [(), ('a',), ('a', 'a')])
def test_a_categorical_attribute_needs_two_different_values(values):
    with pytest.raises(InputError, match='two or more different values'):
        Attribute('x', values)
