"""People asked for in words: "female, no hat, red upper body"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from par_plugins.structures import AttributeSchema, InputError

NEGATIONS = {'no', 'not', 'without'}
FILLERS = {'a', 'an', 'the', 'with', 'wearing', 'carrying', 'body', 'clothes', 'colour', 'color'}


@dataclass(frozen=True)
class AttributeValue:
    """One thing asked for.

    Attributes:
        attribute: Index of the attribute in the schema.
        value: Which of its values.
        wanted: Whether people with it are asked for, or people without it.
        text: How it is printed.
    """

    attribute: int
    value: int
    wanted: bool
    text: str


def parse_attribute_query(text: str, schema: AttributeSchema) -> list[AttributeValue]:
    """Find the attributes that a query in words asks for.

    Phrases stand between commas. The words of a phrase must be words of one attribute (of its
    name or of the value asked for), whatever their order and case; ``no``, ``not`` and
    ``without`` ask for people without it. A phrase that fits several attributes means the one that
    has no other word.

    Args:
        text: Such as ``female, no hat, red upper body``.
        schema: The attributes there are.

    Raises:
        InputError: If a phrase fits no attribute, or several.
    """
    choices = [
        (_words(f'{attribute.name} {name}') - FILLERS, AttributeValue(index, value, True, shown))
        for index, attribute in enumerate(schema.attributes)
        for value, name, shown in (
            [(1, '', attribute.name)]
            if attribute.values is None
            else [(k, v, f'{attribute.name} = {v}') for k, v in enumerate(attribute.values)]
        )
    ]
    return [_find(phrase, choices) for phrase in text.split(',') if phrase.strip()]


def query_log_probabilities(
    query: Sequence[AttributeValue], probabilities: np.ndarray, schema: AttributeSchema
) -> np.ndarray:
    """How probable everything asked for is, taken as independent.

    Args:
        query: What is asked for.
        probabilities: ``(N, C)`` packed.
        schema: The attributes.

    Returns:
        ``(N,)`` sums of logarithms, ``-inf`` where something has the probability 0.
    """
    columns = []
    for asked in query:
        part = probabilities[:, schema.logit_slices[asked.attribute]]
        if schema.binary[asked.attribute]:
            column = part[:, 0] if asked.value else 1 - part[:, 0]
        else:
            column = part[:, asked.value]
        columns.append(column if asked.wanted else 1 - column)
    with np.errstate(divide='ignore'):
        return np.log(np.stack(columns).astype(np.float64)).sum(axis=0)


def _words(text: str) -> set[str]:
    spaced = re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', text)
    return set(re.findall(r'[^\W_]+', spaced.lower()))


def _find(phrase: str, choices: Sequence[tuple[set[str], AttributeValue]]) -> AttributeValue:
    words = _words(phrase)
    asked = words - NEGATIONS - FILLERS
    found = [(has, choice) for has, choice in choices if asked and asked <= has]
    if len(found) > 1:
        found = [(has, choice) for has, choice in found if has == asked] or found
    if len(found) != 1:
        fitting = ', '.join(choice.text for _, choice in found or choices)
        raise InputError(
            f'{phrase.strip()!r} could mean {fitting}'
            if found
            else f'{phrase.strip()!r} is none of {fitting}'
        )
    choice = found[0][1]
    if words & NEGATIONS:
        return AttributeValue(choice.attribute, choice.value, False, f'not {choice.text}')
    return choice
