"""Rankings where single precision, or its products, cannot tell the order."""

import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import retrieval_scores
from par_plugins.evaluation.functional.gallery_keys import FeatureKeys
from par_plugins.evaluation.functional.gallery_positions import (
    MANY,
    _could_tell,
    _count_by_rows,
    _count_compiled,
)
from tests.references import retrieval as reference

WIDTH, NUM_QUERIES, NUM_GALLERY, NUM_IDENTITIES = 128, 30, 300, 25
METRICS = ('euclidean', 'cosine')


def make_labels(generator):
    pids = (generator.integers(0, NUM_IDENTITIES, n) for n in (NUM_QUERIES, NUM_GALLERY))
    return *pids, np.zeros(NUM_QUERIES, int), np.ones(NUM_GALLERY, int)


def people(generator, labels):
    """Of queries and gallery, with a little of each identity in the noise."""
    centres = generator.normal(size=(NUM_IDENTITIES, WIDTH))
    return [0.3 * centres[pids] + generator.normal(size=(len(pids), WIDTH)) for pids in labels[:2]]


def with_offset(offset, spread):
    return lambda generator, sides: [offset + spread * side for side in sides]


def in_two_groups(distance):
    def move(generator, sides):
        direction = distance * generator.normal(size=WIDTH)
        return [side + generator.choice([-1, 1], (len(side), 1)) * direction for side in sides]

    return move


def with_outliers(generator, sides):
    queries, gallery = sides
    gallery[5] *= 1e12
    return [queries, gallery + 50]


def with_lengths(generator, sides):
    return [side * 10.0 ** generator.uniform(-20, 10, (len(side), 1)) for side in sides]


def with_duplicates(generator, sides):
    """Whole rows, and rows that differ in the last digit, far from the origin."""
    queries, gallery = (np.float32(side + 300) for side in sides)
    gallery[::3] = gallery[0]
    gallery[1::3] = np.nextafter(gallery[0], np.float32(np.inf))
    return [queries, gallery]


def collapsed(generator, sides):
    return [np.broadcast_to(np.float32(sides[0][0] / 3), side.shape).copy() for side in sides]


def with_zeros(generator, sides):
    queries, gallery = (side + 30 for side in sides)
    queries[4] = 0
    gallery[::11] = 0
    return [queries, gallery]


def rounded(generator, sides):
    return [np.round(side) / 3 for side in sides]


DIFFICULT = {
    'as they come': with_offset(0, 1),
    'offset 10': with_offset(10, 1),
    'offset 1000': with_offset(1000, 1),
    'offset 100, nearly equal': with_offset(100, 1e-3),
    'groups 10 apart': in_two_groups(10),
    'groups 1000 apart': in_two_groups(1e3),
    'groups 100000 apart': in_two_groups(1e5),
    'an outlier': with_outliers,
    'lengths': with_lengths,
    'duplicates': with_duplicates,
    'collapsed': collapsed,
    'few values': rounded,
    'rows of zeros': with_zeros,
}


# Equal cosines of few values are told apart by rounding in double precision, too.
CASES = [(kind, x) for kind in DIFFICULT for x in METRICS if (kind, x) != ('few values', 'cosine')]


def assert_scores(found, expected):
    for name in ('mAP', 'mINP', 'rank1', 'rank5', 'rank10', 'rank20'):
        assert found[name] == pytest.approx(expected[name], abs=1e-3), name
    np.testing.assert_allclose(found['cmc'], expected['cmc'], rtol=0, atol=1e-3)


