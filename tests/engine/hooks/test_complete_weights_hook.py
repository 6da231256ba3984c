import logging
import math
import re
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from par_plugins.engine.hooks import CompleteWeightsHook
from par_plugins.structures import InputError
from tests.engine.hooks.toy_loop import ToyLoop


class Network(nn.Module):
    """A network of 7 tensors that predict, and one of its loss."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.classifier = nn.Linear(2, 1, bias=False)
        self.losses = nn.ModuleDict({'centre': nn.Embedding(3, 2)})


def run(*, train=False, resume=False):
    return SimpleNamespace(
        model=Network(),
        _train_loop=ToyLoop(None) if train else {'type': 'EpochBasedTrainLoop'},
        _resume=resume,
        _load_from='weights.pth',
        logger=logging.getLogger('toy'),
    )


def load(runner, weights):
    CompleteWeightsHook().after_load_checkpoint(runner, {'state_dict': weights})


FIRST = 'conv.weight'
UNUSABLE = {
    'text': ('1.0', 'of type str'),
    'meta': (torch.empty(2, 1, 3, 3, device='meta'), 'without numbers'),
    'sparse': (torch.ones(2, 1, 3, 3).to_sparse(), 'not dense'),
    'quantised': (
        torch.quantize_per_tensor(torch.ones(2, 1, 3, 3), 0.1, 0, torch.qint8),
        'quantised',
    ),
    'int': (torch.ones(2, 1, 3, 3, dtype=torch.int32), 'of torch.int32, not torch.float32'),
    'bool': (torch.ones(2, 1, 3, 3, dtype=torch.bool), 'of torch.bool, not torch.float32'),
    'complex': (torch.ones(2, 1, 3, 3, dtype=torch.complex64), 'of torch.complex64'),
    'NaN': (torch.full((2, 1, 3, 3), math.nan), 'not finite'),
    'inf': (torch.full((2, 1, 3, 3), math.inf), 'not finite'),
}


@pytest.mark.parametrize('case', UNUSABLE)
@pytest.mark.parametrize('train', [False, True], ids=['test', 'load_from'])
def test_a_tensor_of_no_use_is_named_in_tests_and_trainings(case, train):
    value, why = UNUSABLE[case]
    with pytest.raises(InputError) as caught:
        load(run(train=train), {**Network().state_dict(), FIRST: value})
    assert re.match(
        rf'weights.pth: 1 of the (7|8) tensors .*, the first {FIRST} \({why}', str(caught.value)
    )
    assert '\n' not in str(caught.value)


def test_a_buffer_of_batch_norm_counts_as_a_weight():
    weights = {**Network().state_dict(), 'norm.running_var': torch.tensor([1.0, math.nan])}
    with pytest.raises(InputError, match=r'first norm\.running_var \(not finite'):
        load(run(), weights)


def test_missing_and_misshapen_tensors_are_counted_and_the_first_is_named():
    weights = Network().state_dict()
    del weights['norm.weight'], weights['norm.running_mean']
    weights['classifier.weight'] = torch.ones(3, 2)
    with pytest.raises(InputError, match=r'3 of the 7 .* the first norm\.weight \(missing\)'):
        load(run(), weights)
    weights = {**Network().state_dict(), 'classifier.weight': torch.ones(2)}
    with pytest.raises(InputError, match=r'1 of the 7 .* \(of shape \(2,\), not \(1, 2\)\)'):
        load(run(), weights)
    with pytest.raises(InputError, match='7 of the 7'):
        load(run(), {})


def test_prefixes_halves_losses_and_counters_are_no_fault():
    weights = Network().state_dict()
    weights = {f'module.{name}': value for name, value in weights.items() if 'losses' not in name}
    del weights['module.norm.num_batches_tracked']
    weights['module.losses.other.prototypes'] = torch.full((2,), math.nan)
    weights['module.conv.weight'] = weights['module.conv.weight'].half()
    runner = run()
    load(runner, weights)
    assert torch.equal(runner.model.conv.weight.half(), weights['module.conv.weight'])


def test_a_counter_of_another_shape_is_no_fault_either():
    runner, weights = run(), Network().state_dict()
    load(runner, {**weights, 'norm.num_batches_tracked': torch.ones(3, dtype=torch.int64)})
    assert torch.equal(runner.model.conv.weight, weights['conv.weight'])


def test_a_spread_out_tensor_needs_no_memory_to_be_refused():
    huge = torch.zeros(1).expand(2**40)
    with pytest.raises(InputError, match=rf'of shape \({2**40},\)'):
        load(run(), {**Network().state_dict(), 'norm.weight': huge})


def test_a_training_may_start_from_a_share_of_the_weights_and_says_which(caplog):
    weights = Network().state_dict()
    del weights['norm.weight'], weights['conv.bias']
    weights['classifier.weight'] = torch.ones(3, 2)
    with caplog.at_level(logging.INFO):
        load(run(train=True), weights)
    assert caplog.messages == [
        'weights.pth: 5 of 8 tensors came in; 3 of the 8 tensors that are needed are missing or '
        'do not fit, the first conv.bias (missing)'
    ]
    with pytest.raises(InputError, match='8 of the 8'):
        load(run(train=True), {'another.weight': torch.ones(1)})


def test_resuming_needs_the_losses_too():
    weights = Network().state_dict()
    load(run(train=True, resume=True), weights)
    del weights['losses.centre.weight']
    load(run(), weights)
    with pytest.raises(InputError, match=r'first losses\.centre\.weight \(missing\)'):
        load(run(train=True, resume=True), weights)
