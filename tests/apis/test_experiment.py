import json
from pathlib import Path

import pytest
import yaml

from par_plugins.apis.experiment import Experiment, comparison_table
from par_plugins.apis.results_table import between_marks
from par_plugins.structures import InputError

CONFIG = """
model = dict(type='it', size=1)
numbers = dict(steps=10)
"""


def write(folder, name='first', **changes):
    (folder / 'config.py').write_text(CONFIG)
    arm = {'config': str(folder / 'config.py')}
    content = {
        'seeds': [0, 1],
        'scores': ['attribute/mA'],
        'baseline': 'plain',
        'arms': {'plain': arm, 'large': {**arm, 'options': {'model.size': 5}}},
        **changes,
    }
    path = folder / f'{name}.yml'
    path.write_text(yaml.safe_dump(content))
    return path


def finished(folder, scores):
    """Write what the runs would leave."""
    for arm, seeds in scores.items():
        for seed, score in enumerate(seeds):
            path = folder / arm / f'seed_{seed}' / 'test_scores.json'
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps({'scores': {'attribute/mA': score}}))


def test_options_of_all_arms_come_first_and_those_of_the_arm_after(tmp_path):
    options = {'model.size': 2, 'numbers': {'_delete_': True, 'epochs': 3}}
    arms = Experiment.read(write(tmp_path, options=options)).arms
    assert {name: arm.model.size for name, arm in arms.items()} == {'plain': 2, 'large': 5}
    assert all(arm.numbers == {'epochs': 3} for arm in arms.values())


def test_an_experiment_extends_another(tmp_path):
    write(tmp_path, options={'numbers.steps': 20, 'model.size': 2})
    second = tmp_path / 'other' / 'second.yml'
    second.parent.mkdir()
    second.write_text('extends: ../first.yml\nseeds: [7]\noptions: {numbers.steps: 30}\n')
    experiment = Experiment.read(second)
    assert experiment.name == 'second' and list(experiment.seeds) == [7]
    assert experiment.arms['plain'].numbers.steps == 30
    assert experiment.arms['plain'].model.size == 2


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'baseline': 'none'}, "baseline 'none' is not among the arms"),
        ({'arms': {'plain': {'config': 'nowhere.py'}}}, "arm 'plain'.*nowhere"),
        ({'speed': 3}, 'an experiment has'),
    ],
)
def test_a_file_that_is_no_experiment_is_named(tmp_path, changes, message):
    with pytest.raises(InputError, match=f'first.yml: .*{message}'):
        Experiment.read(write(tmp_path, **changes))


def test_what_has_been_run_is_not_run_again(tmp_path):
    experiment = Experiment.read(write(tmp_path))
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71, 75]})
    seen = []
    runs = experiment.run(tmp_path / 'runs', jobs=2, on_run=lambda *run: seen.append(run))
    assert sorted(seen) == [('large', 0), ('large', 1), ('plain', 0), ('plain', 1)]
    assert runs['large'] == {0: {'attribute/mA': 71}, 1: {'attribute/mA': 75}}


def test_runs_of_another_config_are_not_taken_for_this_ones(tmp_path):
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71, 75]})
    Experiment.read(write(tmp_path)).run(tmp_path / 'runs', jobs=1)
    changed = Experiment.read(write(tmp_path, options={'numbers.steps': 11}))
    with pytest.raises(InputError, match='runs of another config'):
        changed.run(tmp_path / 'runs', jobs=1)


def test_a_run_that_fails_is_named_with_its_last_words(tmp_path):
    experiment = Experiment.read(write(tmp_path, seeds=[3]))
    with pytest.raises(InputError, match=r'seed_3: the run ended with 1: \w+'):
        experiment.run(tmp_path / 'runs', jobs=2)
    assert (tmp_path / 'runs' / 'plain' / 'seed_3' / 'output.txt').read_text()


def test_differences_are_paired_by_seed():
    runs = {
        'plain': {0: {'attribute/mA': 70.0}, 1: {'attribute/mA': 74.0}},
        'large': {0: {'attribute/mA': 73.0}, 1: {'attribute/mA': 73.0}},
    }
    # 70, 74: mean 72, deviation 4 / sqrt(2). Gains 3, -1: mean 1, deviation 4 / sqrt(2).
    table = comparison_table(runs, baseline='plain', scores=['attribute/mA'])
    assert table.splitlines() == [
        '| arm | seeds | mA | mA - plain |',
        '|---|---|---|---|',
        '| plain | 2 | 72.00 ± 2.83 |  |',
        '| large | 2 | 73.00 ± 0.00 | +1.00 ± 2.83 (1/2) |',
    ]


def test_a_score_that_an_arm_does_not_give_is_blank():
    runs = {
        'plain': {0: {'reid/mAP': 50.0}},
        'both': {0: {'reid/mAP': 60.0, 'attribute/mA': 70.0}},
    }
    table = comparison_table(runs, baseline='plain', scores=['reid/mAP', 'attribute/mA'])
    assert table.splitlines()[2:] == [
        '| plain | 1 | 50.00 |  |  |  |',
        '| both | 1 | 60.00 | 70.00 | +10.00 (1/1) |  |',
    ]


def test_runs_without_any_of_the_scores_are_named(tmp_path):
    experiment = Experiment.read(write(tmp_path, scores=['attribute/f2']))
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71, 75]})
    with pytest.raises(InputError, match=r'json: none of attribute/f2, but attribute/mA'):
        experiment.run(tmp_path / 'runs', jobs=1)


ROOT = Path(__file__).parents[2]
EXPERIMENTS = [path for path in ROOT.glob('configs/*/*.yml') if path.stem != 'metafile']
PUBLISHED = [
    path for path in EXPERIMENTS if (path.parent / 'results' / f'{path.stem}.json').exists()
]


def test_experiments_and_published_ones_are_found():
    assert len(EXPERIMENTS) == 5 and len(PUBLISHED) >= 2


@pytest.mark.parametrize('path', EXPERIMENTS, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_every_experiment_of_the_project_can_be_read(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    experiment = Experiment.read(path)
    assert len(experiment.arms) > 1 and experiment.seeds
    readme = (path.parent / 'README.md').read_text()
    between_marks(readme, '', source=str(path), name=path.stem)  # there is a place for its table


@pytest.mark.parametrize('path', PUBLISHED, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_the_printed_comparison_is_that_of_the_published_runs(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    experiment = Experiment.read(path)
    content = json.loads((path.parent / 'results' / f'{path.stem}.json').read_text())
    runs = {
        arm: {int(seed): scores for seed, scores in seeds.items()}
        for arm, seeds in content['runs'].items()
    }
    assert set(runs) == set(experiment.arms) and content['baseline'] == experiment.baseline
    assert all(set(seeds) == set(experiment.seeds) for seeds in runs.values())
    table = comparison_table(runs, baseline=experiment.baseline, scores=experiment.scores)
    text = (path.parent / 'README.md').read_text()
    assert between_marks(text, table, source=str(path), name=path.stem) == text
