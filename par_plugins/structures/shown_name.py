"""Names that strangers have chosen, where people read them: terminals, figures, spreadsheets."""

import re

UNPRINTABLE = re.compile(
    '[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
"""Control characters, line ends, marks that turn the direction of writing, halves of letters."""

FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')
LONGEST = 40


def printable(text: str) -> str:
    """The text with characters that move a terminal's cursor written as ``\\x1b`` and the like."""
    return UNPRINTABLE.sub(lambda found: found[0].encode('unicode_escape').decode(), text)


def shown_name(name: str, longest: int = LONGEST) -> str:
    """A name as a table or figure shows it: printable, the middle of a long one left out.

    Args:
        name: The name.
        longest: Letters that are shown.
    """
    name = printable(name)
    if len(name) <= longest:
        return name
    end = longest // 3
    return f'{name[: longest - end - 1]}…{name[-end:]}'


def spreadsheet_cell(name: str) -> str:
    """A name that no spreadsheet takes for a formula: ``=cmd`` becomes ``'=cmd``."""
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name
