"""Fixtures of the whole suite."""

import gc
import os
import signal
from functools import cache

# The cores are shared by processes, pytest's own and those that tests start: a thread for each.
os.environ['OMP_NUM_THREADS'] = '1'

import pytest
import torch
from mmengine.registry import DefaultScope

from par_plugins.testing.write_tiny_benchmark import write_tiny_benchmark


@pytest.fixture(scope='session')
def tiny_root(tmp_path_factory):
    """The folder of a tiny toy benchmark for a dataset; each is written once."""

    @cache
    def root_of(dataset, ann_file=None):
        root = tmp_path_factory.mktemp(dataset)
        write_tiny_benchmark(root, dataset, ann_file)
        return root

    return root_of


@pytest.fixture(scope='session')
def toy_root(tiny_root):
    """A toy benchmark in PA-100K's layout: 24 training, 9 validation, 11 test images."""
    return tiny_root('PA100K')


@pytest.fixture(scope='session', autouse=True)
def imports_out_of_the_collectors_way():
    """A dataset runs the garbage collector, which would walk through all of PyTorch each time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope='session', autouse=True)
def configs_written_without_yapf():
    """A runner formats its config five times, which takes longer than a tiny network's training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True))
        yield


@pytest.fixture(scope='session', autouse=True)
def data_loaders_end_soon():
    """One that the garbage collector ends cannot tell its workers, and waits 5 s for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('torch.utils.data._utils.MP_STATUS_CHECK_INTERVAL', 0.2)
        yield


@pytest.fixture(autouse=True)
def no_scope_left_behind():
    """A runner makes its scope everybody's default; forget it, so that no test leans on another."""
    yield
    DefaultScope._instance_dict.clear()


@pytest.fixture
def interrupts_reach_children():
    """A shell's background job ignores interrupts, and what it starts would ignore them too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_collection_modifyitems(items):
    """Skip what needs a GPU where there is none."""
    if not torch.cuda.is_available():
        for item in items:
            if 'gpu' in item.keywords:
                item.add_marker(pytest.mark.skip(reason='needs a CUDA device'))
