import math

import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import (
    PROTOCOLS,
    AttributeCounts,
    EntryError,
    attribute_scores,
    matrices,
    mean_by_ratio,
)
from tests.references.attribute_scores import attribute_scores as reference_scores

SCORES = ('mA', 'accuracy', 'precision', 'recall', 'f1')
DEFAULT_OR_HALF = {'rap': None, 'rap_matlab': 0.5, 'rethinking': None, 'openpar': None}

# Four images and one without a known label; the third attribute has no positive label.
PROBABILITIES = np.array(
    [[0.9, 0.5, 0.1], [0.2, 0.8, 0.1], [0.1, 0.47, 0.1], [0.1, 0.2, 0.1], [0.9, 0.9, 0.9]]
)
TARGETS = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [-1, -1, -1]])


def random_case(seed, num_images=23, num_attributes=5, unknown=0.2, dtype=np.float64):
    """Probabilities on a grid that has every threshold in it, and labels with unknown ones."""
    generator = np.random.default_rng(seed)
    grid = [0.0, 0.125, 0.3, 0.45, 0.5, 0.625, 0.8, 1.0]
    probabilities = generator.choice(grid, (num_images, num_attributes)).astype(dtype)
    positive = generator.uniform(size=num_attributes)
    targets = (generator.random((num_images, num_attributes)) < positive).astype(np.int64)
    targets[generator.random(targets.shape) < unknown] = -1
    return probabilities, targets


def assert_as_reference(probabilities, targets, protocol, threshold):
    found = attribute_scores(probabilities, targets, protocol=protocol, threshold=threshold)
    expected = reference_scores(
        np.asarray(probabilities, np.float64).tolist(),
        np.asarray(targets).tolist(),
        protocol=protocol,
        threshold=threshold,
    )
    for score in SCORES:
        assert found[score] == pytest.approx(expected[score], abs=1e-9, nan_ok=True), score
        assert math.isnan(found[score]) == (score in found['undefined'])
    by_attribute = [row['mA'] for row in found['per_attribute']]
    assert by_attribute == pytest.approx(expected['mA_by_attribute'], abs=1e-9, nan_ok=True)


# Worked out by hand. Positive labels of the rows: {0}, {0, 1}, {1}, {}; predicted positive:
# >= 0.5: {0, 1}, {1}, {}, {}; > 0.5: {0}, {1}, {}, {}; > 0.45: {0, 1}, {1}, {1}, {}.
@pytest.mark.parametrize(
    ('protocol', 'expected'),
    [
        ('rap', [(75 + 50) / 2, 100 / 3, 50, 50, 50]),
        ('rap_matlab', [(75 + 50 + 50) / 3, 100 / 3, 75, 50, 60]),
        ('rethinking', [(75 + 75 + 50) / 3, 37.5, 50, 37.5, 2 * 50 * 37.5 / 87.5]),
        ('openpar', [(75 + 75 + 50) / 3, 50, 62.5, 62.5, 100 * (2 / 3 + 2 / 3 + 1 + 0) / 4]),
    ],
)
def test_each_protocol_gives_the_scores_worked_out_by_hand(protocol, expected):
    found = attribute_scores(
        PROBABILITIES, TARGETS, protocol=protocol, threshold=DEFAULT_OR_HALF[protocol]
    )
    assert [found[score] for score in SCORES] == pytest.approx(expected, abs=1e-12)
    assert found['absent'] == [2]
    assert found['undefined'] == {}


def test_per_attribute_numbers_are_those_worked_out_by_hand():
    first, second, third = attribute_scores(PROBABILITIES, TARGETS)['per_attribute']
    assert first == {
        'positives': 2,
        'negatives': 2,
        'ratio': 0.5,
        'tpr': 50.0,
        'tnr': 100.0,
        'mA': 75.0,
    }
    assert (second['tpr'], second['tnr'], second['mA']) == (50.0, 50.0, 50.0)
    assert (third['positives'], third['negatives'], third['ratio']) == (0, 4, 0.0)
    assert math.isnan(third['tpr']) and third['tnr'] == 100.0 and math.isnan(third['mA'])


