import numpy as np

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.value_factor_sampler import image_factors, majority_ratios
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old'))])
LABELS = [[1, 1], [0, 1], [0, -1], [0, 0], [-1, -1], [0, 1]]


def test_the_ratio_of_a_value_is_the_majoritys_count_over_its_own():
    rows = LabelRows.from_labels(LABELS, SCHEMA)
    # Female: 4 no, 1 yes. Age: 1 child, 3 adults, nobody old; the third value of Female is none.
    np.testing.assert_allclose(majority_ratios(rows), [[1, 4, 1], [3, 1, 1]])


def test_the_factor_of_an_image_is_the_extreme_of_its_known_values():
    rows = LabelRows.from_labels(LABELS, SCHEMA)
    factors = np.array([[2.0, 4.0, 99.0], [3.0, 1.5, 0.1]])
    np.testing.assert_array_equal(image_factors(factors, rows, reduction='max'), [4, 2, 2, 3, 1, 2])
    np.testing.assert_array_equal(
        image_factors(factors, rows, reduction='min'), [1.5, 1.5, 2, 2, 1, 1.5]
    )
