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
    name = 'a' * 100 + 'b' * 100 + 'c' * 100
    assert shown_name(name) == 'a' * 26 + '…' + 'c' * 13
    assert shown_name('abcdefghi', longest=9) == 'abcdefghi'
    assert shown_name('abcdefghij', longest=9) == 'abcde…hij'


@pytest.mark.parametrize('start', '=+-@\t\r')
def test_no_spreadsheet_takes_a_name_for_a_formula(start):
    assert spreadsheet_cell(f'{start}cmd|x') == f"'{start}cmd|x"
    assert spreadsheet_cell(f'a{start}') == f'a{start}'
