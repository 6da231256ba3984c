"""What a run has left of its scores: ``test_scores.json``."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from par_plugins.structures import InputError, printable

LONGEST_VALUE = 60


@dataclass(frozen=True)
class RunScores:
    """Scores of one run.

    Attributes:
        config: Name of its config.
        seed: Of the run, None where it had none.
        scores: By name; those that are undefined are NaN.
    """

    config: str
    seed: int | None
    scores: dict[str, float]

    @classmethod
    def read(cls, path: str | Path) -> 'RunScores':
        """Read a file that ``AttributeReportHook`` has written.

        Raises:
            InputError: If there is no such file, it is no JSON, or an entry is missing or not what
                it must be; the message names file and entry.
        """
        try:
            content = json.loads(Path(path).read_text(encoding='utf-8'))
        except (OSError, ValueError, RecursionError) as error:
            reason = printable(str(error), longest=200)
            raise InputError(f'{path}: not the scores of a run: {reason}') from error
        if not isinstance(content, dict):
            raise _wrong(path, 'the file', content, 'a table of config, seed and scores')
        for name in ('config', 'seed', 'scores'):
            if name not in content:
                raise InputError(f'{path}: not the scores of a run: it has no {name!r}')
        config, seed, scores = content['config'], content['seed'], content['scores']
        if not isinstance(config, str):
            raise _wrong(path, 'config', config, 'a name')
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
            raise _wrong(path, 'seed', seed, 'a whole number')
        if not isinstance(scores, dict):
            raise _wrong(path, 'scores', scores, 'a table of numbers')
        for name, value in scores.items():
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int | float)
            ):
                raise _wrong(path, f'scores: {printable(name)}', value, 'a number')
        return cls(config, seed, {x: math.nan if y is None else y for x, y in scores.items()})

    def score(self, name: str, *, source: str | Path) -> float:
        """One of the scores.

        Args:
            name: Such as ``attribute/mA``.
            source: Where it was read, for the message.

        Raises:
            InputError: If there is no such score; the message names those that there are.
        """
        if name not in self.scores:
            known = printable(', '.join(self.scores))
            raise InputError(f'{source}: it has no score {name!r}, but {known or "none"}')
        return self.scores[name]


def _wrong(path: str | Path, entry: str, value: Any, expected: str) -> InputError:
    shown = printable(repr(value), longest=LONGEST_VALUE)
    return InputError(f'{path}: not the scores of a run: {entry} is {shown}, not {expected}')
