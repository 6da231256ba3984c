"""Fixtures of the whole suite."""

import pytest
import torch
from mmengine.registry import DefaultScope

from par_plugins.testing import write_pa100k


@pytest.fixture(scope='session')
def toy_root(tmp_path_factory):
    """A toy benchmark in PA-100K's layout: 24 training, 9 validation, 11 test images."""
    root = tmp_path_factory.mktemp('toy')
    write_pa100k(root, num_train=24, num_val=9, num_test=11, image_size=(64, 32))
    return root


@pytest.fixture(autouse=True)
def no_scope_left_behind():
    """A runner makes its scope everybody's default; forget it, so that no test leans on another."""
    yield
    DefaultScope._instance_dict.clear()


def pytest_collection_modifyitems(items):
    """Skip what needs a GPU where there is none."""
    if not torch.cuda.is_available():
        for item in items:
            if 'gpu' in item.keywords:
                item.add_marker(pytest.mark.skip(reason='needs a CUDA device'))