@pytest.mark.parametrize('protocol', PROTOCOLS)
@pytest.mark.parametrize('dtype', [np.float64, np.float32, np.float16])
@pytest.mark.parametrize('seed', range(4))
def test_scores_are_those_of_the_slow_reference(protocol, dtype, seed):
    probabilities, targets = random_case(seed, dtype=dtype)
    assert_as_reference(probabilities, targets, protocol, DEFAULT_OR_HALF[protocol])


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_thresholds_of_their_own_are_those_of_the_slow_reference(protocol):
    probabilities, targets = random_case(5)
    assert_as_reference(probabilities, targets, protocol, 0.3)
    assert_as_reference(probabilities, targets, protocol, [0.0, 0.3, 0.5, 0.8, 1.0])


@pytest.mark.parametrize('protocol', PROTOCOLS)
@pytest.mark.parametrize('label', [-1, 0, 1])
@pytest.mark.parametrize('shape', [(1, 1), (1, 3), (4, 1), (4, 3)])
@pytest.mark.parametrize('probability', [0.0, 0.47, 0.5, 1.0])
def test_labels_all_alike_one_image_and_one_attribute(protocol, label, shape, probability):
    probabilities, targets = np.full(shape, probability), np.full(shape, label)
    assert_as_reference(probabilities, targets, protocol, DEFAULT_OR_HALF[protocol])


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_where_no_label_is_known_or_no_image_given_every_score_is_nan_with_a_reason(protocol):
    for num_images in (0, 3):
        found = attribute_scores(
            np.full((num_images, 2), 0.5),
            np.full((num_images, 2), -1),
            protocol=protocol,
            threshold=DEFAULT_OR_HALF[protocol],
        )
        assert all(math.isnan(found[score]) for score in SCORES)
        assert set(found['undefined']) == set(SCORES)
        assert all(found['undefined'].values())
        assert found['absent'] == [0, 1]


def test_unknown_labels_leave_the_scores_of_the_known_ones():
    probabilities, targets = random_case(6, unknown=0.0)
    for protocol, threshold in DEFAULT_OR_HALF.items():
        alone = attribute_scores(probabilities, targets, protocol=protocol, threshold=threshold)
        more = attribute_scores(
            np.concatenate([probabilities, np.ones_like(probabilities)]),
            np.concatenate([targets, np.full_like(targets, -1)]),
            protocol=protocol,
            threshold=threshold,
        )
        np.testing.assert_equal(more, alone)


@pytest.mark.parametrize(
    ('protocol', 'limit', 'predicted'),
    [
        ('rap', 0.5, True),
        ('rap_matlab', 0.5, True),
        ('rethinking', 0.5, False),
        ('openpar', 0.45, False),
    ],
)
def test_a_probability_at_the_threshold_is_predicted_or_not_as_the_protocol_says(
    protocol, limit, predicted
):
    targets = [[1], [0]]
    for dtype in (np.float64, np.float32):
        at = np.full((2, 1), limit, dtype)
        above = np.nextafter(at, dtype(1))
        below = np.nextafter(at, dtype(0))
        for probabilities, positive in ((below, False), (at, predicted), (above, True)):
            found = attribute_scores(
                probabilities, targets, protocol=protocol, threshold=DEFAULT_OR_HALF[protocol]
            )
            assert found['per_attribute'][0]['tpr'] == 100 * positive


def test_one_threshold_and_the_same_for_each_attribute_agree_in_every_precision():
    probabilities, targets = random_case(7)
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        scores = torch.from_numpy(probabilities).to(dtype)
        for threshold in (0.3, 0.45, 0.8):
            one = attribute_scores(scores, targets, threshold=threshold)
            each = attribute_scores(scores, targets, threshold=np.full(5, threshold))
            np.testing.assert_equal(one, each)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_scores_as_its_float32_copy(dtype):
    scores = torch.rand(50, 4, generator=torch.Generator().manual_seed(0)).to(dtype)
    _, targets = random_case(8, num_images=50, num_attributes=4)
    found, expected = (attribute_scores(values, targets) for values in (scores, scores.float()))
    np.testing.assert_equal(found, expected)


