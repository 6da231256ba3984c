"""What people write for attributes, from a file that a user can add to."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from par_plugins.structures import InputError

SHIPPED = Path(__file__).with_name('synonyms.toml')
LARGEST_FILE = 1 << 20


@dataclass(frozen=True)
class Synonyms:
    """Words in place of others.

    Attributes:
        synonyms: By word or phrase, what it may mean, the best first; see ``synonyms.toml``.
        abbreviations: By word of an attribute's name, what it stands for.
        plurals: Plurals that are words of their own.
    """

    synonyms: Mapping[str, Sequence[str]]
    abbreviations: Mapping[str, str]
    plurals: frozenset[str]

    def singular(self, word: str) -> str:
        """A word without the ending of a plural.

        Example:
            >>> [Synonyms.read().singular(word) for word in ('dresses', 'bags', 'dress', 'shorts')]
            ['dress', 'bag', 'dress', 'shorts']
        """
        if word in self.plurals or len(word) < 4 or word.endswith(('ss', 'us')):
            return word
        for ending, instead in (('ies', 'y'), ('sses', 'ss'), ('xes', 'x'), ('ches', 'ch')):
            if word.endswith(ending):
                return word.removesuffix(ending) + instead
        return word.removesuffix('s')

    def words(self, text: str) -> list[str]:
        """Words of a text: small letters, singular, parts of ``camelCase`` and numbers apart."""
        apart = re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', text.replace("n't", ' not'))
        found = re.findall(r'[^\W\d_]+|\d+', apart.lower())
        return [self.singular(word) for word in found]

    def name_words(self, name: str) -> list[str]:
        """Words of an attribute's name, abbreviations written out."""
        return [
            word
            for short in self.words(name)
            for word in self.words(self.abbreviations.get(short, short))
        ]

    @classmethod
    def read(cls, path: str | Path | None = None) -> 'Synonyms':
        """Read those that ship, and those of a user over them.

        Args:
            path: A file like ``synonyms.toml`` beside this module; None for those that ship alone.

        Raises:
            InputError: If it is no such file.
        """
        tables = _tables(SHIPPED)
        if path is not None:
            for name, table in _tables(Path(path)).items():
                tables[name] = {**tables[name], **table}
        kept = tables['plurals'].get('kept', [])
        made = cls({}, tables['abbreviations'], frozenset(kept))
        by_words = {' '.join(made.words(key)): each for key, each in tables['synonyms'].items()}
        return replace(made, synonyms=by_words)


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    kinds = {'synonyms': list, 'abbreviations': str, 'plurals': list}
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f'{path}: larger than {LARGEST_FILE} bytes')
        read = tomllib.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path}: no table of synonyms ({error})') from error
    for name, table in read.items():
        if name not in kinds or not isinstance(table, dict):
            raise InputError(f'{path}: {name} is none of the tables {", ".join(kinds)}')
        for word, meanings in table.items():
            texts = meanings if isinstance(meanings, list) else [meanings]
            if not isinstance(meanings, kinds[name]) or not all(isinstance(t, str) for t in texts):
                form = 'a text' if kinds[name] is str else 'a list of texts'
                raise InputError(f'{path}: {word} in {name} is {meanings!r}, not {form}')
    return {name: {**read.get(name, {})} for name in kinds}
