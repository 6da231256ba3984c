"""Gains by attribute, from what the runs of an experiment leave."""

import pytest

from par_plugins.structures import InputError
from projects.paper_studies.crl.attribute_gains import (
    AttributeGains,
    attribute_gains,
    attribute_gains_figure,
    gains_table,
)

RATIOS = {'rare': 0.1, 'half': 0.5, 'common': 0.8, 'absent': 0.0, 'unscored': 0.2}


def write(folder, arm, seed, scores):
    path = folder / arm / f'seed_{seed}' / 'test_attributes.csv'
    path.parent.mkdir(parents=True)
    lines = [f'{name},{RATIOS[name]},{score}' for name, score in scores.items()]
    path.write_text('\n'.join(['name,ratio,mA', *lines]) + '\n', encoding='utf-8')


def write_two_arms(folder):
    for seed, (rare, half, common) in enumerate([(50, 80, 70), (52, 82, 70)]):
        scores = {'rare': rare, 'half': half, 'common': common, 'absent': 50, 'unscored': 'nan'}
        write(folder, 'plain', seed, scores)
    for seed, (rare, half, common) in enumerate([(60, 81, 73), (64, 81, 73)]):
        scores = {'rare': rare, 'half': half, 'common': common, 'absent': 50, 'unscored': 'nan'}
        write(folder, 'new', seed, scores)


def test_gains_are_paired_by_seed_and_ordered_by_imbalance(tmp_path):
    write_two_arms(tmp_path)
    of_attributes = attribute_gains(tmp_path, baseline='plain', arms=['new'])
    assert list(of_attributes.imbalances) == ['half', 'common', 'rare']
    assert list(of_attributes.imbalances.values()) == pytest.approx([1, 4, 9])
    assert of_attributes.gains == {'new': {'half': [1, -1], 'common': [3, 3], 'rare': [10, 12]}}


def test_means_are_of_the_attributes_below_and_above_1_to_5(tmp_path):
    write_two_arms(tmp_path)
    of_attributes = attribute_gains(tmp_path, baseline='plain', arms=['new'])
    # All: 14/3 in both runs. Up to 1:5: 2 and 1. Above: 10 and 12.
    assert gains_table(of_attributes).splitlines() == [
        '| mA gained by | all (3) | up to 1:5 (2) | above 1:5 (1) |',
        '|---|---|---|---|',
        '| new | +4.67 ± 0.00 | +1.50 ± 0.71 | +11.00 ± 1.41 |',
    ]


def test_a_missing_run_and_other_attributes_are_named(tmp_path):
    write(tmp_path, 'plain', 0, {'rare': 50})
    write(tmp_path, 'new', 0, {'half': 50})
    with pytest.raises(InputError, match="arm 'new' is not of the attributes of 'plain'"):
        attribute_gains(tmp_path, baseline='plain', arms=['new'])
    write(tmp_path, 'plain', 1, {'rare': 50})
    with pytest.raises(InputError, match='seed_1/test_attributes.csv: not the attributes of a run'):
        attribute_gains(tmp_path, baseline='plain', arms=['new'])
    with pytest.raises(InputError, match="no run .* of the arm 'none'"):
        attribute_gains(tmp_path, baseline='none', arms=['new'])


def test_gains_stand_in_the_order_of_imbalance_with_a_bar_for_each_arm():
    imbalances = {'half': 1.0, 'rare$': 9.0}
    gains = {'a': {'half': [1, 3], 'rare$': [10, 12]}, 'b': {'rare$': [-1], 'half': [0]}}
    figure = attribute_gains_figure(AttributeGains(imbalances, gains))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ['half  1:1.0', 'rare$  1:9.0']
    assert [bar.get_height() for bar in axes.patches] == [2, 11, 0, -1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ['a', 'b']
    centres = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches]
    assert [round(x) for x in centres] == [0, 1, 0, 1]
