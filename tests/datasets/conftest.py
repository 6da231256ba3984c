"""Datasets are built by the hundred here."""

import gc

import pytest


@pytest.fixture(scope='session', autouse=True)
def imports_out_of_the_collectors_way():
    """A dataset runs the garbage collector, which would walk through all of PyTorch each time."""
    gc.freeze()
    yield
    gc.unfreeze()
