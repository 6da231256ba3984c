import csv
import io
import json
import math
from types import SimpleNamespace

import pytest

from par_plugins.engine.hooks import AttributeReportHook, attribute_report_hook
from par_plugins.visualization import attribute_scores_figure
from tests.engine.hooks.toy_loop import toy_runner

ROWS = [
    {'name': 'Hat', 'positives': 3, 'ratio': 0.25, 'tpr': 50.0, 'tnr': 80.0, 'mA': 65.0},
    {'name': 'Bag', 'positives': 0, 'ratio': 0.0, 'tpr': math.nan, 'tnr': 90.0, 'mA': math.nan},
]


def report(folder, metrics, scores, split='val'):
    loop = SimpleNamespace(evaluator=SimpleNamespace(metrics=metrics))
    runner = toy_runner(
        **{split: loop},
        work_dir=str(folder),
        seed=7,
        epoch=3,
        timestamp='20260101_000000',
        experiment_name='resnet_20260101_000000',
    )
    getattr(AttributeReportHook(), f'after_{split}_epoch')(runner, scores)
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('split', ['val', 'test'])
def test_a_table_becomes_csv_and_figure_and_the_scores_json_without_nan(tmp_path, split):
    metric = SimpleNamespace(table=ROWS, rules='rap')
    names = report(tmp_path, [metric], {'attribute/mA': 65.0, 'attribute/mAP': math.nan}, split)
    assert names == [f'{split}_attributes.csv', f'{split}_attributes.png', f'{split}_scores.json']
    with (tmp_path / names[0]).open(encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert [row['name'] for row in rows] == ['Hat', 'Bag'] and rows[0]['tnr'] == '80.0'
    assert (tmp_path / names[1]).read_bytes().startswith(b'\x89PNG')
    assert json.loads((tmp_path / names[2]).read_text(encoding='utf-8')) == {
        'config': 'resnet',
        'seed': 7,
        **({'epoch': 3} if split == 'val' else {'checkpoint': None}),
        'scores': {'attribute/mA': 65.0, 'attribute/mAP': None},
    }


def test_two_tables_are_one_with_the_columns_of_both(tmp_path):
    at_prior = [{**ROWS[1], 'tnr': 70.0}, {**ROWS[0], 'tpr': 90.0, 'mA': 85.0}]  # in any order
    at_prior = [{**row, 'ap': math.nan} for row in at_prior]  # nobody has worked it out
    metrics = [SimpleNamespace(table=ROWS, rules='rap')]
    metrics += [SimpleNamespace(table=at_prior, rules='prior')]
    names = report(tmp_path, metrics, {})
    assert names == ['val_attributes.csv', 'val_attributes.png', 'val_scores.json']
    with (tmp_path / names[0]).open(encoding='utf-8') as file:
        hat, bag = csv.DictReader(file)
    assert (hat['mA'], hat['prior/mA'], hat['prior/tpr'], hat['prior/tnr']) == (
        '65.0', '85.0', '90.0', '80.0',
    )  # fmt: skip
    assert (
        bag['prior/tnr'] == '70.0'
        and 'prior/ratio' not in hat
        and 'prior/ap' not in hat
        and 'prior/name' not in hat
    )
    assert ROWS[0].keys() == {'name', 'positives', 'ratio', 'tpr', 'tnr', 'mA'}  # nothing is shared


def test_a_table_of_another_name_has_files_of_its_own_and_no_figure_without_mean_accuracy(tmp_path):
    rows = [{'name': 'Hat', 'labelled': 4, 'accuracy': 75.0}]
    other = SimpleNamespace(table=rows, rules='unknown_left_out', table_name='label_accuracy')
    names = report(tmp_path, [SimpleNamespace(table=ROWS, rules='rap'), other], {})
    assert names == [
        'val_attributes.csv',
        'val_attributes.png',
        'val_label_accuracy.csv',
        'val_scores.json',
    ]


def test_metrics_without_a_table_leave_the_scores_alone(tmp_path):
    assert report(tmp_path, [SimpleNamespace()], {'top1': 1.0}) == ['val_scores.json']


def test_hostile_names_do_no_harm_in_table_spreadsheet_and_figure():
    long = 'x' * 300
    rows = [
        {'name': name, 'ratio': 0.5, 'tpr': 1.0, 'tnr': 2.0, 'mA': 1.5}
        for name in ('=cmd|a', '[red]Hat[/]', '$\\frac$', long)
    ]
    text = attribute_report_hook._as_text(rows)
    assert '[red]Hat[/]' in text and '$\\frac$' in text and long not in text
    assert max(map(len, text.splitlines())) <= 120
    assert attribute_report_hook._cell('=cmd|a') == "'=cmd|a"
    attribute_scores_figure(rows).savefig(io.BytesIO())
