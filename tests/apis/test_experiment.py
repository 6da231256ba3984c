import json

import pytest
import yaml
from mmengine.config import Config

from par_plugins.apis.experiment import Experiment
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
    experiment = Experiment.read(write(tmp_path, options=options))
    arms = {name: arm.filled({}) for name, arm in experiment.arms.items()}
    assert {name: arm.model.size for name, arm in arms.items()} == {'plain': 2, 'large': 5}
    assert all(arm.numbers == {'epochs': 3} for arm in arms.values())


def test_an_experiment_extends_another(tmp_path):
    write(tmp_path, options={'numbers.steps': 20, 'model.size': 2})
    second = tmp_path / 'other' / 'second.yml'
    second.parent.mkdir()
    second.write_text('extends: ../first.yml\nseeds: [7]\noptions: {numbers.steps: 30}\n')
    experiment = Experiment.read(second)
    assert experiment.name == 'second' and list(experiment.seeds) == [7]
    plain = experiment.arms['plain'].filled({})
    assert plain.numbers.steps == 30 and plain.model.size == 2


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'baseline': 'none'}, "baseline 'none' is not among the arms"),
        ({'arms': {'plain': {'config': 'nowhere.py'}}}, "arm 'plain'.*nowhere"),
        ({'speed': 3}, 'an experiment has'),
        ({'spread': 'range'}, "spread must be standard deviation or standard error, got 'range'"),
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
    assert sorted(seen) == [('large', '0'), ('large', '1'), ('plain', '0'), ('plain', '1')]
    assert runs['large'] == {'0': {'attribute/mA': 71}, '1': {'attribute/mA': 75}}


def test_a_run_that_an_arm_has_not_finished_is_left_out(tmp_path):
    experiment = Experiment.read(write(tmp_path))
    with pytest.raises(InputError, match='no run of first is finished in all arms'):
        experiment.finished(tmp_path / 'runs')
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71]})
    assert experiment.finished(tmp_path / 'runs') == {
        'plain': {'0': {'attribute/mA': 70}},
        'large': {'0': {'attribute/mA': 71}},
    }


def test_runs_of_another_config_are_not_taken_for_this_ones(tmp_path):
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71, 75]})
    Experiment.read(write(tmp_path)).run(tmp_path / 'runs', jobs=1)
    changed = Experiment.read(write(tmp_path, options={'numbers.steps': 11}))
    with pytest.raises(InputError, match='runs of another config'):
        changed.run(tmp_path / 'runs', jobs=1)


def test_a_run_that_fails_is_named_with_its_last_words(tmp_path):
    arms = {'plain': {'config': str(tmp_path / 'config.py')}}
    experiment = Experiment.read(write(tmp_path, seeds=[3], arms=arms))
    with pytest.raises(InputError, match=r'seed_3: the run ended with 1: \w+'):
        experiment.run(tmp_path / 'runs', jobs=1)
    assert (tmp_path / 'runs' / 'plain' / 'seed_3' / 'output.txt').read_text()


def test_runs_without_any_of_the_scores_are_named(tmp_path):
    experiment = Experiment.read(write(tmp_path, scores=['attribute/f2']))
    finished(tmp_path / 'runs', {'plain': [70, 72], 'large': [71, 75]})
    with pytest.raises(InputError, match=r'json: none of attribute/f2, but attribute/mA'):
        experiment.run(tmp_path / 'runs', jobs=1)


GRID = {
    'conditions': [{'images': 25, 'sigma': 1.5}, {'images': 50, 'sigma': 3.0}],
    'repeats': [{'subset': 0}, {'subset': 2}],
    'values': {'steps': 7},
}


def grid(folder):
    """Two sizes, two subsets, a generator for each and one extractor for all."""
    config = str(folder / 'config.py')
    gan = {'numbers.size': '{images}', 'numbers.subset': '{subset}', 'model.by': '{extractor}/x'}
    options = {
        'numbers': {'steps': '{steps}', 'name': 'of {images}/{subset}', 'list': ['{sigma}', 4]}
    }
    return write(
        folder,
        **GRID,
        preparations={
            'extractor': {'config': config},
            'generator': {'config': config, 'options': gan},
        },
        arms={
            'plain': {'config': config, 'options': options},
            'deact': {'config': config, 'options': {'model.gan': '{generator}/last.pth'}},
        },
    )


