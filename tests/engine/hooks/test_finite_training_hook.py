import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import EMAHook
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from torch import nn

from par_plugins.engine.hooks import FiniteTrainingHook
from par_plugins.structures import InputError


class Toy(BaseModel):
    """Its losses, weights or buffers go wrong in a step."""

    def __init__(self, wrong=None, step=0, value=math.nan):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.register_buffer('mean', torch.zeros(1))
        self.register_buffer('unsaved', torch.tensor(math.nan), persistent=False)
        self.wrong, self.step, self.value, self.steps = wrong, step, value, 0

    def forward(self, inputs, mode='tensor'):
        self.steps += 1
        bad = torch.tensor(self.value if self.steps == self.step else 0.0)
        if self.wrong == 'buffer' and self.steps == self.step:
            self.mean += self.value
        loss = self.layer(torch.stack(inputs)).square().mean()
        if self.wrong == 'weight' and self.steps == self.step:
            loss = loss + self.layer.weight.sum() * 0 + SqrtAtZero.apply(self.layer.weight.sum())
        return {
            'loss_a': loss,
            'loss_b': loss.detach() + (bad if self.wrong == 'loss' else 0),
            'accuracy': torch.tensor(math.nan),  # no loss: nothing is minimised by it
        }


class SqrtAtZero(torch.autograd.Function):
    """A finite loss with a gradient that is not."""

    @staticmethod
    def forward(context, value):
        return torch.zeros(())

    @staticmethod
    def backward(context, gradient):
        return gradient * math.nan


def train(model, work_dir, *, epochs=3, steps=20, hooks=(), checkpoint=None):
    runner = Runner(
        model,
        work_dir=str(work_dir),
        train_dataloader=torch.utils.data.DataLoader(
            [torch.ones(1)] * steps, collate_fn=lambda batch: {'inputs': batch}
        ),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.125)),
        default_hooks=dict(
            checkpoint={
                'type': 'CheckpointHook',
                'interval': 1,
                'max_keep_ckpts': 1,
                **(checkpoint or {}),
            }
        ),
        custom_hooks=[FiniteTrainingHook(), *hooks],
        default_scope='mmengine',
        experiment_name=work_dir.name,
    )
    runner.train()
    return runner


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_the_step_the_loss_and_the_rate_are_named_and_the_last_checkpoint_is_finite(
    tmp_path, value
):
    with pytest.raises(InputError, match='step 27: loss_b is not finite, at learning rate 0.125;'):
        train(Toy('loss', 27, value), tmp_path)
    assert [path.name for path in tmp_path.glob('*.pth')] == ['epoch_1.pth']


@pytest.mark.parametrize(
    ('wrong', 'name'), [('weight', 'layer.weight'), ('buffer', 'mean')], ids=['weight', 'buffer']
)
@pytest.mark.parametrize('step', [25, 40])
def test_weights_and_buffers_that_go_wrong_with_finite_losses_are_found(
    tmp_path, wrong, name, step
):
    """In the last step of an epoch no loss has seen them yet."""
    with pytest.raises(InputError) as caught:
        train(Toy(wrong, step), tmp_path, epochs=2)
    named = 'loss_a' if (wrong, step) == ('weight', 25) else name
    assert f': {named} is not finite, at learning rate 0.125' in str(caught.value)
    assert [path.name for path in tmp_path.glob('*.pth')] == ['epoch_1.pth']


def test_a_long_epoch_is_ended_within_50_steps(tmp_path):
    model = Toy('loss', 120)
    with pytest.raises(InputError, match='step 120: loss_b'):
        train(model, tmp_path, epochs=1, steps=1000)
    assert 120 <= model.steps <= 170


def test_checkpoints_by_step_are_looked_at_too(tmp_path):
    with pytest.raises(InputError, match='step 15: loss_b'):
        train(
            Toy('loss', 15),
            tmp_path,
            epochs=1,
            steps=60,
            checkpoint=dict(by_epoch=False, interval=7),
        )
    assert [path.name for path in tmp_path.glob('*.pth')] == ['iter_14.pth']


def test_a_finite_training_ends_with_its_checkpoint(tmp_path):
    runner = train(Toy(), tmp_path, hooks=[EMAHook()])
    assert runner.iter == 60 and (tmp_path / 'epoch_3.pth').is_file()


def test_nothing_non_finite_is_saved_whoever_asks(tmp_path):
    runner = train(Toy(), tmp_path, epochs=1)
    runner.optim_wrapper.optimizer.param_groups[0]['momentum'] = math.inf
    with pytest.raises(InputError, match=r'optimizer\.param_groups\.0\.momentum is not finite'):
        runner.save_checkpoint(str(tmp_path), 'other.pth')
    assert not (tmp_path / 'other.pth').exists()


def test_the_steps_between_two_looks_wait_for_no_device(monkeypatch):
    model = nn.Linear(1, 1)
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    runner = SimpleNamespace(model=model, optim_wrapper=wrapper, hooks=[], iter=0)
    hook = FiniteTrainingHook(interval=50)
    waits = []
    for name in ('item', 'tolist', '__bool__', '__float__', '__int__', 'cpu', 'numpy'):
        real = getattr(torch.Tensor, name)
        monkeypatch.setattr(
            torch.Tensor, name, lambda self, *a, real=real: waits.append(1) or real(self, *a)
        )
    for runner.iter in range(49):
        hook.after_train_iter(runner, runner.iter, None, {'loss': torch.ones(())})
    assert not waits
    runner.iter = 49
    hook.after_train_iter(runner, 49, None, {'loss': torch.ones(())})
    assert waits


def mixed_precision(bad_steps):
    """50 steps, of which some have an infinite gradient."""
    model = nn.Linear(1, 1)
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    wrapper.loss_scaler, wrapper._scale_update_param = torch.amp.GradScaler('cpu'), None
    runner = SimpleNamespace(model=model, optim_wrapper=wrapper, hooks=[], iter=0)
    hook = FiniteTrainingHook()
    hook.before_train(runner)
    for runner.iter in range(50):
        wrapper.optimizer.zero_grad()
        loss = model(torch.ones(1)).sum()
        wrapper.loss_scaler.scale(loss).backward()
        if runner.iter in bad_steps:
            model.weight.grad.fill_(math.inf)
        wrapper.loss_scaler.step(wrapper.optimizer)
        wrapper.loss_scaler.update()
        hook.after_train_iter(runner, runner.iter, None, {'loss': loss})


def test_steps_that_mixed_precision_skips_are_no_error_unless_all_are():
    mixed_precision({0, 1, 2, 20})
    with pytest.raises(InputError, match='steps 1 to 50: the gradient is not finite in any'):
        mixed_precision(set(range(50)))
