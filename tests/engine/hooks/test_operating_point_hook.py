from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config

from par_plugins.engine.hooks import OperatingPointHook
from par_plugins.evaluation import BalancedAccuracyMetric, OperatingPointMetric
from par_plugins.structures import AnswerRules, AttributeSchema, InputError
from tests.engine.hooks.toy_loop import ToyLoop, toy_runner

SCHEMA = AttributeSchema(['Female', 'Hat'])
TARGETS = np.array([[0, 1], [1, 0], [0, 0], [0, 0]])
TRAINING = SimpleNamespace(metainfo={'schema': SCHEMA}, targets=TARGETS)


def loop(rule):
    metric = OperatingPointMetric(rule=rule)
    metric.dataset_meta = {'schema': SCHEMA}
    return ToyLoop(TRAINING, evaluator=SimpleNamespace(metrics=[BalancedAccuracyMetric(), metric]))


def run_of(rule='f1', val=True):
    """A hook in a run with one such metric for validation and one for the test."""
    parts = {'val': loop(rule)} if val else {}
    return OperatingPointHook(), toy_runner(train=ToyLoop(TRAINING), test=loop(rule), **parts)


def metric_of(found_loop):
    return found_loop.evaluator.metrics[1]


def validate(hook, runner, scores=((0.1, 0.3), (0.3, 0.2), (0.2, 0.1), (0.0, 0.2))):
    hook.before_val_epoch(runner)
    metric = metric_of(runner.val_loop)
    for row, labels in zip(scores, TARGETS, strict=True):
        sample = {'pred_probabilities': torch.tensor(row), 'gt_attributes': labels}
        metric.process(None, [sample])
    metric.evaluate(len(TARGETS))
    hook.after_val_epoch(runner)


def saved(hook, runner):
    checkpoint = {'meta': {}}
    hook.before_save_checkpoint(runner, checkpoint)
    return checkpoint


@pytest.mark.parametrize('rule', ['f1', 'threshold_adjustment'])
def test_what_validation_finds_is_what_the_test_applies(rule):
    hook, runner = run_of(rule)
    validate(hook, runner)
    hook.before_test_epoch(runner)
    found, applied = metric_of(runner.val_loop).found, metric_of(runner.test_loop).point
    assert np.array_equal(applied.factors, found.factors)
    assert applied.parameters == found.parameters
    if rule == 'f1':
        assert found.thresholds == pytest.approx({'Female': 0.25, 'Hat': 0.25})


def test_a_checkpoint_has_the_points_of_its_own_weights_as_plain_data():
    hook, runner = run_of()
    assert saved(hook, runner) == {'meta': {}}
    validate(hook, runner)
    checkpoint = saved(hook, runner)
    points = checkpoint['meta']['operating_points']
    assert points['tuned_f1']['factors']['Hat'] == pytest.approx([0.25, 0.75])
    hook.after_train_iter(runner, 0)
    assert saved(hook, runner) == {'meta': {}}
    other, later = run_of(val=False)
    other.after_load_checkpoint(later, checkpoint)
    other.before_test_epoch(later)
    assert metric_of(later.test_loop).point.thresholds['Hat'] == pytest.approx(0.25)


def test_answer_rules_are_kept_with_their_weights_and_read_back():
    hook, runner = run_of('prior')
    validate(hook, runner)
    checkpoint = saved(hook, runner)
    rules = AnswerRules.from_dict(checkpoint['meta']['answer_rules'], SCHEMA, source='x')
    assert rules.priors == pytest.approx([0.25, 0.25])
    points = checkpoint['meta']['operating_points']
    assert points['prior']['factors']['Hat'][0] == pytest.approx(rules.rules['prior'].thresholds[1])
    hook.after_train_iter(runner, 0)
    assert saved(hook, runner) == {'meta': {}}
    hook.after_load_checkpoint(runner, checkpoint)
    assert saved(hook, runner) == checkpoint


def test_every_validation_finds_the_points_anew():
    hook, runner = run_of()
    validate(hook, runner)
    validate(hook, runner, [(0.1, 0.9), (0.9, 0.2), (0.2, 0.1), (0.0, 0.5)])
    assert hook.points['tuned_f1']['factors']['Hat'] == pytest.approx([0.7, 0.3])


def test_a_test_without_a_point_is_refused():
    hook, runner = run_of(val=False)
    with pytest.raises(InputError, match="no operating point 'tuned_f1'.*fit_operating_points.py"):
        hook.before_test_epoch(runner)


def test_a_test_that_does_not_need_the_point_leaves_its_scores_out():
    hook, runner = run_of('prior', val=False)
    metric_of(runner.test_loop).required = False
    hook.before_test_epoch(runner)
    assert [type(m) for m in runner.test_loop.evaluator.metrics] == [BalancedAccuracyMetric]


def test_counts_come_from_the_training_set_of_the_config_where_nothing_is_trained():
    hook = OperatingPointHook()
    runner = toy_runner(val=loop('threshold_adjustment'), train={'type': 'not built'})
    runner.cfg = Config({})
    with pytest.raises(InputError, match='there is no train_dataloader'):
        hook.before_val_epoch(runner)
