"""People asked for as people write it: "woman in a red coat with a backpack, no hat"."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, product

import numpy as np

from par_plugins.search.synonyms import Synonyms
from par_plugins.structures import AttributeSchema, InputError

NEGATIONS = {'no', 'not', 'without', 'non', 'never', 'neither', 'nor'}
LINKS = {'with', 'in', 'and', 'but', 'who', 'that', 'which', 'wearing', 'carrying', 'having',
         'on', 'plus', 'has', 'have', 'wear', 'carry', 'is', 'are', 'do', 'doe'}  # fmt: skip
"""Words between two things that are asked for; ``does`` has lost its s."""
ARTICLES = {'a', 'an', 'the', 'some', 'any'}
FILLERS = {
    *ARTICLES, 'of', 'her', 'his', 'their', 'person', 'people', 'somebody', 'someone', 'anyone',
    'pair', 'body', 'clothes', 'colour', 'color', 'coloured', 'colored', 'either', 'both',
}  # fmt: skip
"""Words that ask for nothing."""
OR = 'or'
TOGETHER = '*'
"""At the end of a synonym: it means something only together with another word."""
LONGEST_PHRASE, MOST_TOGETHER = 8, 4
"""Words that are looked at together, and of those that one attribute is named by."""
MOST_MEANINGS = 4
"""Attributes that a word may mean any of."""
NEAREST = 3


@dataclass(frozen=True)
class AttributeValue:
    """One thing that may be asked for.

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

    def __str__(self) -> str:
        return self.text if self.wanted else f'not {self.text}'


@dataclass(frozen=True)
class Condition:
    """What every person found must be.

    Attributes:
        any_of: Sets of values; all of one set at least.
        wanted: Whether people are asked for who are so, or who are not.
    """

    any_of: tuple[tuple[AttributeValue, ...], ...]
    wanted: bool = True

    def __str__(self) -> str:
        joined = ' or '.join(' and '.join(map(str, together)) for together in self.any_of)
        if self.wanted:
            return joined
        only = self.any_of[0]
        if len(self.any_of) == len(only) == 1:
            return str(replace(only[0], wanted=not only[0].wanted))
        return f'not ({joined})'


@dataclass(frozen=True)
class NotUnderstood:
    """Words that no attribute of the schema is named by.

    Attributes:
        words: The words.
        nearest: Attributes that may have been meant.
    """

    words: str
    nearest: tuple[str, ...]

    def __str__(self) -> str:
        near = f'; nearest: {", ".join(self.nearest)}' if self.nearest else ''
        return f'{self.words!r}{near}'


@dataclass(frozen=True)
class AttributeQuery:
    """What a query asks for.

    Attributes:
        conditions: All of which must hold.
        not_understood: What was passed over.
    """

    conditions: tuple[Condition, ...]
    not_understood: tuple[NotUnderstood, ...] = ()


def parse_attribute_query(
    text: str, schema: AttributeSchema, synonyms: Synonyms | None = None
) -> AttributeQuery:
    """Find what a query in words asks for.

    Phrases stand between commas and words such as *with*, *in* and *and*. The words of a phrase, or
    their synonyms, are looked for in the names of attributes and values; a phrase may ask for
    several ("young woman"). One that several attributes are named by ("bag", "red") means any of
    them. *or* joins what one of is enough; in "red or black coat" both are coats. After *no*,
    *not* and *without* everything is negated up to a comma, *but*, *with*, *in* or an article
    behind *and*.

    Args:
        text: Such as ``woman in a red coat with a backpack, no hat``.
        schema: The attributes there are.
        synonyms: Those that ship where None.

    Raises:
        InputError: If nothing of it is understood.

    Example:
        >>> schema = AttributeSchema(['Female', 'Hat', 'Backpack'])
        >>> query = parse_attribute_query('a woman with a rucksack, no cap', schema)
        >>> [str(condition) for condition in query.conditions]
        ['Female', 'Backpack', 'not Hat']
    """
    vocabulary = _Vocabulary(schema, synonyms or Synonyms.read())
    conditions: list[Condition] = []
    missing: list[str] = []
    for negated, phrase in _phrases(text, vocabulary):
        alternatives = _alternatives(phrase, vocabulary, missing)
        if len(alternatives) == 1 and not negated:  # each thing may be looked at by itself
            (meanings,) = alternatives
            conditions += [Condition(tuple((value,) for value in any_of)) for any_of in meanings]
        elif alternatives:
            any_of = tuple(each for meanings in alternatives for each in product(*meanings))
            conditions.append(Condition(any_of, not negated))
    unknown = tuple(NotUnderstood(word, vocabulary.nearest(word)) for word in missing)
    if not conditions:
        said = '; '.join(map(str, unknown)) or repr(text)
        raise InputError(f'no attribute is asked for: {said}')
    return AttributeQuery(tuple(conditions), unknown)


