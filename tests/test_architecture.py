"""Who may import whom, read off the source."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'par_plugins'
MODULES = sorted(PACKAGE.rglob('*.py'))
PURE = {'torch', 'numpy', 'scipy'}
# numba is slow to import and compiles at run time: loops that array code cannot do as fast, alone.
COMPILED = {PACKAGE / 'evaluation/functional/count_nearer.py'}
SISTERS = {'datasets', 'models', 'evaluation'}
ROOMS = {'structures', *SISTERS, 'engine', 'inference', 'apis', 'visualization', 'testing'}


def imports(path):
    """Dotted names of everything a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: relative import'
            yield node.module
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def room_of(name):
    parts = name.split('.')
    return parts[1] if parts[0] == 'par_plugins' and len(parts) > 1 else None


def modules_in(room):
    return [path for path in MODULES if path.is_relative_to(PACKAGE / room)]


def test_every_room_of_the_house_is_known_and_every_known_room_has_code():
    found = {path.relative_to(PACKAGE).parts[0] for path in MODULES} - {'__init__.py'}
    assert found == ROOMS
    assert len(MODULES) > 30
    for room in ROOMS:
        assert any(path.stat().st_size for path in modules_in(room)), room


@pytest.mark.parametrize('room', ['structures', 'evaluation/functional'])
def test_pure_rooms_import_torch_numpy_scipy_and_the_standard_library_only(room):
    import sys

    for path in modules_in(room):
        for name in imports(path):
            top = name.split('.')[0]
            allowed = top in PURE or top in sys.stdlib_module_names
            allowed |= top == 'numba' and path in COMPILED
            own = name.startswith(('par_plugins.structures', 'par_plugins.evaluation.functional'))
            assert allowed or own, f'{path} imports {name}'


def test_compiled_loops_are_imported_by_the_functions_that_call_them_only():
    for path in COMPILED:
        assert 'numba' in {name.split('.')[0] for name in imports(path)}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and path not in COMPILED:
                assert not any(node.module.endswith(f'.{file.stem}') for file in COMPILED), path


@pytest.mark.parametrize('room', sorted(SISTERS))
def test_sisters_do_not_import_each_other(room):
    for path in modules_in(room):
        for name in imports(path):
            assert room_of(name) in {None, room, 'structures'}, f'{path} imports {name}'


@pytest.mark.parametrize('room', ['engine', 'inference', 'apis', 'visualization'])
def test_the_rooms_above_do_not_import_the_test_room(room):
    for path in modules_in(room):
        for name in imports(path):
            assert room_of(name) != 'testing', f'{path} imports {name}'


def test_inference_stands_beside_the_other_programs():
    for path in modules_in('inference'):
        for name in imports(path):
            assert room_of(name) not in {'apis', 'visualization'}, f'{path} imports {name}'


def test_structures_import_no_other_room():
    for path in modules_in('structures'):
        for name in imports(path):
            assert room_of(name) in {None, 'structures'}, f'{path} imports {name}'


def test_the_package_knows_no_projects_configs_tools_or_tests():
    for path in MODULES:
        for name in imports(path):
            assert name.split('.')[0] not in {'projects', 'configs', 'tools', 'tests'}, path


def test_hooks_import_no_loss_class():
    for path in modules_in('engine'):
        assert not any('par_plugins.models' in name for name in imports(path)), path


def test_there_is_no_room_for_leftovers():
    assert not [p for p in MODULES if {'utils', 'common'} & {*p.parts, p.stem}]
