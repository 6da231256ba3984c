"""The printed tables are those of the runs that are kept beside them."""

import json

import pytest

from par_plugins.apis.results_table import between_marks
from projects.paper_studies.tables import RESULTS, publish, table_of


def test_every_study_has_results():
    assert {path.parents[1].name for path in RESULTS} == {'apr', 'crl', 'dai', 'habp', 'mrgan'}
    assert len(RESULTS) == 19


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: f'{path.parents[1].name}/{path.stem}')
def test_the_printed_comparison_is_that_of_the_published_runs(path):
    results = json.loads(path.read_text(encoding='utf-8'))
    names = list(results['runs'][results['baseline']])
    assert names and all(list(runs) == names for runs in results['runs'].values())
    text = (path.parents[1] / 'README.md').read_text(encoding='utf-8')
    assert between_marks(text, table_of(results), source=str(path), name=path.stem) == text


def test_what_is_published_is_kept_and_printed(tmp_path):
    (tmp_path / 'results').mkdir()
    (tmp_path / 'README.md').write_text(
        'a\n<!-- rates: begin -->\n<!-- rates: end -->\nb\n', encoding='utf-8'
    )
    runs = {
        arm: {f'rate {rate}, seed 0': {'attribute/mA': score} for rate in (0.1, 1)}
        for arm, score in (('plain', 70.0), ('new', 72.0))
    }
    results = {'baseline': 'plain', 'scores': ['attribute/mA'], 'runs': runs}
    path = tmp_path / 'results' / 'rates.json'
    publish(path, results)
    assert json.loads(path.read_text(encoding='utf-8')) == results
    lines = (tmp_path / 'README.md').read_text(encoding='utf-8').splitlines()
    assert lines[4:-2] == [
        '| rate 0.1 | plain | 1 | 70.00 |  |',
        '| rate 0.1 | new | 1 | 72.00 | +2.00 (1/1) |',
        '| rate 1 | plain | 1 | 70.00 |  |',
        '| rate 1 | new | 1 | 72.00 | +2.00 (1/1) |',
    ]