def condition_probabilities(
    condition: Condition, probabilities: np.ndarray, schema: AttributeSchema
) -> np.ndarray:
    """How probable it is that each person meets a condition; attributes taken as independent.

    Args:
        condition: What is asked for.
        probabilities: ``(N, C)`` packed.
        schema: The attributes.

    Returns:
        ``(N,)`` float64.
    """
    sets = [
        np.prod([_of_value(value, probabilities, schema) for value in together], axis=0)
        for together in condition.any_of
    ]
    if _exclude_each_other(condition, schema):
        result = np.minimum(1, np.sum(sets, axis=0))
    else:
        result = 1 - np.prod([1 - each for each in sets], axis=0)
    return np.asarray(result if condition.wanted else 1 - result)


def _of_value(
    asked: AttributeValue, probabilities: np.ndarray, schema: AttributeSchema
) -> np.ndarray:
    columns = probabilities[:, schema.logit_slices[asked.attribute]].astype(np.float64)
    if schema.binary[asked.attribute]:
        column = columns[:, 0] if asked.value else 1 - columns[:, 0]
    else:
        column = columns[:, asked.value]
    return column if asked.wanted else 1 - column


def _exclude_each_other(condition: Condition, schema: AttributeSchema) -> bool:
    """Whether a person has one of the values at most."""
    values = [together[0] for together in condition.any_of if len(together) == 1]
    if len(values) < len(condition.any_of) or not all(value.wanted for value in values):
        return False
    attributes = {value.attribute for value in values}
    if len(attributes) == 1:
        return len(set(values)) == len(values)
    sets = {schema.attributes[column].one_of for column in attributes}
    return len(sets) == 1 and None not in sets and len(attributes) == len(values)


@dataclass(frozen=True)
class _Choice:
    """A value with the words that it is named by."""

    value: AttributeValue
    words: frozenset[str]
    whole: tuple[frozenset[str], ...]  # it is named by one of these exactly
    heads: frozenset[str]  # what it is: the bag of a hand bag, both of "Skirt&Dress"

    def named_by(self, words: frozenset[str]) -> bool:
        """Whether words are all of one of its names, or enough of it: not "long" for a coat."""
        enough = len(words) > 1 or words & self.heads or words in self.whole
        return words <= self.words and bool(enough)


class _Vocabulary:
    """What can be asked for in a schema."""

    def __init__(self, schema: AttributeSchema, synonyms: Synonyms) -> None:
        self.schema, self.synonyms = schema, synonyms
        self.choices = list(self._choices())
        self.phrases = {tuple(key.split()): key for key in synonyms.synonyms if ' ' in key}

    def _choices(self) -> Iterator[_Choice]:
        for index, attribute in enumerate(self.schema.attributes):
            name = frozenset(self._words_of(attribute.name))
            if attribute.values is None:
                asked = AttributeValue(index, 1, True, attribute.name)
                ends = [self._words_of(text)[-1:] for text in re.split('[&/]', attribute.name)]
                yield _Choice(asked, name, (name,), frozenset(chain.from_iterable(ends)))
            for number, value in enumerate(attribute.values or ()):
                words = frozenset(self._words_of(value))
                asked = AttributeValue(index, number, True, f'{attribute.name} = {value}')
                yield _Choice(asked, name | words, (words, name | words), words)

    def _words_of(self, name: str) -> list[str]:
        return [word for word in self.synonyms.name_words(name) if word not in FILLERS]

    def tokens(self, text: str) -> list[str]:
        """Words of a text; what has synonyms as a phrase is one."""
        words, tokens = self.synonyms.words(text), []
        while words:
            lengths = [len(key) for key in self.phrases if tuple(words[: len(key)]) == key]
            size = max(lengths, default=1)
            tokens.append(' '.join(words[:size]))
            words = words[size:]
        return tokens

    def readings(self, token: str, *, alone: bool) -> Iterator[tuple[frozenset[str], bool]]:
        """Words that a token may stand for, the best first, and whether people have it."""
        yield frozenset(token.split()), True
        for text in self.synonyms.synonyms.get(token, ()):
            if text.endswith(TOGETHER) and alone:
                continue
            first, *rest = text.removesuffix(TOGETHER).split()
            wanted = first != 'not'
            if wanted or alone:
                words = self.synonyms.words(' '.join(rest if not wanted else [first, *rest]))
                yield frozenset(words), wanted

    def meaning(self, tokens: Sequence[str]) -> tuple[AttributeValue, ...]:
        """Values that words may mean any of together; none where they mean nothing."""
        alone = len(tokens) == 1
        readings = [list(enumerate(self.readings(token, alone=alone))) for token in tokens]
        for chosen in sorted(product(*readings), key=lambda each: sum(n for n, _ in each)):
            words = frozenset(chain.from_iterable(reading for _, (reading, _) in chosen))
            wanted = all(wanted for _, (_, wanted) in chosen)
            having = [choice for choice in self.choices if choice.named_by(words)]
            having = [choice for choice in having if words in choice.whole] or having
            values = [replace(choice.value, wanted=wanted) for choice in having]
            of_attribute = {value.attribute for value in values}
            if values and len(of_attribute) == len(values) <= MOST_MEANINGS:
                return tuple(values)
        return ()

    def nearest(self, word: str) -> tuple[str, ...]:
        """Attributes that a word may have been meant for."""
        known = {each for choice in self.choices for each in choice.words}
        alike = set(difflib.get_close_matches(word, known, n=NEAREST, cutoff=0.7))
        meant = {each for words, _ in self.readings(word, alone=False) for each in words}
        worth: dict[str, int] = {}
        for choice in self.choices:
            name = self.schema.names[choice.value.attribute]
            shared = 2 * len(choice.words & meant) + len(choice.words & alike)
            worth[name] = max(shared, worth.get(name, 0))
        ranked = sorted((name for name in worth if worth[name]), key=lambda name: -worth[name])
        return tuple(ranked[:NEAREST])


