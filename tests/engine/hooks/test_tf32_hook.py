"""Which precision products have, read from torch's flags: no GPU is needed to see them."""

import pytest
import torch

from par_plugins.engine.hooks import TF32Hook


def flags():
    return torch.get_float32_matmul_precision() != 'highest', torch.backends.cudnn.allow_tf32


@pytest.fixture
def flags_restored():
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision('highest')
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


@pytest.mark.parametrize('has_gpu', [True, False])
def test_a_gpu_trains_in_tf32_and_scores_without_it(monkeypatch, flags_restored, has_gpu):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: has_gpu)
    before = flags()
    hook, seen = TF32Hook(), []
    for stage in (
        'before_train', 'before_val_epoch', 'after_val_epoch', 'before_val_epoch',
        'after_val_epoch', 'after_train', 'before_val_epoch', 'after_val_epoch',
        'before_test_epoch',
    ):  # fmt: skip
        getattr(hook, stage)(None)
        seen.append(flags())
    on, off = ((True, True), (False, False)) if has_gpu else (before, before)
    assert seen == [on, off, on, off, on, off, off, off, off]
