"""Write every table of the studies anew, from the results that are kept beside them.

    python -m projects.paper_studies.tables

``<study>/results/<name>.json`` has the runs of an experiment: the scores of every arm and run, the
baseline, the scores that are compared in the order of the columns, and whether what stands after
each ± is the ``standard error`` of the mean. The table goes between the marks of its name in the
study's README.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from par_plugins.apis.comparison_table import Runs, comparison_table
from par_plugins.apis.results_table import between_marks

RESULTS = sorted(Path(__file__).parent.glob('*/results/*.json'))


def table_of(results: Mapping[str, Any]) -> str:
    """The table of one experiment; the conditions of its runs, if any, have rows of their own.

    Args:
        results: What its file holds.
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
    """Keep the results of an experiment, and put its table into its study.

    Args:
        path: ``<study>/results/<name>.json``.
        results: Its content.
    """
    path.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    readme = path.parents[1] / 'README.md'
    readme.write_text(
        between_marks(
            readme.read_text(encoding='utf-8'),
            table_of(results),
            source=str(readme),
            name=path.stem,
        ),
        encoding='utf-8',
    )


def main() -> None:
    for path in RESULTS:
        publish(path, json.loads(path.read_text(encoding='utf-8')))


if __name__ == '__main__':
    main()
