"""Examples in the docstrings of the pure rooms are true, and every public function has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from par_plugins import structures
from par_plugins.evaluation import functional

ROOMS = [structures, functional]
MODULES = [
    importlib.import_module(info.name)
    for room in ROOMS
    for info in pkgutil.iter_modules(room.__path__, f'{room.__name__}.')
]
PUBLIC = [
    pytest.param(getattr(room, name), id=name)
    for room in ROOMS
    for name in room.__all__
    if inspect.isfunction(getattr(room, name))
]


def test_the_rooms_have_public_functions():
    assert len(MODULES) > 20 and len(PUBLIC) > 15


@pytest.mark.parametrize('function', PUBLIC)
def test_a_public_function_has_an_example(function):
    assert doctest.DocTestFinder(recurse=False).find(function)[0].examples


@pytest.mark.parametrize('module', MODULES, ids=lambda module: module.__name__)
def test_examples_are_true(module):
    assert doctest.testmod(module).failed == 0
