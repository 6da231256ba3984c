"""Names from files of strangers, made harmless where they are shown."""

import unicodedata

JOINERS = '\u200c\u200d'
"""Without them some scripts are not written right."""


def printable(text: str, *, longest: int | None = None) -> str:
    """Write control characters as escapes: colours, line ends and changes of direction.

    Args:
        text: A name, say.
        longest: Characters that are shown at most; from longer names the middle is left out.

    Returns:
        One line.
    """
    shown = ''.join(
        char.encode('unicode_escape').decode() if _controls(char) else char for char in str(text)
    )
    if longest is None or len(shown) <= longest:
        return shown
    head = (longest - 1) // 2
    return f'{shown[:head]}…{shown[head + 1 - longest :]}'


def _controls(char: str) -> bool:
    category = unicodedata.category(char)
    return char not in JOINERS and (category[0] == 'C' or category in ('Zl', 'Zp'))
