import pytest
import torch
from mmengine.config import Config

from par_plugins.apis.gpu_defaults import FUSED, LOADERS, take_gpu_defaults


def config(**loader):
    optimizer = dict(type='SGD', lr=0.1)
    return Config(
        dict(
            **{name: dict(num_workers=2, **loader) for name in LOADERS},
            optim_wrapper=dict(optimizer=optimizer),
        )
    )


def test_without_a_gpu_nothing_changes(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    cfg = config()
    take_gpu_defaults(cfg)
    assert cfg.to_dict() == config().to_dict()


def test_with_a_gpu_batches_are_pinned_workers_live_on_and_steps_are_fused(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    cfg = config()
    take_gpu_defaults(cfg)
    for name in LOADERS:
        assert cfg[name].pin_memory and cfg[name].persistent_workers
    assert cfg.optim_wrapper.optimizer.fused


def test_what_the_config_says_stays_and_no_worker_lives_on_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    cfg = config(pin_memory=False)
    cfg.train_dataloader.num_workers = 0
    cfg.optim_wrapper.optimizer = dict(type='LARS', lr=0.1)
    take_gpu_defaults(cfg)
    assert not cfg.train_dataloader.pin_memory
    assert 'persistent_workers' not in cfg.train_dataloader  # torch refuses it without workers
    assert 'fused' not in cfg.optim_wrapper.optimizer
    take_gpu_defaults(Config(dict(model=dict())))


@pytest.mark.parametrize('name', FUSED)
def test_the_optimisers_take_the_argument(name):
    parameters = [torch.nn.Parameter(torch.ones(2))]
    optimizer = getattr(torch.optim, name)(parameters, lr=0.1, fused=True)
    parameters[0].sum().backward()
    optimizer.step()
    assert (parameters[0] < 1).all()
