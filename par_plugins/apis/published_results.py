"""Results of an experiment that are kept: a JSON, and its table in a README."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from par_plugins.apis.comparison_table import Runs, comparison_table
from par_plugins.apis.results_table import between_marks, marks
from par_plugins.engine.written_aside import written_aside


def table_of(results: Mapping[str, Any]) -> str:
    """The table of one experiment; the conditions of its runs, if any, have rows of their own.

    Args:
        results: The ``runs`` of every arm and their scores, the ``baseline``, the ``scores`` that
            are compared in the order of the columns, and whether what stands after each ± is the
            ``standard error`` (``spread``).
    """
    runs: Runs = results['runs']
    names = [name.split(', ')[0] for name in runs[results['baseline']] if ', ' in name]
    return comparison_table(
        runs,
        baseline=results['baseline'],
        scores=results['scores'],
        conditions=list(dict.fromkeys(names)),
        standard_error=results.get('spread') == 'standard error',
    )


def publish(path: Path, results: Mapping[str, Any]) -> None:
    """Keep the results, and put their table where a README has marks of the file's name.

    Args:
        path: The JSON; the README stands beside it or in the folder above.
        results: See :func:`table_of`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, json.dumps(results, indent=1) + '\n')
    for readme in (path.parent / 'README.md', path.parent.parent / 'README.md'):
        text = readme.read_text(encoding='utf-8') if readme.is_file() else ''
        if marks(path.stem)[0] in text:
            put_table(readme, table_of(results), name=path.stem)


def put_table(document: Path, table: str, *, name: str) -> None:
    """Put a table between the marks of its name in a Markdown file.

    Args:
        document: The file.
        table: To stand there.
        name: Of the marks.

    Raises:
        InputError: If a mark is missing.
    """
    text = document.read_text(encoding='utf-8')
    _write(document, between_marks(text, table, source=str(document), name=name))


def named_as_before(path: Path, results: Mapping[str, Any]) -> dict[str, Any]:
    """Results whose arms, called by their leaves, get the names that an earlier file gave them.

    Args:
        path: The earlier file, if there is one; its ``leaves`` say the leaf of each arm.
        results: See :func:`table_of`.
    """
    before = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else {}
    leaves: dict[str, str] = before.get('leaves', {})
    names = {leaf: arm for arm, leaf in leaves.items()}
    renamed = dict(results)
    renamed['baseline'] = names.get(results['baseline'], results['baseline'])
    renamed['runs'] = {names.get(arm, arm): runs for arm, runs in results['runs'].items()}
    return {**renamed, 'leaves': {names.get(leaf, leaf): leaf for leaf in results['runs']}}


def _write(path: Path, text: str) -> None:
    with written_aside(path) as unfinished:
        unfinished.write_text(text, encoding='utf-8')
