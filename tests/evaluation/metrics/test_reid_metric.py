import math

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpretrain.structures import DataSample

from par_plugins.evaluation import ReIDMetric
from par_plugins.evaluation.functional import retrieval_scores
from par_plugins.structures import AttributeSchema, InputError

SCORES = ('rank1', 'rank5', 'rank10', 'rank20', 'mAP', 'mINP')


def samples_of(num_images=60, seed=0):
    """Data samples as dicts; whole-numbered embeddings with ties, junk and distractors."""
    generator = np.random.default_rng(seed)
    return [
        {
            'img_path': f'{image:06d}.jpg',
            'pred_embedding': torch.from_numpy(generator.integers(0, 3, 4)).float(),
            'gt_pid': int(generator.integers(-1, 9)),
            'gt_camid': int(generator.integers(1, 4)),
            'is_query': bool(generator.random() < 0.3),
        }
        for image in range(num_images)
    ]


def expected_of(samples, **options):
    def side(is_query):
        part = [sample for sample in samples if sample['is_query'] == is_query]
        return (
            torch.stack([sample['pred_embedding'] for sample in part]),
            *([sample[key] for sample in part] for key in ('gt_pid', 'gt_camid')),
        )

    queries, gallery = side(True), side(False)
    arguments = [part for pair in zip(queries, gallery, strict=True) for part in pair]
    return retrieval_scores(*arguments, **options)


def run(metric, samples, batch_size=7, size=None):
    for start in range(0, len(samples), batch_size):
        metric.process(None, samples[start : start + batch_size])
    return metric.evaluate(len(samples) if size is None else size)


def test_scores_are_those_of_queries_against_gallery():
    samples = samples_of()
    expected = expected_of(samples)
    metric = ReIDMetric()
    found = run(metric, samples)
    assert found == {f'reid/{name}': expected[name] for name in SCORES}
    assert list(found) == metric.prefixed_names
    assert metric.scores['counts'] == expected['counts']
    assert 0 < found['reid/mAP'] < 100


@pytest.mark.parametrize(
    ('options', 'rules'),
    [
        ({'ap': 'trapezoid'}, 'trapezoid'),
        ({'metric': 'cosine', 'gallery_draws': 2}, 'cosine+single_shot'),
        ({'filter_same_camera': False}, 'same_camera'),
    ],
)
def test_options_that_are_not_the_defaults_are_in_the_names(options, rules):
    samples = samples_of()
    expected = expected_of(samples, **options)
    found = run(ReIDMetric(**options), samples)
    assert found == {f'reid/{rules}/{name}': expected[name] for name in SCORES}


def test_pairs_of_cameras_add_their_means():
    samples = samples_of()
    expected = expected_of(samples, camera_pairs=True)['camera_pairs']
    metric = ReIDMetric(camera_pairs=True)
    found = run(metric, samples)
    assert found['reid/cross_camera_mAP'] == expected['cross_camera_mAP']
    assert found['reid/cross_camera_rank1'] == expected['cross_camera_rank1']
    assert metric.scores['camera_pairs']['mAP'].shape == (3, 3)


def test_cameras_may_be_missing_where_they_do_not_matter():
    samples = samples_of()
    expected = run(ReIDMetric(filter_same_camera=False), samples)
    for sample in samples:
        del sample['gt_camid']
    assert run(ReIDMetric(filter_same_camera=False), samples) == expected
    with pytest.raises(ValueError, match="000000.jpg: .*no 'gt_camid'"):
        run(ReIDMetric(), samples)


@pytest.mark.parametrize('world_size', [2, 3, 7])
def test_shares_of_processes_are_put_back_in_the_order_of_the_dataset(world_size):
    samples = samples_of()
    shares = []
    for rank in range(world_size):
        metric, share = ReIDMetric(), samples[rank::world_size]
        for start in range(0, len(share), 4):
            metric.process(None, share[start : start + 4])
        shares.append(metric._own_share(len(share), 0, 1))
    found = ReIDMetric().compute_metrics(shares)
    expected = expected_of(samples)
    assert found == {name: expected[name] for name in SCORES}


