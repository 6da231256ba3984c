"""Every registered metric keeps the promises of ``par_plugins.testing.check_metric``."""

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from par_plugins.evaluation import BalancedAccuracyMetric
from par_plugins.testing import check_metric
from par_plugins.testing.contracts.registered import registered

REGISTERED = registered(METRICS, 'par_plugins.evaluation.metrics')
IMAGES_ALONE = {'FIDMetric'}  # scores images by a network; tests/evaluation/metrics has its tests
VARIANTS = {
    'AttributeAccuracyMetric': [{}],
    'AttributeMetric': [{}, {'protocol': 'rethinking'}, {'average_precision': False}],
    'BalancedAccuracyMetric': [{}],
    'OperatingPointMetric': [{}],
    'PositiveProbabilityMetric': [{}],
    'ReIDMetric': [{}, {'metric': 'cosine', 'gallery_draws': 2}, {'filter_same_camera': False}],
    'TopKRecallMetric': [{}],
}
CASES = [
    pytest.param({'type': name, **options}, id=f'{name}-{"-".join(options) or "default"}')
    for name, variants in VARIANTS.items()
    for options in variants
]


def test_every_metric_is_tested():
    assert set(VARIANTS) == set(REGISTERED) - IMAGES_ALONE
    assert len(VARIANTS) == 7 and len(CASES) == 11


@pytest.mark.parametrize('config', CASES)
def test_it_keeps_the_promises(config):
    check_metric(config)


class Careless(BaseMetric):
    """Counts right labels, the unknown ones too."""

    default_prefix = 'careless'

    def __init__(self, *, says_so):
        super().__init__()
        self.says_so = says_so

    def process(self, data_batch, data_samples):
        for sample in data_samples:
            probabilities = torch.as_tensor(sample['pred_probabilities'])
            predicted = probabilities[[0, 4]] > 0.5
            labels = torch.as_tensor(sample['gt_attributes'])[[0, 2]] == 1
            self.results.append((predicted == labels).double().mean().item())

    def compute_metrics(self, results):
        if not results:
            if self.says_so:
                print_log('accuracy is undefined', logger='current')
            return {'accuracy': float('nan')}
        return {'accuracy': 100 * sum(results) / len(results)}


class Forgetless(BalancedAccuracyMetric):
    def _forget(self):
        if not hasattr(self, '_num_images'):
            super()._forget()
        self._num_images = 0


@pytest.mark.parametrize(
    ('metric', 'promise'),
    [
        (Careless(says_so=False), 'Scores of no image are NaN.* no word about'),
        (Careless(says_so=True), 'What is predicted of an unknown label changes no score'),
        (Forgetless(), 'An evaluation knows nothing of the one before'),
    ],
)
def test_a_metric_that_breaks_a_promise_is_told_which(metric, promise):
    with pytest.raises(
        AssertionError, match=f'{type(metric).__name__} breaks a promise: {promise}'
    ):
        check_metric(metric)
