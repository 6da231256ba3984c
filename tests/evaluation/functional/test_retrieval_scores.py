import math
from itertools import product

import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import EntryError, retrieval_scores
from par_plugins.structures import InputError
from tests.references import retrieval as reference

SCORES = ('rank1', 'rank5', 'rank10', 'rank20', 'mAP', 'mINP')
AP_RULES = ('finite_sum', 'trapezoid')


def random_labels(seed, num_queries=25, num_gallery=60, num_cameras=3, num_identities=9):
    """Identities and cameras with junk, distractors and queries without a positive."""
    generator = np.random.default_rng(seed)
    return (
        generator.integers(1, num_identities + 3, num_queries),
        generator.integers(-1, num_identities, num_gallery),
        generator.integers(0, num_cameras, num_queries),
        generator.integers(0, num_cameras, num_gallery),
    )


def random_distances(seed, levels, shape=(25, 60)):
    """Few levels make many ties."""
    return np.random.default_rng([seed, levels]).integers(0, levels, shape) / 8


def precomputed(distances, *labels, **options):
    return retrieval_scores(distances, None, *labels, metric='precomputed', **options)


def assert_equal(found, expected):
    for name in SCORES:
        assert found[name] == pytest.approx(expected[name], abs=1e-9), name
    np.testing.assert_allclose(found['cmc'], expected['cmc'], rtol=0, atol=1e-9)
    for name in ('average_precision', 'inverse_penalty'):
        if name in found:
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-9)


