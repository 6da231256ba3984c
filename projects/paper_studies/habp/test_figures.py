import json

import pytest

from par_plugins.structures import InputError
from projects.paper_studies.habp.figures import positive_probabilities, scores_by_condition


def test_probabilities_are_means_over_runs_with_the_rarest_attribute_first(tmp_path):
    for seed, values in enumerate(((80.0, 10.0), (90.0, 30.0))):
        folder = tmp_path / f'seed_{seed}'
        folder.mkdir()
        rows = ['name,positives,probability', f'hat,50,{values[0]}', f'bag,3,{values[1]}']
        (folder / 'test_positive_probabilities.csv').write_text('\n'.join(rows), encoding='utf-8')
    numbers, values, spreads = positive_probabilities(sorted(tmp_path.iterdir()))
    assert (numbers, values) == ([3, 50], [20.0, 85.0])
    assert spreads == pytest.approx([20 / 2**0.5, 10 / 2**0.5])
    with pytest.raises(InputError, match='test with PositiveProbabilityMetric'):
        positive_probabilities([tmp_path])


def test_scores_are_means_over_the_runs_of_a_condition_in_its_order(tmp_path):
    path = tmp_path / 'rates.json'
    scores = {'rate 0.1, seed 0': 60.0, 'rate 0.1, seed 1': 70.0, 'rate 0.01, seed 0': 50.0}
    runs = {'HABP': {run: {'attribute/mA': score} for run, score in scores.items()}}
    path.write_text(json.dumps({'runs': runs}), encoding='utf-8')
    found = scores_by_condition(path, score='attribute/mA', arms=['HABP'])
    assert found == {'HABP': ([0.01, 0.1], [50.0, 65.0], pytest.approx([0, 10 / 2**0.5]))}
    runs['plain'] = {
        run: {'attribute/mA': 45.0 + 5 * (score > 65)} for run, score in scores.items()
    }
    path.write_text(json.dumps({'runs': runs}), encoding='utf-8')
    found = scores_by_condition(path, score='attribute/mA', baseline='plain')
    assert found == {'HABP': ([0.01, 0.1], [5.0, 17.5], pytest.approx([0, 5 / 2**0.5]))}
    with pytest.raises(InputError, match='not results of focal with attribute/mA'):
        scores_by_condition(path, score='attribute/mA', arms=['focal'])