@pytest.mark.parametrize('magnitude', [1.0, 1e-25, 1e25])
@pytest.mark.parametrize(('kind', 'metric'), CASES)
def test_scores_are_those_of_double_precision(kind, magnitude, metric):
    if magnitude != 1 and kind in ('lengths', 'an outlier'):
        magnitude **= 0.3  # no more fits into single precision
    generator = np.random.default_rng(sorted(DIFFICULT).index(kind))
    labels = make_labels(generator)
    sides = DIFFICULT[kind](generator, people(generator, labels))
    features = [np.float32(np.float32(magnitude) * np.float32(side)) for side in sides]
    distances = reference.precise_distances(*features, metric)
    expected = reference.retrieval_scores(distances, *labels)
    assert_scores(retrieval_scores(*features, *labels, metric=metric), expected)


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('kind', ['offset 1000', 'groups 1000 apart', 'duplicates'])
def test_draws_and_pairs_of_cameras_rank_by_the_same_distances(kind, metric):
    generator = np.random.default_rng(7)
    labels = make_labels(generator)
    labels[2][:], labels[3][:] = (generator.integers(0, 2, len(side)) for side in labels[2:])
    sides = DIFFICULT[kind](generator, people(generator, labels))
    features = [np.float32(side) for side in sides]
    distances = reference.precise_distances(*features, metric)
    options = {'metric': metric, 'filter_same_camera': False}
    found = retrieval_scores(*features, *labels, gallery_draws=5, camera_pairs=True, **options)
    expected = reference.retrieval_scores(
        distances, *labels, filter_same_camera=False, gallery_draws=5
    )
    assert_scores(found, expected)
    rank1, mean_precision = reference.camera_pair_scores(
        distances, *labels, filter_same_camera=False
    )
    np.testing.assert_allclose(found['camera_pairs']['rank1'], rank1, atol=1e-3)
    np.testing.assert_allclose(found['camera_pairs']['mAP'], mean_precision, atol=1e-3)


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('kind', ['as they come', 'offset 1000', 'duplicates', 'collapsed'])
def test_many_positives_of_which_some_are_dropped_rank_by_the_same_distances(kind, metric):
    generator = np.random.default_rng(17)
    queries, gallery, *cameras = make_labels(generator)
    cameras[1][generator.random(NUM_GALLERY) < 0.3] = 0  # that of the queries
    labels = queries % 2, gallery % 2, *cameras
    assert MANY * np.log2(NUM_GALLERY) < NUM_GALLERY // 3
    sides = DIFFICULT[kind](generator, people(generator, labels))
    features = [np.float32(side) for side in sides]
    expected = reference.retrieval_scores(reference.precise_distances(*features, metric), *labels)
    assert_scores(retrieval_scores(*features, *labels, metric=metric), expected)


def test_a_rank_is_looked_at_again_where_what_may_be_dropped_could_bring_it_to_the_top():
    nearer, bounds = np.arange(6000), np.array([0, 6000])
    unsure = np.where(nearer == 3000, 1, 0)  # at rank 3001 it changes no score by 1e-6
    for by_camera, num_dropped, again in ((False, 0, 0), (True, 0, 1), (False, 3000, 1)):
        positive = np.arange(6000) >= num_dropped
        found = _could_tell(nearer, unsure, bounds, positive, 1, by_camera)
        assert found.sum() == again


def test_double_precision_is_kept_where_it_comes_in():
    generator = np.random.default_rng(3)
    labels = make_labels(generator)
    features = [1e9 + side for side in people(generator, labels)]
    distances = reference.precise_distances(*features, 'euclidean')
    assert_scores(
        retrieval_scores(*features, *labels), reference.retrieval_scores(distances, *labels)
    )


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('kind', DIFFICULT)
def test_no_key_is_further_from_the_truth_than_its_error(kind, metric):
    generator = np.random.default_rng(11)
    labels = make_labels(generator)
    sides = DIFFICULT[kind](generator, people(generator, labels))
    queries, gallery = (torch.from_numpy(np.float32(side)) for side in sides)
    keys = FeatureKeys(queries, gallery, metric)
    keys.prepare(np.zeros(NUM_GALLERY, bool))
    rows, columns = torch.arange(NUM_QUERIES)[:, None], torch.arange(NUM_GALLERY)
    blocks = [make(np.arange(NUM_QUERIES)) for make in (keys.block, keys.precise_block)]
    single, double = (block.at(rows, columns).double() for block in blocks)
    if blocks[0].errors is None:
        assert (single == double).all()
        return
    errors = blocks[0].errors.at(rows, columns).double()
    assert ((single - double).abs() <= errors).all()
    # And by no more than it takes: all in all no row's errors are a share of its keys' range.
    if kind in ('as they come', 'offset 1000'):
        spread = double.amax(dim=1) - double.amin(dim=1)
        assert (errors.amax(dim=1) < 1e-4 * spread).all()