@pytest.mark.parametrize(
    'convert',
    [
        torch.from_numpy,
        np.ndarray.tolist,
        np.asfortranarray,
        lambda array: np.repeat(array, 2, axis=1)[:, ::2],
        lambda array: array[::-1].copy()[::-1],
    ],
)
def test_arrays_tensors_and_lists_give_the_same_scores_and_stay_as_they_were(convert):
    probabilities, targets = random_case(9)
    expected = attribute_scores(probabilities.copy(), targets.copy())
    np.testing.assert_equal(attribute_scores(convert(probabilities), convert(targets)), expected)
    again = random_case(9)
    assert np.array_equal(again[0], probabilities) and np.array_equal(again[1], targets)


def test_read_only_arrays_are_scored(recwarn):
    probabilities, targets = random_case(9)
    expected = attribute_scores(probabilities, targets)
    probabilities.flags.writeable = targets.flags.writeable = False
    np.testing.assert_equal(attribute_scores(probabilities, targets), expected)
    assert not recwarn.list


@pytest.mark.parametrize('dtype', [np.int8, np.int32, np.float32, np.float16])
def test_targets_of_any_type_give_the_same_scores(dtype):
    probabilities, targets = random_case(10)
    expected = attribute_scores(probabilities, targets)
    np.testing.assert_equal(attribute_scores(probabilities, targets.astype(dtype)), expected)


def test_targets_without_unknown_labels_may_be_booleans():
    probabilities, targets = random_case(10, unknown=0.0)
    expected = attribute_scores(probabilities, targets)
    np.testing.assert_equal(attribute_scores(probabilities, targets.astype(bool)), expected)


def test_rap_matlab_takes_exact_predictions_of_any_type_without_a_threshold():
    probabilities, targets = random_case(11)
    exact = probabilities >= 0.5
    expected = attribute_scores(probabilities, targets, protocol='rap_matlab', threshold=0.5)
    for dtype in (bool, np.int64, np.float32):
        found = attribute_scores(exact.astype(dtype), targets, protocol='rap_matlab')
        np.testing.assert_equal(found, expected)


def test_counts_of_batches_add_up_to_the_scores_of_all():
    probabilities, targets = random_case(12, num_images=40)
    for protocol, threshold in DEFAULT_OR_HALF.items():
        whole = attribute_scores(probabilities, targets, protocol=protocol, threshold=threshold)
        for cuts in ([1], [0, 7, 7, 39], list(range(1, 40))):
            batches = zip(np.split(probabilities, cuts), np.split(targets, cuts), strict=True)
            counts = [
                AttributeCounts.from_batch(*batch, protocol=protocol, threshold=threshold)
                for batch in batches
            ]
            parts = sum(counts[1:], start=counts[0]).scores()
            for score in SCORES:
                assert parts[score] == pytest.approx(whole[score], abs=1e-10, nan_ok=True)
            assert parts['absent'] == whole['absent']


def test_counts_by_different_protocols_do_not_add_up():
    probabilities, targets = random_case(13)
    rap, openpar = (
        AttributeCounts.from_batch(probabilities, targets, protocol=protocol, threshold=None)
        for protocol in ('rap', 'openpar')
    )
    with pytest.raises(ValueError, match=r"'rap'.*'openpar'"):
        rap + openpar


@pytest.mark.parametrize('chunk', [1, 12, 115, 10_000])
def test_the_size_of_the_chunks_does_not_matter(chunk, monkeypatch):
    probabilities, targets = random_case(14)
    expected = attribute_scores(probabilities, targets)
    monkeypatch.setattr(matrices, 'CHUNK', chunk)
    found = attribute_scores(probabilities, targets)
    for score in SCORES:
        assert found[score] == pytest.approx(expected[score], abs=1e-10)
    np.testing.assert_equal(found['per_attribute'], expected['per_attribute'])


