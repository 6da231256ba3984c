import json
from pathlib import Path

import pytest

from par_plugins.apis.results_table import RESULTS, between_marks, marks, results_table
from par_plugins.structures import InputError

ROOT = Path(__file__).parents[2]


def write(folder, config, seed, mA):
    path = folder / f'{config}_{seed}.json'
    path.write_text(
        json.dumps({'config': config, 'seed': seed, 'scores': {'attribute/mA': mA}}),
        encoding='utf-8',
    )
    return path


def test_a_row_is_a_config_with_mean_and_sample_deviation_over_its_seeds(tmp_path):
    paths = [write(tmp_path, 'b', 0, 70), write(tmp_path, 'a', 0, 80), write(tmp_path, 'a', 1, 82)]
    assert results_table(paths, scores=['attribute/mA']).splitlines() == [
        '| config | seeds | mA |',
        '|---|---|---|',
        '| a | 2 | 81.00 ± 1.41 |',
        '| b | 1 | 70.00 |',
    ]


def test_a_score_that_a_run_has_undefined_is_undefined_in_the_table(tmp_path):
    paths = [write(tmp_path, 'a|b\n', 0, None), write(tmp_path, 'a|b\n', 1, 82)]
    table = results_table(paths, scores=['attribute/mA']).splitlines()
    assert table[2:] == [r'| a\|b\n | 2 | undefined |']


def test_repeated_seeds_and_foreign_files_are_named(tmp_path):
    path = write(tmp_path, 'a', 0, 80)
    with pytest.raises(InputError, match=r'a_0\.json: seed 0 of a is there twice'):
        results_table([path, path], scores=['attribute/mA'])
    with pytest.raises(
        InputError, match=r"a_0\.json: it has no score 'attribute/f1', but attribute"
    ):
        results_table([path], scores=['attribute/f1'])
    path.write_text('{', encoding='utf-8')
    with pytest.raises(InputError, match=r'a_0\.json: not the scores of a run'):
        results_table([path], scores=['attribute/mA'])


def test_a_table_replaces_the_one_between_the_marks_only():
    begin, end = marks(RESULTS)
    text = between_marks(f'x {begin} old {end} y', 'new', source='README.md')
    assert text == f'x {begin}\nnew\n{end} y'
    assert between_marks(text, 'new', source='README.md') == text
    with pytest.raises(InputError, match=r'README\.md: no place for a table'):
        between_marks('x', 'new', source='README.md')


READMES = [
    path
    for path in ROOT.glob('configs/*/README.md')
    if marks(RESULTS)[0] in path.read_text(encoding='utf-8')
]


def test_some_readme_has_a_table():
    assert READMES


@pytest.mark.parametrize('readme', READMES, ids=lambda path: path.parent.name)
def test_the_printed_tables_are_those_of_the_runs_beside_them(readme):
    runs = sorted(readme.parent.glob('results/*.json'))
    scores = [f'attribute/{name}' for name in ('mA', 'accuracy', 'precision', 'recall', 'f1')]
    text = readme.read_text(encoding='utf-8')
    assert between_marks(text, results_table(runs, scores=scores), source='') == text
