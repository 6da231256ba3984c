import copy
import json

import numpy as np
import pytest

from par_plugins.evaluation.functional import fit_answer_rules
from par_plugins.structures import AnswerRules, Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('young', 'old')), 'Bag'])


def fitted():
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, (200, 3))
    noise = generator.random((200, 4))
    packed = 0.5 * noise + 0.5 * targets[:, [0, 1, 1, 2]]
    return fit_answer_rules(packed, targets, SCHEMA)


def test_a_plain_dict_survives_json_and_gives_the_rules_back_whatever_the_order():
    rules = fitted()
    data = json.loads(json.dumps(rules.to_dict(), allow_nan=False))
    again = AnswerRules.from_dict(data, SCHEMA, source='x')
    assert again.to_dict() == rules.to_dict()
    turned = AnswerRules.from_dict(data, SCHEMA.subset(['Bag', 'Hat', 'Age']), source='x')
    assert turned.slope[[1, 2, 0]] == pytest.approx(rules.slope, nan_ok=True)


@pytest.mark.parametrize(
    ('path', 'value', 'message'),
    [
        (('rules', 'f1', 'thresholds', 'Hat'), 1.5, r"thresholds of the rule 'f1' must be in"),
        (('rules', 'f1', 'thresholds', 'Hat'), None, "the rule 'f1' lacks thresholds"),
        (('rules', 'f1', 'bands', 'Hat'), 0.5, 'not answer rules'),
        (('slope', 'Bag'), -1.0, 'slope of the calibration must be above 0'),
        (('offset', 'Bag'), 'far', 'not answer rules'),
        (('smallest_height',), -3.0, 'smallest_height is -3'),
        (('rules',), [], 'not answer rules'),
    ],
)
def test_damage_is_one_sentence_that_names_the_file(path, value, message):
    data = copy.deepcopy(fitted().to_dict())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(InputError, match=message) as caught:
        AnswerRules.from_dict(data, SCHEMA, source='best.pth')
    assert str(caught.value).startswith('best.pth: ')


def test_attributes_that_it_does_not_know_are_refused():
    with pytest.raises(InputError, match="KeyError\\('Cap'\\)"):
        AnswerRules.from_dict(fitted().to_dict(), AttributeSchema(['Cap']), source='x')