def finished_grid(folder):
    """Write what its runs would leave: scores that say where they are from."""
    places = [folder / 'extractor', *(folder / 'generator').glob('*/*')]
    for size, subset in ((25, 0), (25, 2), (50, 0), (50, 2)):
        places.append(folder / f'generator/images_{size}/subset_{subset}')
        for arm, gain in (('plain', 0), ('deact', 10)):
            for seed in (0, 1):
                place = folder / f'{arm}/images_{size}/subset_{subset}/seed_{seed}'
                place.mkdir(parents=True)
                scores = {'attribute/mA': size + subset + seed + gain * (seed + 1)}
                (place / 'test_scores.json').write_text(json.dumps({'scores': scores}))
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / 'test_scores.json').write_text('{}')


def test_every_condition_repeat_and_seed_is_run_with_its_own_values(tmp_path):
    experiment = Experiment.read(grid(tmp_path))
    finished_grid(tmp_path / 'runs')
    seen = []
    runs = experiment.run(tmp_path / 'runs', jobs=2, on_run=lambda *run: seen.append(run))
    assert len(seen) == experiment.num_runs == 16
    assert list(runs['plain']) == experiment.run_names
    assert experiment.run_names[:3] == [
        'images 25, subset 0, seed 0',
        'images 25, subset 0, seed 1',
        'images 25, subset 2, seed 0',
    ]
    assert runs['deact']['images 50, subset 2, seed 1'] == {'attribute/mA': 50 + 2 + 1 + 20}
    plain = Config.fromfile(tmp_path / 'runs/plain/images_50/subset_2/plain.py')
    assert plain.numbers == {'steps': 7, 'name': 'of 50/2', 'list': [3.0, 4]}
    deact = Config.fromfile(tmp_path / 'runs/deact/images_25/subset_2/deact.py')
    assert deact.model.gan == str(tmp_path / 'runs/generator/images_25/subset_2/last.pth')


def test_a_preparation_is_made_once_for_all_that_it_does_not_tell_apart(tmp_path):
    experiment = Experiment.read(grid(tmp_path))
    finished_grid(tmp_path / 'runs')
    experiment.run(tmp_path / 'runs', jobs=1)
    configs = sorted(
        str(path.relative_to(tmp_path / 'runs'))
        for name in ('extractor', 'generator')
        for path in (tmp_path / 'runs' / name).rglob('*.py')
    )
    assert configs == [
        'extractor/config/extractor.py',
        *(
            f'generator/images_{size}/subset_{subset}/config/generator.py'
            for size in (25, 50)
            for subset in (0, 2)
        ),
    ]
    generator = Config.fromfile(tmp_path / 'runs' / configs[-1])
    assert generator.numbers == {'steps': 10, 'size': 50, 'subset': 2}
    assert generator.model.by == str(tmp_path / 'runs/extractor/x')


def test_the_table_has_rows_for_every_condition_with_standard_errors(tmp_path):
    experiment = Experiment.read(
        write(
            tmp_path,
            conditions=[*GRID['conditions'], {'images': 75}],  # not run: no rows
            spread='standard error',
        )
    )
    runs = {
        arm: {f'images {size}, seed {seed}': {'attribute/mA': size + seed * gain}
              for size in (25, 50) for seed in (0, 1)}
        for arm, gain in (('plain', 2), ('large', 6))
    }  # fmt: skip
    # Seeds 0, 2: deviation sqrt(2), error 1; gains 0, 4: mean 2, error 2.
    assert experiment.table(runs).splitlines() == [
        '| condition | arm | runs | mA | mA - plain |',
        '|---|---|---|---|---|',
        '| images 25 | plain | 2 | 26.00 ± 1.00 |  |',
        '| images 25 | large | 2 | 28.00 ± 3.00 | +2.00 ± 2.00 (1/2) |',
        '| images 50 | plain | 2 | 51.00 ± 1.00 |  |',
        '| images 50 | large | 2 | 53.00 ± 3.00 | +2.00 ± 2.00 (1/2) |',
    ]


def test_an_option_that_names_no_value_is_refused(tmp_path):
    arm = {'config': str(tmp_path / 'config.py'), 'options': {'model.size': '{nothing}'}}
    with pytest.raises(InputError, match="arm 'plain': .*nothing"):
        Experiment.read(write(tmp_path, arms={'plain': arm}))