def test_queries_without_a_positive_are_counted_in_the_log(log):
    samples = samples_of()
    counts = expected_of(samples)['counts']
    lacking = counts['queries'] - counts['scored_queries']
    assert lacking > 0
    run(ReIDMetric(), samples)
    assert f'{lacking} of {counts["queries"]} queries have no positive' in log.text


def test_it_reports_beside_the_metrics_of_attributes():
    schema = AttributeSchema(['Female', 'Hat'])
    evaluator = Evaluator(
        [{'type': name} for name in ('AttributeMetric', 'AttributeAccuracyMetric', 'ReIDMetric')]
    )
    evaluator.dataset_meta = {'schema': schema}
    generator = np.random.default_rng(1)
    data_samples = []
    for sample in samples_of():
        data_sample = DataSample(metainfo={'img_path': sample.pop('img_path')})
        for key, value in sample.items():
            data_sample.set_field(value, key)
        data_sample.pred_probabilities = torch.from_numpy(generator.random(2))
        data_sample.gt_attributes = generator.integers(-1, 2, 2)
        data_samples.append(data_sample)
    evaluator.process(data_samples)
    found = evaluator.evaluate(60)
    assert {'attribute/mA', 'attribute/label_accuracy_Hat', 'reid/rank1', 'reid/mAP'} <= set(found)
    assert found['reid/mAP'] == expected_of(samples_of())['mAP']


@pytest.mark.parametrize('is_query', [True, False])
def test_a_dataset_without_queries_or_gallery_is_refused(is_query):
    samples = [{**sample, 'is_query': is_query} for sample in samples_of(4)]
    with pytest.raises(ValueError, match=f'{4 * is_query} of 4 images are queries'):
        run(ReIDMetric(), samples)


def test_without_a_positive_the_error_says_what_the_queries_lack():
    samples = [{**sample, 'gt_pid': number} for number, sample in enumerate(samples_of())]
    with pytest.raises(ValueError, match=r'none of the \d+ queries has a positive: 0 share'):
        run(ReIDMetric(), samples)


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('pred_embedding', None, "000002.jpg: its data sample has no 'pred_embedding'"),
        ('is_query', None, "000002.jpg: its data sample has no 'is_query'"),
        ('pred_embedding', torch.ones(3), r'000002.jpg: pred_embedding of shape \(3,\), not \(4,'),
        (
            'pred_embedding',
            torch.full((4,), math.nan),
            'outputs of the model are not finite, first in the pred_embedding of 000002.jpg',
        ),
        ('gt_pid', [1, 2], r'000002.jpg: gt_pid of shape \(2,\)'),
    ],
)
def test_a_missing_or_wrong_field_is_refused_with_its_image(key, value, message):
    samples = samples_of(4)
    samples[2][key] = value
    if value is None:
        del samples[2][key]
    with pytest.raises(ValueError, match=message):
        ReIDMetric().process(None, samples)


@pytest.mark.parametrize(
    ('key', 'remedies'),
    [
        ('gt_pid', ['pid_column']),
        ('gt_camid', ['camid_column', 'ReIDMetric(filter_same_camera=False)']),
        ('is_query', ['role_column']),
    ],
)
def test_what_data_of_ones_own_lacks_is_named_with_the_remedy(key, remedies):
    samples = samples_of(4)
    del samples[2][key]
    with pytest.raises(InputError, match=f'000002.jpg: its data sample has no {key!r}') as caught:
        ReIDMetric().process(None, samples)
    assert all(remedy in str(caught.value) for remedy in remedies)
    everybody = [{**sample, 'is_query': False} for sample in samples_of(4)]
    with pytest.raises(InputError, match='0 of 4 images are queries: .*role_column'):
        run(ReIDMetric(), everybody)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'ap': 'area'}, "ap: 'area' is none of finite_sum, trapezoid"),
        ({'metric': 'l1'}, "metric: 'l1' is none of"),
        ({'metric': 'precomputed'}, "metric: 'precomputed', but ReIDMetric has features"),
        ({'gallery_draws': -1}, 'gallery_draws: -1'),
        ({'gallery_draws': 2.5}, 'gallery_draws: 2.5, not a whole number'),
        ({'device': 'gpu'}, "device: 'gpu' is none"),
    ],
)
def test_options_that_there_are_not_are_refused_before_anything_is_evaluated(options, message):
    with pytest.raises(InputError, match=message):
        ReIDMetric(**options)