def _phrases(text: str, vocabulary: _Vocabulary) -> Iterator[tuple[bool, list[str]]]:
    """Words between commas and linking words, and whether they are negated."""
    for clause in re.split('[,;.]', re.sub(r',\s*(?=or\b|and\b)', ' ', text)):
        tokens = vocabulary.tokens(clause)
        negated, phrase = False, list[str]()
        for token, following in zip(tokens, [*tokens[1:], ''], strict=False):
            ends = token in LINKS and phrase and phrase[-1] != OR
            if token in NEGATIONS:
                if phrase and phrase[-1] == OR:
                    raise InputError(f'{clause.strip()!r}: "or {token}" is not understood')
                if phrase:
                    yield negated, phrase
                negated, phrase = True, []
            elif ends:
                yield negated, phrase
                negated = negated and token == 'and' and following not in ARTICLES
                phrase = []
            elif token not in LINKS and token not in FILLERS:
                phrase.append(token)
        if phrase:
            yield negated, phrase


def _alternatives(
    phrase: list[str], vocabulary: _Vocabulary, missing: list[str]
) -> list[list[tuple[AttributeValue, ...]]]:
    """What *or* joins: of each the meanings of its words, of which it is all.

    Words that mean nothing are added to ``missing``.
    """
    parts = [list[str]()]
    for token in phrase:
        if token == OR:
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in parts if part]
    alternatives = []
    for part in parts:
        meanings, unknown = _meanings(part, vocabulary)
        if part is not parts[-1] and (unknown or any(len(any_of) > 1 for any_of in meanings)):
            shared, unknown_with = _meanings([*part, *parts[-1][1:]], vocabulary)
            if not unknown_with:
                meanings, unknown = shared, unknown_with
        missing += unknown
        if meanings:
            alternatives.append(meanings)
    return alternatives


def _meanings(
    tokens: Sequence[str], vocabulary: _Vocabulary
) -> tuple[list[tuple[AttributeValue, ...]], list[str]]:
    """The fewest values that all words of a phrase name, and words that name none.

    A word may belong to two ("red long coat": a long coat, and red is what is worn above).
    """
    if len(tokens) > LONGEST_PHRASE:
        first, unknown = _meanings(tokens[:LONGEST_PHRASE], vocabulary)
        rest, more = _meanings(tokens[LONGEST_PHRASE:], vocabulary)
        return first + rest, unknown + more
    named: list[tuple[int, tuple[AttributeValue, ...]]] = []  # bits of places, and what they mean
    for size in range(min(MOST_TOGETHER, len(tokens)), 0, -1):
        for places in combinations(range(len(tokens)), size):
            any_of = vocabulary.meaning([tokens[place] for place in places])
            shared = len(any_of) > 1 and not vocabulary.schema.binary[any_of[0].attribute]
            if any_of and not (shared and len(tokens) > size):  # "red" in "red hat" is of the hat
                named.append((sum(1 << place for place in places), any_of))
    named.sort(key=lambda each: len(each[1]))
    covers: dict[int, list[tuple[int, tuple[AttributeValue, ...]]]] = {0: []}
    newest = covers
    while newest:  # all that one value more can cover, the fewest values first
        grown: dict[int, list[tuple[int, tuple[AttributeValue, ...]]]] = {}
        for covered, chosen in newest.items():
            for bits, any_of in named:
                if covered | bits not in covers:
                    grown.setdefault(covered | bits, [*chosen, (bits, any_of)])
        covers, newest = {**covers, **grown}, grown
    widest = max(covers, key=int.bit_count)
    in_order = sorted(covers[widest], key=lambda each: each[0] & -each[0])
    unknown = [token for place, token in enumerate(tokens) if not widest >> place & 1]
    return [any_of for _, any_of in in_order], unknown
