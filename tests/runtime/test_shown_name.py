import pytest

from par_plugins.structures import (
    Attribute,
    InputError,
    printable,
    shown_name,
    spreadsheet_cell,
)

HOSTILE = {
    'colour of a terminal': '\x1b[31mHat',
    'a bell': 'Hat\a',
    'line end': 'Hat\nBag',
    'carriage return': 'Hat\rBag',
    'line separator': 'Hat\u2028Bag',
    'right to left': 'Hat\u202egaB',
    'half of a letter': 'Hat\ud83d',
    'C1 control': 'Hat\x9b31m',
}


@pytest.mark.parametrize('case', HOSTILE)
def test_a_name_that_moves_the_cursor_is_no_name(case):
    name = HOSTILE[case]
    with pytest.raises(InputError) as caught:
        Attribute(name)
    assert str(caught.value).isprintable()
    for attribute in ({'values': ('no', name)}, {'group': name}):
        with pytest.raises(InputError, match='control character, line end or mark of direction'):
            Attribute('Hat', **attribute)
    assert printable(name).isprintable() and printable(name).startswith(('Hat', r'\x1b'))


@pytest.mark.parametrize(
    'name', ['Hütchen', '帽子', 'قبعة', 'Skirt&Dress', '5_o_Clock', '🎩', 'a b']
)
def test_letters_of_every_language_stay(name):
    assert printable(name) == shown_name(name) == Attribute(name).name == name


def test_a_long_name_keeps_its_ends():
    assert shown_name('a' * 100 + 'b' * 100 + 'c' * 100) == 'a' * 19 + '…' + 'c' * 20


@pytest.mark.parametrize('start', '=+-@\t\r')
def test_no_spreadsheet_takes_a_name_for_a_formula(start):
    assert spreadsheet_cell(f'{start}cmd|x') == f"'{start}cmd|x"
    assert spreadsheet_cell(f'a{start}') == f'a{start}'


@pytest.mark.parametrize(
    ('name', 'shown'),
    [
        ('Größe 帽子 قبعة', 'Größe 帽子 قبعة'),
        ('\x1b[31mred\r\n\t', r'\x1b[31mred\r\n\t'),
        ('left\u202eright\u200f', r'left\u202eright\u200f'),
        ('می\u200cخواهم', 'می\u200cخواهم'),  # Persian needs it
        ('line\u2028end\x9b', r'line\u2028end\x9b'),
        ('\udcff', r'\udcff'),
    ],
)
def test_control_characters_are_escaped_and_no_other(name, shown):
    assert printable(name) == shown
    printable(name).encode()


def test_long_names_keep_both_ends():
    assert printable('ab' * 150, longest=7) == 'aba…bab'
    assert printable('abcdefg', longest=7) == 'abcdefg'
    assert printable('abcdefgh', longest=7) == 'abc…fgh'
    assert len(printable('\x1b' * 300, longest=40)) == 40
