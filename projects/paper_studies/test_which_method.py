"""The page of methods says what the results of the studies say."""

import pytest

from projects.paper_studies.which_method import PAGE, numbers_of, page

RUNS = {
    'plain': {'steps 1, seed 0': {'attribute/mA': 70.0}, 'steps 2, seed 0': {'attribute/mA': 60.0}},
    'new': {'steps 1, seed 0': {'attribute/mA': 72.0}, 'steps 2, seed 0': {'attribute/mA': 59.0}},
}


def test_the_page_has_the_numbers_of_the_published_results():
    assert PAGE.read_text(encoding='utf-8') == page()
    assert '{' not in page() and 'undefined' not in page()


def test_gains_are_over_the_baseline_under_the_same_condition():
    found = numbers_of({'runs': RUNS, 'baseline': 'plain'})
    gains = {arm: scores['mA'] for arm, scores in found['gain'].items() if arm.endswith('new')}
    assert gains == {'steps 1, new': '+2.0', 'steps 2, new': '-1.0'}


def test_an_effect_has_its_interval_and_half_its_width_is_what_cannot_be_seen():
    differences = {'new': {'mA': [2.0, 1.0, 2.5]}, 'other': {'mA': [-1.0, -2.0, 0.5]}}
    found = numbers_of({'runs': RUNS, 'baseline': 'plain', 'differences': differences})
    assert found['effect']['new']['mA'] == '+2.0 [+1.0, +2.5]'
    assert float(found['half']['median']['mA']) == pytest.approx(1.0)  # of 0.75 and 1.25
