"""Damage as disks, transfers and people do it to files."""

from typing import Any

import numpy as np

JUNK = (
    *('', ' ', '-1', '2', 'nan', '1e5', '9' * 40, '٣', '\0', '"', ',', 'x' * 200_000, '../../x'),
    '--5',
)
NUMBERS = (0, 1, 2**31 - 1, 2**32 - 1, 2**31, 14, 15, 16, 65536)
OTHER_VALUES: tuple[Any, ...] = (
    *(None, 0, -1, 2.5, float('nan'), float('inf'), 1e300, 'text', '', [], [1], {}, {'a': 1}),
    *(True, [[]], 'x' * 1000, {'state_dict': None}),
)


def damage_bytes(content: bytes, rng: np.random.Generator, start: int = 0) -> bytes:
    """Cut, zero, insert, drop, repeat or change some bytes.

    Args:
        content: At least one byte behind ``start``.
        rng: Source of all randomness.
        start: The first byte that may be damaged.
    """
    place = int(rng.integers(start, len(content)))
    length = int(rng.integers(1, 40))
    head, middle, tail = content[:place], content[place : place + length], content[place + length :]
    manner = rng.integers(7)
    if manner == 0:
        return head
    if manner == 1:
        return head + bytes(len(middle)) + tail
    if manner == 2:
        return head + rng.bytes(length) + middle + tail
    if manner == 3:
        return head + tail
    if manner == 4:
        return head + middle + middle + tail
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        place = int(rng.integers(start, len(content)))
        if manner == 5:
            changed[place] ^= 1 << int(rng.integers(8))
        else:  # a number where sizes and types stand
            changed[place & ~3 : (place & ~3) + 4] = int(rng.choice(NUMBERS)).to_bytes(4, 'little')
    return bytes(changed)


def damage_text(text: str, rng: np.random.Generator) -> bytes:
    """Damage bytes, lines or words of a table.

    Args:
        text: Lines of words, parted by commas where there is one, else by spaces.
        rng: Source of all randomness.
    """
    manner = rng.integers(6)
    if manner == 0:
        return damage_bytes(text.encode(), rng)
    lines = text.splitlines()
    one, other = (int(i) for i in rng.integers(len(lines), size=2))
    if manner == 1:
        del lines[one]
    elif manner == 2:
        lines.insert(other, lines[one])
    elif manner == 3:
        lines[one], lines[other] = lines[other], lines[one]
    elif manner == 4:
        separator = ',' if ',' in text else ' '
        words = lines[one].split(separator)
        words[int(rng.integers(len(words)))] = JUNK[int(rng.integers(len(JUNK)))]
        lines[one] = separator.join(words)
    else:
        lines = [line.replace(*rng.permutation([',', ' ', ';', '\t', '1'])[:2]) for line in lines]
    return ('\n'.join(lines) + '\n').encode()


def damage_data(content: Any, rng: np.random.Generator) -> Any:
    """Replace, rename or drop one entry of nested dicts and lists; the argument stays as it is.

    Args:
        content: Dicts and lists of anything.
        rng: Source of all randomness.
    """
    if not isinstance(content, dict | list) or not content or rng.random() < 0.15:
        return OTHER_VALUES[int(rng.integers(len(OTHER_VALUES)))]
    if isinstance(content, list):
        place = int(rng.integers(len(content)))
        return [*content[:place], damage_data(content[place], rng), *content[place + 1 :]]
    key = list(content)[int(rng.integers(len(content)))]
    rest = {k: v for k, v in content.items() if k != key}
    manner = rng.random()
    if manner < 0.15:
        return rest
    if manner < 0.25:
        return {**rest, f'a{key}': content[key]}
    return {**content, key: damage_data(content[key], rng)}
