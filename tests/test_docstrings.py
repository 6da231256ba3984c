"""Docstrings: examples of the pure rooms are run, and what a function does begins with a verb."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

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


NO_VERBS = set(
    'a all an any as each every for from how in it no one some the these this what where whether '
    'which'.split()
)


def public_functions(folder):
    """Functions and methods with a docstring, properties and private ones left out."""
    for path in sorted(folder.rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if not isinstance(node, ast.FunctionDef) or node.name.startswith('_'):
                continue
            decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
            text = ast.get_docstring(node)
            if text and not decorators & {'property', 'cached_property'}:
                yield f'{path}:{node.lineno}', text.split()[0]


@pytest.mark.parametrize('room', ['datasets', 'evaluation', 'models'])
def test_what_a_function_does_begins_with_a_verb(room):
    first = dict(public_functions(Path(structures.__file__).parents[1] / room))
    assert len(first) > 50
    wrong = {
        function: word
        for function, word in first.items()
        if not word[0].isupper() or word.lower() in NO_VERBS
    }
    assert not wrong
