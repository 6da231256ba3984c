"""Which labels change places when a picture is mirrored: left and right."""

import re
from collections.abc import Iterable, Sequence

from par_runtime.input_error import InputError

FlipPair = tuple[str, str | None]
"""Two labels that change places; None stands for one that nobody gives."""

OPPOSITE = {'left': 'right', 'right': 'left'}
WORD = re.compile(r'[A-Z]?[a-z]+|[A-Z]+(?![a-z])')


def mirrored_name(name: str) -> str:
    """Exchange the words ``left`` and ``right`` of a name: ``faceLeft`` is ``faceRight``.

    Example:
        >>> mirrored_name('faceLeft')
        'faceRight'
    """

    def exchanged(match: re.Match[str]) -> str:
        word = match[0]
        opposite = OPPOSITE.get(word.lower())
        if opposite is None:
            return word
        if word.isupper():
            return opposite.upper()
        return opposite.capitalize() if word[0].isupper() else opposite

    return WORD.sub(exchanged, name)


def left_right_pairs(names: Sequence[str]) -> list[FlipPair]:
    """Find the pairs of names that differ by the words ``left`` and ``right``.

    Args:
        names: Different names. One with such a word whose opposite is not there makes a pair with
            None.

    Example:
        >>> left_right_pairs(['leftArm', 'hat', 'rightArm', 'FaceLeft'])
        [('leftArm', 'rightArm'), ('FaceLeft', None)]
    """
    pairs: list[FlipPair] = []
    for position, name in enumerate(names):
        opposite = mirrored_name(name)
        if opposite == name:
            continue
        if opposite not in names:
            pairs.append((name, None))
        elif names.index(opposite) > position:
            pairs.append((name, opposite))
    return pairs


def checked_pairs(
    pairs: Iterable[Sequence[str | None]], labels: Sequence[str]
) -> tuple[FlipPair, ...]:
    """Check pairs, and put them into the order of the labels.

    Args:
        pairs: Two labels each; the second may be None.
        labels: Those there are.

    Raises:
        InputError: If something is no such pair, a label is unknown, or in two pairs.
    """
    order = {label: position for position, label in enumerate(labels)}
    checked: list[FlipPair] = []
    for pair in pairs:
        if isinstance(pair, str) or len(pair) != 2 or pair[0] is None or pair[0] == pair[1]:
            raise InputError(f'flip_pairs: {pair!r} is no pair of two labels')
        unknown = [label for label in pair if label is not None and label not in order]
        if unknown:
            raise InputError(
                f'flip_pairs: {unknown[0]!r} is neither an attribute nor ATTRIBUTE=VALUE of one'
            )
        one, other = sorted(pair, key=lambda label: order.get(label or '', len(order)))
        assert one is not None
        checked.append((one, other))
    named = [label for pair in checked for label in pair if label is not None]
    twice = [label for label in named if named.count(label) > 1]
    if twice:
        raise InputError(f'flip_pairs: {twice[0]!r} is in two pairs')
    return tuple(sorted(checked, key=lambda pair: order[pair[0]]))
