"""Curves, from the logs of the runs of an experiment."""

import json

import pytest

from par_plugins.structures import InputError
from projects.paper_studies.training_curves import training_curves


def write(folder, arm, seed, rows, start='20260101_000000'):
    path = folder / arm / f'seed_{seed}' / start / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, rows)) + '\n', encoding='utf-8')


def test_a_curve_is_the_mean_over_seeds_and_a_validation_stands_at_the_step_before_it(tmp_path):
    for seed in (0, 2):
        rows = [
            {'loss_ce': 4 + seed, 'iter': 50, 'step': 50},
            {'mA': 10 + seed, 'step': 0},
            {'loss_ce': 3 + seed, 'iter': 100, 'step': 100},
            {'mA': 20 + seed, 'step': 0},
        ]
        write(tmp_path, 'plain', seed, rows)
    names = {'ce': ['part_ce', 'loss_ce'], 'mA': ['mA']}
    curves = training_curves(tmp_path, arms=['plain'], scalars=names)
    assert curves == {'ce': {'plain': ([50, 100], [5, 4])}, 'mA': {'plain': ([50, 100], [11, 21])}}


def test_a_resumed_run_has_one_curve(tmp_path):
    write(tmp_path, 'plain', 0, [{'loss': 3, 'iter': 50}])
    write(tmp_path, 'plain', 0, [{'loss': 2, 'iter': 100}], start='20260102_000000')
    curves = training_curves(tmp_path, arms=['plain'], scalars={'loss': ['loss']})
    assert curves == {'loss': {'plain': ([50, 100], [3, 2])}}
    names = {'loss': ['loss']}
    start = training_curves(tmp_path, arms=['plain'], scalars=names, last_step=50)
    assert start == {'loss': {'plain': ([50], [3])}}


def test_a_run_without_log_or_scalar_is_named(tmp_path):
    with pytest.raises(InputError, match="no run .* of the arm 'plain'"):
        training_curves(tmp_path, arms=['plain'], scalars={'x': ['x']})
    (tmp_path / 'plain' / 'seed_0').mkdir(parents=True)
    with pytest.raises(InputError, match=r'plain/seed_0: no vis_data/scalars\.json'):
        training_curves(tmp_path, arms=['plain'], scalars={'x': ['x']})
    write(tmp_path, 'plain', 0, [{'loss': 3, 'iter': 50}])
    with pytest.raises(InputError, match='plain: the log has none of x, y'):
        training_curves(tmp_path, arms=['plain'], scalars={'x': ['x', 'y']})


@pytest.mark.parametrize(
    'line', ['{', '7', '[' * 100_000, '{"loss": 1, "iter": "x"}', '{"loss": "x", "iter": 1}']
)
def test_a_damaged_line_of_a_log_is_named(tmp_path, line):
    write(tmp_path, 'plain', 0, [{'loss': 3, 'iter': 50}])
    path = next(tmp_path.glob('plain/seed_0/*/vis_data/scalars.json'))
    path.write_text(path.read_text(encoding='utf-8') + line + '\n', encoding='utf-8')
    with pytest.raises(InputError, match=r'scalars\.json, line 2: ') as caught:
        training_curves(tmp_path, arms=['plain'], scalars={'loss': ['loss']})
    assert len(str(caught.value).splitlines()) == 1
