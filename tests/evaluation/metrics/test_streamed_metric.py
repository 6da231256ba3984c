import math
import pickle

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.hooks import CheckpointHook
from mmengine.registry import METRICS

from par_plugins.evaluation import AttributeMetric, BalancedAccuracyMetric
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import Attribute, AttributeSchema
from par_plugins.testing.contracts.registered import registered

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])


def samples_of(num_images, seed=0):
    """Data samples of SCHEMA as dicts, with unknown labels."""
    generator = np.random.default_rng(seed)
    samples = []
    for image in range(num_images):
        female, hat = generator.random(2)
        age = generator.dirichlet([1, 1, 1])
        samples.append(
            {
                'img_path': f'{image:06d}.jpg',
                'pred_probabilities': torch.tensor([female, *age, hat]).float(),
                'gt_attributes': np.array([generator.integers(-1, k) for k in (2, 3, 2)]),
            }
        )
    return samples


def build(metric_class, schema=SCHEMA, **arguments):
    metric = metric_class(**arguments)
    metric.dataset_meta = {'schema': schema}
    return metric


def run(metric, samples, batch_size=4, size=None):
    for start in range(0, len(samples), batch_size):
        metric.process(None, samples[start : start + batch_size])
    return metric.evaluate(len(samples) if size is None else size)


METRIC_CLASSES = {
    name: found
    for name, found in registered(METRICS, 'par_plugins.evaluation.metrics').items()
    if issubclass(found, StreamedMetric)
}
every_metric = pytest.mark.parametrize('metric_class', METRIC_CLASSES.values(), ids=METRIC_CLASSES)


def test_every_metric_is_found_through_the_registry():
    assert set(METRIC_CLASSES) == {
        'AttributeAccuracyMetric',
        'AttributeMetric',
        'BalancedAccuracyMetric',
        'OperatingPointMetric',
        'PositiveProbabilityMetric',
        'TopKRecallMetric',
    }


@every_metric
def test_the_gallery_alone_is_scored_as_if_there_were_no_queries_and_named_so(metric_class):
    samples = [
        {**sample, 'is_query': place % 3 == 0} for place, sample in enumerate(samples_of(30))
    ]
    expected = run(build(metric_class), [sample for sample in samples if not sample['is_query']])
    found = run(build(metric_class, gallery_only=True), samples)
    assert set(found) == {name.replace('attribute/', 'attribute/gallery/') for name in expected}
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-9)


@every_metric
def test_more_images_beyond_the_end_than_the_last_batch_has_are_an_error(metric_class):
    with pytest.raises(ValueError, match='process 0 of 1 evaluated 12 images, but only 7 of the 7'):
        run(build(metric_class), samples_of(12), size=7)


@every_metric
def test_every_evaluation_starts_anew(metric_class):
    metric, samples = build(metric_class), samples_of(40)
    expected = run(build(metric_class), samples[20:])
    assert not any(map(math.isnan, expected.values()))
    run(metric, samples[:20])
    assert run(metric, samples[20:]) == expected
    with pytest.raises(ValueError, match='only 0 of the 0 images'):
        run(metric, samples, size=0)
    assert run(metric, samples[20:]) == expected


@every_metric
def test_images_missing_from_the_evaluation_are_counted_in_the_log(metric_class, log):
    run(build(metric_class), samples_of(6), size=8)
    assert 'only 6 of the 8 images of the dataset were evaluated' in log.text


@pytest.mark.parametrize(
    ('metric_class', 'arguments'),
    [(AttributeMetric, {'average_precision': False}), (BalancedAccuracyMetric, {})],
)
def test_the_state_does_not_grow_with_the_number_of_images(metric_class, arguments):
    sizes = []
    for num_batches in (3, 200):
        metric, samples = build(metric_class, **arguments), samples_of(4)
        for _ in range(num_batches):
            metric.process(None, samples)
        sizes.append(len(pickle.dumps(metric.__dict__)))
    # The numbers themselves take a byte more or less.
    assert abs(sizes[1] - sizes[0]) < 16


def test_the_probabilities_kept_for_average_precision_do_grow():
    sizes = []
    for num_batches in (3, 200):
        metric, samples = build(AttributeMetric), samples_of(4)
        for _ in range(num_batches):
            metric.process(None, samples)
        sizes.append(len(pickle.dumps(metric.__dict__)))
    assert sizes[1] > sizes[0] + 197 * 4 * 2 * 4


@every_metric
@pytest.mark.parametrize('meta', [None, {}, {'schema': None}, {'schema': 'Female'}])
def test_a_dataset_without_a_schema_is_refused(metric_class, meta):
    metric = metric_class()
    metric.dataset_meta = meta
    with pytest.raises(ValueError, match=r"metainfo\['schema'\]"):
        metric.process(None, samples_of(1))


def test_both_metrics_report_beside_each_other():
    evaluator = Evaluator([{'type': 'AttributeMetric'}, {'type': 'BalancedAccuracyMetric'}])
    evaluator.dataset_meta = {'schema': SCHEMA}
    evaluator.process(samples_of(20))
    assert {'attribute/mA', 'attribute/balanced_accuracy'} <= set(evaluator.evaluate(20))


@every_metric
@pytest.mark.parametrize(
    ('key', 'column', 'value', 'attribute'),
    [
        ('pred_probabilities', 0, 1.5, 'Female'),
        ('pred_probabilities', 3, -0.5, 'Age'),
        ('gt_attributes', 2, 2, 'Hat'),
        ('gt_attributes', 0, -2, 'Female'),
    ],
)
def test_a_wrong_entry_is_refused_with_its_image_and_attribute(
    metric_class, key, column, value, attribute
):
    samples = samples_of(4)
    samples[2][key][column] = value
    with pytest.raises(
        ValueError, match=f"000002.jpg: {key} of attribute '{attribute}' is {value}"
    ):
        build(metric_class).process(None, samples)


@every_metric
def test_an_output_that_is_no_number_is_the_models_fault(metric_class):
    samples = samples_of(4)
    samples[2]['pred_probabilities'][4] = math.nan
    sentence = "outputs of the model are not finite, first at attribute 'Hat' of .*000002.jpg: .*"
    with pytest.raises(ValueError, match=f'{sentence}weights, not in the image'):
        build(metric_class).process(None, samples)


@every_metric
@pytest.mark.parametrize('key', ['pred_probabilities', 'gt_attributes'])
def test_a_missing_or_short_field_is_refused_with_its_image(metric_class, key):
    samples = samples_of(4)
    samples[3][key] = samples[3][key][:2]
    with pytest.raises(ValueError, match=rf'000003.jpg: {key} of shape \(2,\)'):
        build(metric_class).process(None, samples)
    del samples[3][key]
    with pytest.raises(ValueError, match=rf"000003.jpg: .*no '{key}'"):
        build(metric_class).process(None, samples)


def test_no_save_best_rule_prefers_nan_to_a_number_or_to_nothing():
    scores = build(AttributeMetric).evaluate(0)
    for rule, better in CheckpointHook.rule_map.items():
        assert not better(scores['attribute/mA'], CheckpointHook.init_value_map[rule])
        assert not better(scores['attribute/mA'], 50.0)
