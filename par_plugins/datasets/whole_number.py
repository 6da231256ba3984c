"""Whole numbers in text files."""

import re


def whole_number(text: str) -> int | None:
    """The whole number that a cell of a table says, None if it says none that fits 64 bits."""
    return int(text) if re.fullmatch(r'-?[0-9]{1,18}', text) else None
