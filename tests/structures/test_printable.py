import pytest

from par_plugins.structures import printable


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
