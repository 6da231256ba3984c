"""Answers are what a person would say who knew thresholds, sets and doubtful bands."""

import warnings

import numpy as np
import pytest

from par_plugins.structures import (
    AnswerRules,
    Attribute,
    AttributeSchema,
    InputError,
    OperatingPoint,
)
from par_runtime.answer_rules import RuleThresholds
from par_runtime.answers import AnswerRule

SCHEMA = AttributeSchema(
    [
        Attribute('Hat'),
        Attribute('young', one_of='age'),
        Attribute('Coat', ('red', 'blue')),
        Attribute('old', one_of='age'),
    ]
)
NAN = float('nan')


def rule_of(thresholds, bands=None, **limits):
    nothing = np.full(4, NAN)
    bands = np.full((4, 2), NAN) if bands is None else np.array(bands)
    f1 = RuleThresholds(np.array(thresholds), nothing, nothing, bands)
    plain = AnswerRules.without_any(SCHEMA)
    return AnswerRules(
        SCHEMA, {**plain.rules, 'f1': f1}, plain.slope, plain.offset, nothing, **limits
    )


def answered(known, rows, points=None, heights=None, sharpness=None, **options):
    meta = {'answer_rules': known.to_dict(), 'operating_points': points or {}}
    rule = AnswerRule.of_checkpoint(meta, SCHEMA, source='x.pth', **options)
    table = rule.answer(np.array(rows), heights, sharpness)
    return [table.of_person(row) for row in range(len(table))]


def test_binary_attributes_are_answered_by_their_thresholds_and_words_by_the_largest():
    (first,) = answered(rule_of([0.3, 0.5, NAN, 0.5]), [[0.3, 0.9, 0.4, 0.6, 0.1]])
    assert first['Hat'].value is True and first['Hat'].threshold == pytest.approx(0.3)
    assert first['Hat'].confidence == pytest.approx(0.3) and first['Hat'].probability == 0.3
    assert first['Coat'].value == 'blue' and first['Coat'].probability == {'red': 0.4, 'blue': 0.6}
    (strict,) = answered(rule_of([0.3, 0.5, NAN, 0.5]), [[0.3, 0.9, 0.4, 0.6, 0.1]], strictness=0.1)
    assert strict['Hat'].value is False and strict['Hat'].confidence == pytest.approx(0.7)


@pytest.mark.parametrize(
    ('young', 'old', 'expected'),
    [
        (0.9, 0.8, (True, False)),  # both above 0.5
        (0.2, 0.1, (True, False)),  # neither
        (0.4, 0.6, (False, True)),
    ],
)
def test_of_a_set_exactly_one_is_answered_and_its_odds_say_how_sure_that_is(young, old, expected):
    (person,) = answered(rule_of([0.5, 0.5, NAN, 0.5]), [[0.5, young, 0.5, 0.5, old]])
    assert (person['young'].value, person['old'].value) == expected
    odds = young / (1 - young), old / (1 - old)
    share = max(odds) / sum(odds)
    assert person['young'].confidence == pytest.approx(share)
    assert person['old'].confidence == pytest.approx(share)


def test_the_one_of_a_set_is_the_one_furthest_above_its_own_threshold():
    (person,) = answered(rule_of([0.5, 0.9, NAN, 0.05]), [[0.5, 0.8, 0.5, 0.5, 0.2]])
    assert person['old'].value is True and person['young'].value is False


def test_doubtful_bands_and_small_or_blurred_people_are_answered_unknown():
    known = rule_of(
        [0.5, 0.5, NAN, 0.5],
        [[0.4, 0.6], [0.5, 0.7], [NAN, NAN], [NAN, NAN]],
        smallest_height=40.0,
        least_sharpness=10.0,
    )
    rows = [[0.6, 0.6, 0.9, 0.1, 0.1], [0.39, 0.71, 0.9, 0.1, 0.1]]
    doubtful, clear = answered(known, rows, heights=[40, 40], sharpness=[10, 10])
    assert doubtful['Hat'].value is None and doubtful['Hat'].confidence == pytest.approx(0.6)
    # The one that would be said of the set is doubtful, and so is that it is not the other.
    assert doubtful['young'].value is None and doubtful['old'].value is None
    assert clear['Hat'].value is False and clear['young'].value is True
    small, blurred = answered(known, rows, heights=[39, 40], sharpness=[10, 9.9])
    assert all(answer.value is None for answer in (*small.values(), *blurred.values()))


def test_an_operating_point_weighs_the_values_of_a_categorical_attribute():
    factors = np.ones((4, 2))
    factors[2] = [3.0, 1.0]
    points = {'threshold_adjustment': OperatingPoint(SCHEMA, factors).to_dict()}
    row = [[0.5, 0.5, 0.4, 0.6, 0.5]]
    (adjusted,) = answered(rule_of([0.5] * 2 + [NAN, 0.5]), row, points)
    assert adjusted['Coat'].value == 'red'
    assert adjusted['Coat'].confidence == pytest.approx(1.2 / 1.8)
    (plain,) = answered(rule_of([0.5] * 2 + [NAN, 0.5]), row, points, thresholds='half')
    assert plain['Coat'].value == 'blue'


def test_thresholds_may_be_given_and_other_rules_named():
    known = rule_of([0.3, 0.5, NAN, 0.5], [[0.2, 0.9], *[[NAN] * 2] * 3])
    row = [[0.4, 0.5, 0.5, 0.5, 0.4]]
    assert answered(known, row)[0]['Hat'].value is None
    assert answered(known, row, thresholds={'Hat': 0.5})[0]['Hat'].value is False
    assert answered(known, row, thresholds=0.4)[0]['Hat'].value is True
    point = {'tuned_mA': OperatingPoint.from_thresholds(SCHEMA, {'Hat': 0.25}).to_dict()}
    assert answered(known, row, point, thresholds='tuned_mA')[0]['Hat'].threshold == 0.25
    with pytest.raises(InputError, match=r"x.pth has no thresholds 'best', only half, f1"):
        answered(known, row, thresholds='best')
    with pytest.raises(InputError, match="attribute 'Coat' is categorical"):
        answered(known, row, thresholds={'Coat': 0.5})


def test_without_stored_rules_the_threshold_is_half_and_one_line_says_so():
    with pytest.warns(UserWarning, match='^old.pth was stored without thresholds'):
        rule = AnswerRule.of_checkpoint({}, SCHEMA, source='old.pth')
    assert rule.name == 'half' and rule.thresholds[0] == 0.5
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        AnswerRule.of_checkpoint({}, SCHEMA, source='old.pth', thresholds='half')  # asked for
    with pytest.raises(InputError, match="old.pth has no thresholds 'f1', only half"):
        AnswerRule.of_checkpoint({}, SCHEMA, source='old.pth', thresholds='f1')


def test_probabilities_of_other_attributes_are_refused():
    rule = AnswerRule.of_checkpoint({}, SCHEMA, source='x')
    with pytest.raises(InputError, match=r'\(1, 4\), but the schema packs 4 attributes'):
        rule.answer(np.zeros((1, 4)))
