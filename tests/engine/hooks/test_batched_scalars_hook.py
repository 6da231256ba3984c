import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tests.engine.hooks.tiny_run import tiny_runner

STEPS, EPOCHS = 4, 4  # of the tiny run: 12 numbers in batches of 3


class ReadCounter(TorchDispatchMode):
    """Counts what the host waits for: values of tensors that it asks for."""

    def __init__(self):
        super().__init__()
        self.reads = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.reads += func.overloadpacket.__name__ == '_local_scalar_dense'
        return func(*args, **(kwargs or {}))


def logged(tmp_path, kind, interval):
    hooks = dict(
        runtime_info=dict(type=kind),
        logger=dict(type='LoggerHook', interval=interval),
        checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=1),
    )
    runner = tiny_runner(tmp_path / f'{kind}{interval}', default_hooks=hooks)
    runner.train()
    buffer = runner.message_hub.get_scalar('train/loss')
    saved = torch.load(next((tmp_path / f'{kind}{interval}').glob('epoch_*')), weights_only=False)
    history = saved['message_hub']['log_scalars']['train/loss'].data
    return buffer.data, history, [line for line in runner.model.shown]


@pytest.mark.parametrize('interval', [1, 3, 50])
def test_the_history_is_the_one_that_upstream_reads_step_by_step(tmp_path, interval):
    ours = logged(tmp_path, 'BatchedScalarsHook', interval)
    theirs = logged(tmp_path, 'RuntimeInfoHook', interval)
    for one, other in zip(ours[:2], theirs[:2], strict=True):
        assert len(one[0]) == STEPS * EPOCHS
        for mine, upstreams in zip(one, other, strict=True):
            assert mine.tolist() == upstreams.tolist()
    assert ours[2] == theirs[2]


@pytest.mark.parametrize(('kind', 'reads'), [('BatchedScalarsHook', 0), ('RuntimeInfoHook', 1)])
def test_between_two_logs_the_host_waits_for_nothing(tmp_path, kind, reads):
    hooks = dict(runtime_info=dict(type=kind), logger=dict(type='LoggerHook', interval=50))
    runner = tiny_runner(tmp_path, default_hooks={**hooks, 'checkpoint': None})
    found = []

    class Watch(type(runner.model)):
        def train_step(self, data, optim_wrapper):
            self.counter = ReadCounter()
            self.counter.__enter__()
            return super().train_step(data, optim_wrapper)

    def leave(*_, **__):
        runner.model.counter.__exit__(None, None, None)
        found.append(runner.model.counter.reads)

    runner.model.__class__ = Watch
    runner.hooks[-1].after_train_iter = leave  # after the hooks that log
    runner.train()
    # The last step of an epoch is logged.
    assert [n for step, n in enumerate(found) if (step + 1) % STEPS] == [reads] * 3 * EPOCHS
