import numpy as np
import pytest

from par_plugins.datasets.attributes.pa100k import SCHEMA as PA100K
from par_plugins.search.attribute_query import condition_probabilities, parse_attribute_query
from par_plugins.search.synonyms import Synonyms
from par_plugins.structures import Attribute, AttributeSchema, InputError

COLOURS = ('black', 'white', 'red', 'blue')
SCHEMA = AttributeSchema(
    [
        Attribute('gender', ('male', 'female')),
        'hat',
        'backpack',
        'Skirt&Dress',
        'LongCoat',
        'HandBag',
        'ShoulderBag',
        'short_sleeve',
        Attribute('upper_color', COLOURS),
        Attribute('lower_color', COLOURS),
    ]
)


def asked(text, schema=SCHEMA):
    return [str(each) for each in parse_attribute_query(text, schema).conditions]


@pytest.mark.parametrize(
    ('text', 'meaning'),
    [
        ('female', ['gender = female']),
        (
            'woman in a red shirt with a backpack, no hat',
            ['gender = female', 'upper_color = red', 'backpack', 'not hat'],
        ),
        ('a red long coat', ['upper_color = red', 'LongCoat']),
        ('Women with backpacks and hats', ['gender = female', 'backpack', 'hat']),
        ('wearing a long coat, without hat,', ['LongCoat', 'not hat']),
        ('short sleeves', ['short_sleeve']),
        ('long sleeves', ['not short_sleeve']),
        ('dress', ['Skirt&Dress']),
        ('bag', ['HandBag or ShoulderBag']),
        ('no bags', ['not (HandBag or ShoulderBag)']),
        ('not male', ['not gender = male']),
        ('hat or rucksack', ['hat or backpack']),
        ('hat, or rucksack', ['hat or backpack']),
        ('red or black shirt', ['upper_color = red or upper_color = black']),
        ('red', ['upper_color = red or lower_color = red']),
        ('without hat and backpack', ['not hat', 'not backpack']),
        ('no hat and a backpack', ['not hat', 'backpack']),
        ('no hat but blue trousers', ['not hat', 'lower_color = blue']),
        ('neither a hat nor a backpack', ['not hat', 'not backpack']),
        ("who doesn't wear a cap", ['not hat']),
    ],
)
def test_people_are_asked_for_as_people_write(text, meaning):
    assert asked(text) == meaning


@pytest.mark.parametrize(
    ('text', 'meaning'),
    [
        ('elderly man wearing glasses', ['AgeOver60', 'not Female', 'Glasses']),
        ('kids in striped shirts', ['AgeLess18', 'UpperStride']),
        ('boy in shorts', ['not Female', 'Shorts']),
        ('woman, over 60, boots', ['Female', 'AgeOver60', 'boots']),
    ],
)
def test_words_reach_the_names_of_a_benchmark(text, meaning):
    assert asked(text, PA100K) == meaning


@pytest.mark.parametrize(
    ('text', 'words', 'nearest'),
    [
        ('hat, jetpack', 'jetpack', ()),
        ('hat, backpak', 'backpak', ('backpack',)),
        ('hat, green shirt', 'shirt', ('upper_color',)),
        ('hat, long hair', 'long', ('LongCoat',)),
    ],
)
def test_what_is_not_understood_is_named_with_the_nearest_and_the_rest_is_kept(
    text, words, nearest
):
    query = parse_attribute_query(text, SCHEMA)
    assert [str(condition) for condition in query.conditions] == ['hat']
    missing = {each.words: each.nearest for each in query.not_understood}
    assert set(nearest) <= set(missing[words]) and len(missing[words]) <= 3


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('beard', "no attribute is asked for: 'beard'"),
        ('no', "no attribute is asked for: 'no'"),
        ('gender', "'gender'; nearest: gender"),
        ('hat or no backpack', '"or no" is not understood'),
    ],
)
def test_a_query_of_which_nothing_is_understood_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        asked(text)


def test_a_user_adds_words(tmp_path):
    path = tmp_path / 'mine.toml'
    path.write_text('[synonyms]\nsombreros = ["hat"]\n', encoding='utf-8')
    query = parse_attribute_query('sombrero, woman', SCHEMA, Synonyms.read(path))
    assert [str(condition) for condition in query.conditions] == ['hat', 'gender = female']


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('[synonyms', 'no table of synonyms'),
        ('[words]\n', 'words is none of the tables synonyms, abbreviations, plurals'),
        ('[synonyms]\nhat = "cap"\n', "hat in synonyms is 'cap', not a list of texts"),
        ('[abbreviations]\nub = ["upper"]\n', 'ub in abbreviations .* not a text'),
    ],
)
def test_a_damaged_file_of_words_is_one_sentence(tmp_path, content, message):
    path = tmp_path / 'mine.toml'
    path.write_text(content, encoding='utf-8')
    with pytest.raises(InputError, match=rf'mine\.toml: .*{message}'):
        Synonyms.read(path)


def test_words_that_ship_are_all_of_use():
    synonyms = Synonyms.read().synonyms
    assert len(synonyms) > 50
    for word, meanings in synonyms.items():
        for meaning in meanings:
            name = meaning.removeprefix('not ').removesuffix(' *')
            schema, text = AttributeSchema([name]), word
            if meaning.endswith('*'):
                schema = AttributeSchema([Attribute(f'{name} color', COLOURS)])
                text = f'red {word}'
            query = parse_attribute_query(text, schema)
            assert len(query.conditions) == 1 and not query.not_understood, (word, meaning)


def probability(text, probabilities, schema):
    conditions = parse_attribute_query(text, schema).conditions
    each = [condition_probabilities(c, np.array([probabilities]), schema)[0] for c in conditions]
    return np.prod(each)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('female, no hat', 0.8 * 0.75),
        ('no hat', 0.75),
        ('hat or backpack', 1 - 0.75 * 0.6),
        ('neither hat nor backpack', 0.75 * 0.6),
        ('no hat or backpack', 0.75 * 0.6),
        ('red or black shirt', 0.1 + 0.5),  # nobody's shirt is both
        ('not red or black shirt', 1 - 0.6),
    ],
)
def test_the_probability_is_that_of_independent_attributes_and_exclusive_values(text, expected):
    schema = SCHEMA.subset(['gender', 'hat', 'backpack', 'upper_color'])
    probabilities = [0.2, 0.8, 0.25, 0.4, 0.5, 0.3, 0.1, 0.1]
    assert probability(text, probabilities, schema) == pytest.approx(expected)


def test_attributes_of_which_a_person_has_one_exclude_each_other():
    ages = ['AgeOver60', 'AgeLess18']
    schema = AttributeSchema([Attribute(name, one_of='age') for name in ages])
    assert probability('kid or elderly', [0.2, 0.3], schema) == pytest.approx(0.5)
