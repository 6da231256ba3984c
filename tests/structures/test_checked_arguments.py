import math
import re

import pytest

from par_plugins.structures import InputError, checked_number


def test_a_number_within_its_bounds_comes_back_as_it_is():
    for value in (0, 0.0, 0.25, 1):
        assert checked_number('share', value, at_least=0, at_most=1) is value
    assert checked_number('weight', -3.5) == -3.5
    assert checked_number('k', 3, at_least=1, whole=True) == 3


@pytest.mark.parametrize(
    ('value', 'bounds', 'message'),
    [
        (-1, {'at_least': 0}, 'gamma must be at least 0, got -1'),
        (0, {'above': 0}, 'gamma must be above 0, got 0'),
        (1, {'at_least': 0, 'below': 1}, 'gamma must be in [0, 1), got 1'),
        (1.5, {'above': 0, 'at_most': 1}, 'gamma must be in (0, 1], got 1.5'),
        (1.5, {'at_least': 1, 'whole': True}, 'gamma must be a whole number, at least 1, got 1.5'),
        (math.nan, {'at_least': 0}, 'gamma must be at least 0, got nan'),
        (math.inf, {}, 'gamma must be a number, got inf'),
        ('1', {'at_least': 0}, "gamma must be at least 0, got '1'"),
        (True, {'at_least': 0}, 'gamma must be at least 0, got True'),
        (None, {}, 'gamma must be a number, got None'),
    ],
)
def test_what_is_outside_or_no_number_is_refused(value, bounds, message):
    with pytest.raises(InputError, match=f'^{re.escape(message)}$'):
        checked_number('gamma', value, **bounds)