def test_scores_are_those_worked_out_by_hand():
    # The first query's gallery in order: wrong, right, (own camera), right, (junk), wrong.
    # The second query has no positive; the third's comes at once.
    distances = [[1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [3, 3, 3, 3, 3, 1]]
    labels = [7, 9, 8], [8, 7, 7, 7, -1, 8], [0, 0, 0], [1, 1, 0, 1, 1, 1]
    found = precomputed(distances, *labels, max_rank=3, per_query=True)
    assert found['cmc'].tolist() == [50, 100, 100]
    assert found['rank1'] == 50 and found['rank5'] == found['rank20'] == 100
    # Of the third query, ranks 1 and 2: the first gallery image is the earliest of equals.
    assert found['average_precision'].tolist() == pytest.approx(
        [100 * (1 / 2 + 2 / 3) / 2, math.nan, 100], nan_ok=True
    )
    assert found['inverse_penalty'].tolist() == pytest.approx(
        [100 * 2 / 3, math.nan, 100], nan_ok=True
    )
    assert found['first_rank'].tolist() == pytest.approx([2, math.nan, 1], nan_ok=True)
    assert found['mAP'] == pytest.approx((100 * 7 / 12 + 100) / 2)
    assert found['counts'] == {
        'queries': 3,
        'scored_queries': 2,
        'gallery': 5,
        'junk': 1,
        'positives': 4,
    }


def test_one_hit_at_rank_two_is_a_half_or_a_quarter():
    arguments = [[1, 2]], [3], [4, 3], [0], [1, 1]
    assert precomputed(*arguments)['mAP'] == 50
    assert precomputed(*arguments, ap='trapezoid')['mAP'] == 25
    assert precomputed([[2, 1]], *arguments[1:], ap='trapezoid')['mAP'] == 100


@pytest.mark.parametrize(('ap', 'filtered'), [*product(AP_RULES, (True, False))])
@pytest.mark.parametrize('levels', [1, 4, 1000])
def test_scores_of_distances_are_those_of_sorting(ap, filtered, levels):
    for seed in range(4):
        labels, distances = random_labels(seed), random_distances(seed, levels)
        options = {'ap': ap, 'filter_same_camera': filtered, 'max_rank': 20}
        expected = reference.retrieval_scores(distances, *labels, **options)
        assert_equal(precomputed(distances, *labels, per_query=True, **options), expected)


@pytest.mark.parametrize('ap', AP_RULES)
@pytest.mark.parametrize('dtype', [np.float32, np.float64, np.int8, np.float16])
def test_scores_of_whole_numbered_features_are_those_of_sorting(ap, dtype):
    for seed in range(3):
        labels = random_labels(seed)
        generator = np.random.default_rng(seed)
        queries, gallery = (generator.integers(-2, 3, (n, 4)) for n in (25, 60))
        distances = reference.squared_distances(queries, gallery)
        expected = reference.retrieval_scores(distances, *labels, ap=ap)
        found = retrieval_scores(queries.astype(dtype), gallery.astype(dtype), *labels, ap=ap)
        assert_equal(found, expected)


def test_scores_by_cosine_are_those_of_sorting():
    labels = random_labels(0)
    generator = np.random.default_rng(0)
    queries, gallery = (generator.standard_normal((n, 8)) for n in (25, 60))
    distances = reference.cosine_distances(queries, gallery)
    expected = reference.retrieval_scores(distances, *labels)
    assert_equal(retrieval_scores(queries, gallery, *labels, metric='cosine'), expected)
    lengths = generator.choice([0.25, 1, 8], (60, 1))
    assert_equal(retrieval_scores(queries, lengths * gallery, *labels, metric='cosine'), expected)


def test_equal_directions_tie_by_cosine_and_zero_is_at_a_right_angle_to_all():
    gallery = np.array([[1, -1], [2, 2], [0, 0], [1, 1]])
    for positive, rank in enumerate([3, 1, 4, 2]):
        pids = np.full(4, 5)
        pids[positive] = 6
        found = retrieval_scores(
            np.array([[2, 2]]), gallery, [6], pids, None, None,
            filter_same_camera=False, metric='cosine', per_query=True,
        )  # fmt: skip
        assert found['first_rank'] == rank


@pytest.mark.parametrize('filtered', [True, False])
def test_one_camera_alone_can_be_scored_without_the_filter_only(filtered):
    labels = random_labels(1, num_cameras=1)
    distances = random_distances(1, 4)
    if filtered:
        with pytest.raises(ValueError, match='filter_same_camera=False'):
            precomputed(distances, *labels)
    else:
        expected = reference.retrieval_scores(distances, *labels, filter_same_camera=False)
        found = precomputed(distances, *labels[:2], None, None, filter_same_camera=False)
        assert_equal(found, expected)


@pytest.mark.parametrize('levels', [3, 1000])
def test_single_gallery_shot_scores_are_those_of_sorting_each_draw(levels):
    for seed in range(3):
        labels, distances = random_labels(seed), random_distances(seed, levels)
        options = {'gallery_draws': 10, 'seed': seed, 'max_rank': 5}
        expected = reference.retrieval_scores(distances, *labels, **options)
        found = precomputed(distances, *labels, **options)
        assert_equal(found, expected)
        assert found['mAP'] == precomputed(distances, *labels)['mAP']


def test_draws_follow_their_seed_and_leave_global_random_numbers_alone():
    labels, distances = random_labels(0), random_distances(0, 1000)
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (
        precomputed(distances, *labels, gallery_draws=2, seed=seed) for seed in (3, 3, 4)
    )
    assert (first['cmc'] == again['cmc']).all() and (first['cmc'] != other['cmc']).any()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


@pytest.mark.parametrize(('ap', 'filtered'), [*product(AP_RULES, (True, False))])
def test_camera_pairs_limit_the_positives_to_a_camera(ap, filtered):
    for seed in range(3):
        labels, distances = random_labels(seed), random_distances(seed, 6)
        options = {'ap': ap, 'filter_same_camera': filtered}
        found = precomputed(distances, *labels, camera_pairs=True, **options)['camera_pairs']
        rank1, mean_precision = reference.camera_pair_scores(distances, *labels, **options)
        np.testing.assert_allclose(found['rank1'], rank1, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found['mAP'], mean_precision, rtol=0, atol=1e-9)
        assert found['query_cameras'].tolist() == found['gallery_cameras'].tolist() == [0, 1, 2]
        across = ~np.eye(3, dtype=bool)
        assert found['cross_camera_rank1'] == pytest.approx(rank1[across].mean())
        assert found['cross_camera_mAP'] == pytest.approx(mean_precision[across].mean())
        assert np.isnan(np.diag(rank1)).all() == filtered


def test_cameras_of_one_side_only_have_a_row_or_column_of_their_own():
    found = precomputed([[1, 2, 3]], [1], [1, 1, -1], [4], [5, 2, 9], camera_pairs=True)
    pairs = found['camera_pairs']
    assert pairs['query_cameras'].tolist() == [4]
    assert pairs['gallery_cameras'].tolist() == [2, 5]
    assert pairs['rank1'].tolist() == [[100, 100]]


@pytest.mark.parametrize('metric', ['euclidean', 'cosine', 'precomputed'])
@pytest.mark.parametrize('block_size', [1, 60, 61, 200, 1499, 10**6])
def test_the_size_of_the_blocks_does_not_matter(metric, block_size):
    labels = random_labels(2)
    generator = np.random.default_rng(2)
    # Every row has length 2, so that cosines are exact, too.
    queries, gallery = (2 * np.eye(6)[generator.integers(0, 6, n)] for n in (25, 60))
    features = (queries, gallery) if metric != 'precomputed' else (random_distances(2, 5), None)
    options = {'metric': metric, 'gallery_draws': 3}
    expected = retrieval_scores(*features, *labels, **options)
    assert_equal(retrieval_scores(*features, *labels, block_size=block_size, **options), expected)


@pytest.mark.parametrize('num_threads', [1, 2, 7])
def test_the_number_of_threads_does_not_matter(num_threads):
    before = torch.get_num_threads()
    labels, distances = random_labels(3), random_distances(3, 5)
    torch.set_num_threads(num_threads)
    try:
        found = precomputed(distances, *labels)
    finally:
        torch.set_num_threads(before)
    assert_equal(found, reference.retrieval_scores(distances, *labels))


def test_rows_longer_than_a_tile_are_counted_whole():
    generator = np.random.default_rng(5)
    labels = random_labels(5, num_queries=4, num_gallery=5000, num_identities=200)
    distances = generator.integers(0, 50, (4, 5000))
    labels[0][:] = labels[1][[0, 2047, 2048, 4999]] = [3, 4, 5, 6]
    labels[3][:] = 9
    found = precomputed(distances, *labels, per_query=True)
    assert_equal(found, reference.retrieval_scores(distances, *labels))


@pytest.mark.gpu
@pytest.mark.parametrize('metric', ['euclidean', 'precomputed'])
def test_scores_on_a_gpu_are_those_on_the_cpu(metric):
    labels = random_labels(4)
    generator = np.random.default_rng(4)
    queries, gallery = (
        torch.from_numpy(generator.integers(-2, 3, (n, 4))).float() for n in (25, 60)
    )
    features = (
        (queries, gallery) if metric == 'euclidean' else (torch.cdist(queries, gallery), None)
    )
    options = {'metric': metric, 'gallery_draws': 3}
    expected = retrieval_scores(*features, *labels, **options)
    # The gallery may stay where it is.
    assert_equal(retrieval_scores(features[0].cuda(), features[1], *labels, **options), expected)


def test_features_of_different_types_and_with_gradients_are_scored():
    labels = random_labels(0)
    generator = torch.Generator().manual_seed(0)
    queries, gallery = (torch.randint(-2, 3, (n, 4), generator=generator) for n in (25, 60))
    expected = retrieval_scores(queries, gallery, *labels)
    with torch.autocast('cpu', torch.bfloat16):
        found = retrieval_scores(queries.float().requires_grad_(), gallery.bfloat16(), *labels)
    assert_equal(found, expected)


def test_it_is_the_python_evaluator_of_torchreid_on_data_without_ties():
    rank = pytest.importorskip('torchreid.reid.metrics.rank', reason='torchreid is not installed')
    for seed in range(3):
        labels = random_labels(seed)
        known = labels[1] != -1  # which torchreid drops when it loads a dataset
        labels = labels[0], labels[1][known], labels[2], labels[3][known]
        generator = np.random.default_rng(seed)
        shape = 25, int(known.sum())
        distances = generator.permutation(math.prod(shape)).reshape(shape) / math.prod(shape)
        cmc, mean_precision = rank.evaluate_rank(distances, *labels, max_rank=20, use_cython=False)
        found = precomputed(distances, *labels, max_rank=20)
        assert found['mAP'] == pytest.approx(100 * mean_precision, abs=1e-9)
        np.testing.assert_allclose(found['cmc'], 100 * cmc, rtol=1e-6)  # theirs is float32


def test_without_a_positive_the_error_says_what_the_queries_lack():
    with pytest.raises(
        ValueError,
        match=r'none of the 3 queries has a positive: 2 share an identity with the gallery, 2 of '
        r'them only under the same camera; filter_same_camera=False',
    ):
        precomputed(np.zeros((3, 2)), [1, 2, 3], [1, 2], [0, 1, 0], [0, 1])
    with pytest.raises(ValueError, match=r'0 share an identity with the gallery, 0 of'):
        precomputed(np.zeros((1, 2)), [-1], [-1, 2], None, None, filter_same_camera=False)


FEATURES = np.eye(3), np.eye(4, 3)
LABELS = [1, 2, 3], [1, 2, 3, 0], [0, 0, 0], [1, 1, 1, 1]


@pytest.mark.parametrize(
    ('place', 'value', 'message'),
    [
        (0, np.zeros(3), r'query_features: shape \(3,\), not \(Q, F\)'),
        (1, np.zeros((4, 2)), 'query_features of 3 numbers an image, but gallery_features of 2'),
        (0, np.zeros((3, 3), complex), r'query_features: of type torch\.complex128, which is not'),
        (1, torch.eye(4, 3).to(torch.float8_e5m2), 'gallery_features: of type torch.float8_e5m2'),
        (0, np.zeros((3, 3), object), 'query_features: no matrix of numbers'),
        (1, [[0.0, 1.0], [1.0]], 'gallery_features: no matrix of numbers'),
        (0, np.zeros((0, 3)), 'there is no query'),
        (1, np.zeros((0, 3)), 'there is no gallery image'),
        (2, [1, 2], r'query_pids: shape \(2,\), not \(3,\)'),
        (3, [1, 2, 3], r'gallery_pids: shape \(3,\), not \(4,\)'),
        (4, [[0, 0, 0]], r'query_camids: shape \(1, 3\), not \(3,\)'),
        (5, [1], r'gallery_camids: shape \(1,\), not \(4,\)'),
        (2, [1.0, 2.0, 3.0], 'query_pids: type float64, not whole numbers'),
        (4, None, 'query_camids and gallery_camids are needed'),
        (1, None, "gallery_features: None, but metric='euclidean' needs them"),
    ],
)
def test_wrong_arguments_are_refused(place, value, message):
    arguments = [*FEATURES, *LABELS]
    arguments[place] = value
    with pytest.raises(InputError, match=message):
        retrieval_scores(*arguments)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'ap': 'area'}, "ap: 'area' is none of finite_sum, trapezoid"),
        ({'metric': 'l1'}, "metric: 'l1' is none of euclidean, cosine, precomputed"),
        ({'metric': 'precomputed'}, 'gallery_features must be None'),
        ({'max_rank': 0}, 'max_rank: 0, not 1 or more'),
        ({'gallery_draws': -1}, 'gallery_draws: -1'),
        ({'block_size': 0}, 'block_size: 0'),
    ],
)
def test_unknown_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        retrieval_scores(*FEATURES, *LABELS, **options)


def test_camera_pairs_need_cameras():
    with pytest.raises(ValueError, match='camera_pairs needs'):
        retrieval_scores(
            *FEATURES, *LABELS[:2], None, None, filter_same_camera=False, camera_pairs=True
        )


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_with_its_place(value):
    for side, name in enumerate(('query_features', 'gallery_features')):
        features = [FEATURES[0].copy(), FEATURES[1].copy()]
        features[side][2, 1] = value
        with pytest.raises(EntryError, match=f'{name}: row 2, column 1 is {value}, not a finite'):
            retrieval_scores(*features, *LABELS)
    distances = np.zeros((3, 4))
    distances[1, 3] = value
    with pytest.raises(EntryError, match=f'distances: row 1, column 3 is {value}, not a finite'):
        precomputed(distances, *LABELS)