@pytest.mark.parametrize('metric', METRICS)
def test_on_ordinary_features_few_distances_are_worked_out_again(metric, monkeypatch):
    generator = np.random.default_rng(0)
    labels = make_labels(generator)
    features = [np.float32(side) for side in people(generator, labels)]
    again = []
    exact = FeatureKeys.exact

    def counted(self, queries, columns):
        again.extend(columns.tolist())
        return exact(self, queries, columns)

    monkeypatch.setattr(FeatureKeys, 'exact', counted)
    monkeypatch.setattr(FeatureKeys, 'precise_block', None)  # it must not be called
    retrieval_scores(*features, *labels, metric=metric)
    assert len(again) < NUM_QUERIES * NUM_GALLERY / 50


def test_whole_numbers_are_ranked_without_looking_again(monkeypatch):
    generator = np.random.default_rng(0)
    labels = make_labels(generator)
    codes = [np.float32(np.sign(side)) for side in people(generator, labels)]
    monkeypatch.setattr(FeatureKeys, 'exact', None)
    distances = reference.squared_distances(*codes)
    assert_scores(retrieval_scores(*codes, *labels), reference.retrieval_scores(distances, *labels))


@pytest.mark.parametrize('many', [False, True])
@pytest.mark.parametrize('kind', ['as they come', 'groups 10 apart', 'few values', 'collapsed'])
def test_rows_counted_sorted_and_compared_whole_as_on_a_gpu_give_the_same_numbers(kind, many):
    generator = np.random.default_rng(5)
    labels = make_labels(generator)
    sides = DIFFICULT[kind](generator, people(generator, labels))
    keys = FeatureKeys(*(torch.from_numpy(np.float32(side)) for side in sides), 'euclidean')
    keys.prepare(labels[1] == 0)
    block = keys.block(np.arange(NUM_QUERIES))
    known = np.flatnonzero(labels[1] > 0)
    asked = known if many else known[::7]
    assert (len(asked) > MANY * np.log2(NUM_GALLERY)) == many
    columns = np.tile(asked, NUM_QUERIES)
    bounds = np.arange(NUM_QUERIES + 1) * len(asked)
    by_rows, compiled = (
        count(block, columns, bounds) for count in (_count_by_rows, _count_compiled)
    )
    np.testing.assert_array_equal(by_rows[0], compiled[0])
    np.testing.assert_array_equal(by_rows[1], compiled[1])
    assert (block.errors is None) == (kind == 'collapsed')
    assert kind == 'collapsed' or compiled[1].any()


def test_products_are_in_full_precision_whatever_is_allowed_elsewhere():
    generator = np.random.default_rng(1)
    labels = make_labels(generator)
    features = [np.float32(side) for side in people(generator, labels)]
    expected = retrieval_scores(*features, *labels)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision('medium')
    try:
        found = retrieval_scores(*features, *labels)
        assert torch.get_float32_matmul_precision() == 'medium'
    finally:
        torch.set_float32_matmul_precision(before)
    assert found['mAP'] == expected['mAP']


@pytest.mark.gpu
@pytest.mark.parametrize(('kind', 'metric'), CASES)
def test_scores_on_a_gpu_are_those_of_double_precision(kind, metric):
    generator = np.random.default_rng(13)
    labels = make_labels(generator)
    sides = DIFFICULT[kind](generator, people(generator, labels))
    queries, gallery = (np.float32(side) for side in sides)
    distances = reference.precise_distances(queries, gallery, metric)
    expected = reference.retrieval_scores(distances, *labels)
    for place in ('cpu', 'cuda'):
        found = retrieval_scores(
            torch.from_numpy(queries).cuda(),
            torch.from_numpy(gallery).to(place),
            *labels,
            metric=metric,
        )
        assert_scores(found, expected)
