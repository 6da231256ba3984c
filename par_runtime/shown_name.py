"""Names that strangers have chosen, where people read them: terminals, figures, spreadsheets."""

import unicodedata

JOINERS = '\u200c\u200d'
"""Without them some scripts are not written right."""
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')
LONGEST = 40


def printable(text: str, *, longest: int | None = None) -> str:
    """Write control characters as escapes: colours, line ends and changes of direction.

    Args:
        text: A name, say.
        longest: Characters that are shown at most; from longer names the middle is left out.

    Returns:
        One line.

    Example:
        >>> printable('red\\x1b[0m', longest=7)
        'red…[0m'
    """
    shown = ''.join(
        char.encode('unicode_escape').decode() if unprintable(char) else char for char in str(text)
    )
    if longest is None or len(shown) <= longest:
        return shown
    head = (longest - 1) // 2
    return f'{shown[:head]}…{shown[head + 1 - longest :]}'


def shown_name(name: str) -> str:
    """Write a name as a table or figure shows it: printable, the middle of a long one left out.

    Example:
        >>> shown_name('a' * 60)
        'aaaaaaaaaaaaaaaaaaa…aaaaaaaaaaaaaaaaaaaa'
    """
    return printable(name, longest=LONGEST)


def spreadsheet_cell(name: str) -> str:
    """Write a name so that no spreadsheet takes it for a formula: ``=cmd`` becomes ``'=cmd``.

    Example:
        >>> spreadsheet_cell('=cmd')
        "'=cmd"
    """
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name


def unprintable(char: str) -> bool:
    """Tell whether a character moves the cursor, ends a line, changes direction or is half one."""
    category = unicodedata.category(char)
    return char not in JOINERS and (category[0] == 'C' or category in ('Zl', 'Zp'))
