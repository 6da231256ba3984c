import numpy as np
import pytest

from par_plugins.apis.attribute_query import parse_attribute_query, query_log_probabilities
from par_plugins.structures import Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema(
    [
        Attribute('gender', ('male', 'female')),
        'hat',
        'Skirt&Dress',
        'LongCoat',
        'HandBag',
        'bag',
        Attribute('upper_color', ('black', 'red')),
        Attribute('lower_color', ('black', 'red')),
    ]
)


def asked(text):
    return [choice.text for choice in parse_attribute_query(text, SCHEMA)]


@pytest.mark.parametrize(
    ('text', 'meaning'),
    [
        ('female', ['gender = female']),
        ('Female, red upper body', ['gender = female', 'upper_color = red']),
        ('wearing a long coat, without hat,', ['LongCoat', 'not hat']),
        ('dress', ['Skirt&Dress']),
        ('bag', ['bag']),
        ('not male', ['not gender = male']),
    ],
)
def test_phrases_are_found_by_their_words(text, meaning):
    assert asked(text) == meaning


def test_a_phrase_of_two_meanings_or_of_none_is_refused():
    with pytest.raises(InputError, match="'red' could mean upper_color = red, lower_color = red$"):
        asked('female, red')
    with pytest.raises(InputError, match=r"'beard' is none of gender = male.*LongCoat"):
        asked('beard')
    with pytest.raises(InputError, match="'no' is none of"):
        asked('no')


def test_the_score_is_the_product_of_the_probabilities():
    schema = SCHEMA.subset(['gender', 'hat'])
    query = parse_attribute_query('female, no hat', schema)
    probabilities = np.array([[0.2, 0.8, 0.25], [1.0, 0.0, 0.5]])
    scores = query_log_probabilities(query, probabilities, schema)
    np.testing.assert_allclose(np.exp(scores), [0.8 * 0.75, 0])


def test_nobody_without_a_binary_attribute_is_nobody_with_it():
    schema = AttributeSchema(['hat'])
    probabilities = np.array([[0.3]])
    with_it, without = (
        np.exp(query_log_probabilities(parse_attribute_query(text, schema), probabilities, schema))
        for text in ('hat', 'no hat')
    )
    np.testing.assert_allclose([with_it, without], [[0.3], [0.7]])
