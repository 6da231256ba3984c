import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

import par_plugins  # noqa: F401  (registers both)
from par_plugins.structures import InputError


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other, self.third = nn.Linear(2, 2), nn.Linear(2, 3), nn.Linear(1, 1)


def config(**options):
    return dict(
        constructor='SeparateOptimWrapperConstructor',
        type='OptimWrapper',
        accumulative_counts=2,
        parts=dict(
            one=dict(optimizer=dict(type='Adam', lr=1e-4)),
            other=dict(optimizer=dict(type='SGD', lr=0.1), accumulative_counts=1),
        ),
        **options,
    )


def test_each_part_has_an_optimiser_of_its_own_and_the_rest_none():
    model = Pair()
    wrappers = build_optim_wrapper(model, config())
    assert set(wrappers.keys()) == {'one', 'other'}
    for name, kind, count in (('one', torch.optim.Adam, 2), ('other', torch.optim.SGD, 1)):
        optimizer = wrappers[name].optimizer
        held = [p for group in optimizer.param_groups for p in group['params']]
        assert isinstance(optimizer, kind) and wrappers[name]._accumulative_counts == count
        assert {id(p) for p in held} == {id(p) for p in getattr(model, name).parameters()}
    assert wrappers.get_lr() == {'one.lr': [1e-4], 'other.lr': [0.1]}


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (dict(parts={}), 'name the submodules'),
        (dict(parts=dict(two=dict())), r'parts.two: the model has no such part, but one, other'),
        (dict(paramwise_cfg=dict(bias_lr_mult=2)), 'paramwise_cfg: give it in each'),
    ],
)
def test_wrong_parts_are_refused(change, sentence):
    with pytest.raises(InputError, match=sentence):
        build_optim_wrapper(Pair(), {**config(), **change})


def test_bfloat16_is_used_inside_the_context_and_weights_stay_float32():
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    wrapper = OPTIM_WRAPPERS.build(dict(type='BFloat16OptimWrapper', optimizer=optimizer))
    before = model.weight.detach().clone()
    with wrapper.optim_context(model):
        output = model(torch.ones(2, 4))
    assert output.dtype == torch.bfloat16 and model(torch.ones(2, 4)).dtype == torch.float32
    wrapper.update_params(output.float().sum())
    torch.testing.assert_close(model.weight.detach(), before - 0.5 * 2)
    assert model.weight.dtype == torch.float32