def test_wrong_entries_behind_the_first_chunk_are_named_by_their_own_row(monkeypatch):
    monkeypatch.setattr(matrices, 'CHUNK', 6)
    probabilities, targets = PROBABILITIES.copy(), TARGETS.copy()
    targets[4, 2] = 7
    with pytest.raises(EntryError, match='targets: row 4, column 2 is 7'):
        attribute_scores(probabilities, targets)
    probabilities[3, 1] = np.nan
    with pytest.raises(EntryError, match='probabilities: row 3, column 1 is nan'):
        attribute_scores(probabilities, targets)


@pytest.mark.parametrize('value', [-0.25, 1.5, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('dtype', [np.float64, np.float32, np.float16])
def test_what_is_no_probability_is_refused_even_where_the_label_is_unknown(value, dtype):
    probabilities = PROBABILITIES.astype(dtype)
    probabilities[4, 1] = value
    with pytest.raises(EntryError, match=rf'probabilities: row 4, column 1 is {value}, not a'):
        attribute_scores(probabilities, TARGETS)


@pytest.mark.parametrize(
    ('dtype', 'value'),
    [
        (np.int64, 2),
        (np.int64, -2),
        (np.int64, 257),
        (np.uint8, 255),
        (np.float32, 0.5),
        (np.float64, np.nan),
    ],
)
def test_what_is_no_label_is_refused(dtype, value):
    targets = np.zeros((3, 2), dtype)
    targets[1, 1] = value
    with pytest.raises(EntryError, match=rf'targets: row 1, column 1 is {value}, not 0, 1, or -1'):
        attribute_scores(np.zeros((3, 2)), targets)


def test_rap_matlab_refuses_probabilities_without_a_threshold():
    with pytest.raises(EntryError, match=r"row 0, column 0 is 0\.9.*'rap_matlab'.*threshold"):
        attribute_scores(PROBABILITIES, TARGETS, protocol='rap_matlab')


def test_an_unknown_protocol_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"'peta'.*rap, rap_matlab, rethinking, openpar"):
        attribute_scores(PROBABILITIES, TARGETS, protocol='peta')


@pytest.mark.parametrize('shape', [(5, 2), (4, 3), (15,), (5, 3, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match='shape'):
        attribute_scores(PROBABILITIES, np.zeros(shape, np.int64))


@pytest.mark.parametrize(
    ('threshold', 'message'),
    [
        ([0.5, 0.5], r'shape \(2,\)'),
        ([0.5, 0.5, 1.5], r'column 2 is 1\.5'),
        (math.nan, 'nan'),
        (-0.1, r'-0\.1'),
    ],
)
def test_other_thresholds_are_refused(threshold, message):
    with pytest.raises(ValueError, match=f'threshold.*{message}'):
        attribute_scores(PROBABILITIES, TARGETS, threshold=threshold)


def test_means_by_ratio_take_each_scored_attribute_once_and_leave_out_empty_groups():
    ratios_and_scores = [(0.2, 60.0), (0.9, 80.0), (0.19, 50.0), (0.05, 70.0), (0.0, math.nan)]
    per_attribute = [{'ratio': ratio, 'mA': score} for ratio, score in ratios_and_scores]
    assert mean_by_ratio(per_attribute) == {'many': 70.0, 'medium': 60.0}
    per_attribute.append({'ratio': 0.049, 'mA': 55.0})
    assert mean_by_ratio(per_attribute)['few'] == 55.0


@pytest.mark.gpu
def test_scores_on_a_cuda_device_are_those_on_the_cpu():
    probabilities, targets = random_case(15, num_images=200, dtype=np.float32)
    for protocol, threshold in DEFAULT_OR_HALF.items():
        found, expected = (
            attribute_scores(
                torch.from_numpy(probabilities).to(device),
                torch.from_numpy(targets).to(device),
                protocol=protocol,
                threshold=threshold,
            )
            for device in ('cuda', 'cpu')
        )
        for score in SCORES:
            assert found[score] == pytest.approx(expected[score], abs=1e-9)
        np.testing.assert_equal(found['per_attribute'], expected['per_attribute'])
