"""The printed tables are those of the runs that are kept beside them."""

import json

import pytest

from par_plugins.apis.published_results import table_of
from par_plugins.apis.results_table import between_marks
from projects.paper_studies.tables import RESULTS


def test_every_study_has_results():
    studies = {path.parents[1].name for path in RESULTS}
    assert studies == {'apr', 'crl', 'dai', 'habp', 'mrgan', 'pedestrians'}
    assert len(RESULTS) == 31


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: f'{path.parents[1].name}/{path.stem}')
def test_the_printed_comparison_is_that_of_the_published_runs(path):
    results = json.loads(path.read_text(encoding='utf-8'))
    names = list(results['runs'][results['baseline']])
    assert names and all(list(runs) == names for runs in results['runs'].values())
    text = (path.parents[1] / 'README.md').read_text(encoding='utf-8')
    assert between_marks(text, table_of(results), source=str(path), name=path.stem) == text
