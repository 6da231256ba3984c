import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from torch import nn

from par_plugins.apis import build_runner, train_in_mixed_precision
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from tests.tools.toy_run import toy_config


def plain_config():
    return Config(dict(optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1))))


@pytest.mark.parametrize(
    ('gpu', 'native', 'wrapper'),
    [
        (False, False, 'BFloat16OptimWrapper'),
        (True, True, 'BFloat16OptimWrapper'),
        (True, False, 'AmpOptimWrapper'),  # it would emulate bfloat16
    ],
)
def test_bfloat16_wherever_the_device_computes_in_it(monkeypatch, gpu, native, wrapper):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: gpu)
    monkeypatch.setattr(
        torch.cuda,
        'is_bf16_supported',
        lambda including_emulation=True: including_emulation or native,
    )
    cfg = plain_config()
    train_in_mixed_precision(cfg)
    assert cfg.optim_wrapper.type == wrapper
    assert cfg.optim_wrapper.get('loss_scale') == ('dynamic' if gpu and not native else None)


def test_a_run_on_the_cpu_computes_in_bfloat16_and_channels_last_and_saves_as_ever(
    toy_root, tmp_path, monkeypatch
):
    cfg = toy_config(toy_root, tmp_path, **{'train_cfg.max_epochs': 1})
    train_in_mixed_precision(cfg)
    runner = build_runner(cfg)
    seen = []
    convolution = next(m for m in runner.model.modules() if isinstance(m, nn.Conv2d))

    def note(module, inputs, output):
        layout = module.weight.is_contiguous(memory_format=torch.channels_last)
        seen.append((output.dtype, layout, output.is_contiguous(memory_format=torch.channels_last)))

    with convolution.register_forward_hook(note):
        monkeypatch.setattr(runner, '_val_loop', None)  # scores are float32, see below
        runner.train()
    assert set(seen) == {(torch.bfloat16, True, True)}
    assert isinstance(runner.optim_wrapper, OptimWrapper)
    weights = load_checkpoint_file(str(next(tmp_path.glob('epoch_*.pth'))))['state_dict']
    assert all(value.is_contiguous() for value in weights.values())
    assert {v.dtype for v in weights.values() if v.is_floating_point()} == {torch.float32}
    plain = build_runner(toy_config(toy_root, tmp_path / 'plain')).model.state_dict()
    assert {k: v.shape for k, v in weights.items()} == {k: v.shape for k, v in plain.items()}
