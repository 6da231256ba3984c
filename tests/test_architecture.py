"""Who may import whom, read off the source."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'par_plugins'
MODULES = sorted(PACKAGE.rglob('*.py'))
RUNTIME = sorted((PACKAGE.parent / 'par_runtime').rglob('*.py'))
WITHOUT_TORCH = {'numpy', 'cv2', 'onnxruntime', 'par_runtime'}
PURE = {'torch', 'numpy', 'scipy'}
# numba is slow to import and compiles at run time: loops that array code cannot do as fast, alone.
COMPILED = {PACKAGE / 'evaluation/functional/count_nearer.py'}
SISTERS = ('datasets', 'models', 'evaluation')
BELOW = {'structures', *SISTERS}
ENGINE = {*BELOW, 'engine', 'visualization'}
MAY_IMPORT = {
    'structures': set(),
    **{sister: {'structures'} for sister in SISTERS},
    'visualization': BELOW,
    'engine': {*BELOW, 'visualization'},  # hooks draw what they have counted
    'inference': ENGINE,
    'search': {*ENGINE, 'inference'},
    'deployment': {*ENGINE, 'inference'},
    'apis': ENGINE,
    'web': {*ENGINE, 'inference', 'search'},
    'testing': {*ENGINE, 'apis', 'inference', 'search', 'deployment', 'web'},
}
"""By room the others that it may import; a room is added with its first file."""

CHAMBERS = {'attributes', 'reid', 'small_images', 'files', 'samplers', 'transforms'}


def imports(path):
    """Dotted names of everything a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
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
    rooms = {path.relative_to(PACKAGE).parts[0] for path in MODULES} - {'__init__.py'}
    assert {*ENGINE, 'apis', 'testing'} <= rooms <= set(MAY_IMPORT)
    assert len(MODULES) > 30
    for room in rooms:
        assert any(path.stat().st_size for path in modules_in(room)), room
    chambers = {path.parent.name for path in modules_in('datasets')} - {'datasets'}
    assert chambers == CHAMBERS


@pytest.mark.parametrize('room', ['structures', 'evaluation/functional'])
def test_pure_rooms_import_torch_numpy_scipy_and_the_standard_library_only(room):
    for path in modules_in(room):
        for name in imports(path):
            top = name.split('.')[0]
            allowed = top in PURE or top in sys.stdlib_module_names
            allowed |= top == 'numba' and path in COMPILED
            own = name.startswith(
                ('par_plugins.structures', 'par_plugins.evaluation.functional', 'par_runtime')
            )
            assert allowed or own, f'{path} imports {name}'


def test_the_runtime_needs_neither_torch_nor_openmmlab_nor_the_plugin():
    assert len(RUNTIME) > 3
    for path in RUNTIME:
        for name in imports(path):
            top = name.split('.')[0]
            assert top in WITHOUT_TORCH | set(sys.stdlib_module_names), f'{path} imports {name}'


def test_what_few_use_and_is_slow_to_import_is_imported_when_it_is_used():
    slow = {'matplotlib', 'sklearn', 'scipy.linalg', 'scipy.io', 'numba'}
    command = 'import sys, par_plugins; print("modules:", *sys.modules)'
    done = subprocess.run([sys.executable, '-c', command], capture_output=True, text=True)
    loaded = set(done.stdout.rpartition('modules:')[2].split())
    assert 'par_plugins.models' in loaded, done.stderr
    assert not slow & loaded


def test_compiled_loops_are_imported_by_the_functions_that_call_them_only():
    for path in COMPILED:
        assert 'numba' in {name.split('.')[0] for name in imports(path)}
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding='utf-8')).body:
            if isinstance(node, ast.ImportFrom) and path not in COMPILED:
                assert not any(node.module.endswith(f'.{file.stem}') for file in COMPILED), path


@pytest.mark.parametrize('room', MAY_IMPORT)
def test_a_room_imports_those_that_it_may_only(room):
    for path in modules_in(room):
        for name in imports(path):
            assert room_of(name) in {None, room, *MAY_IMPORT[room]}, f'{path} imports {name}'


@pytest.mark.parametrize('chamber', sorted(CHAMBERS - {'samplers'}))
def test_no_dataset_knows_a_sampler(chamber):
    for path in modules_in(f'datasets/{chamber}'):
        assert not any('datasets.samplers' in name for name in imports(path)), path


def test_the_package_knows_no_projects_configs_tools_or_tests():
    outside = {'projects', 'configs', 'tools', 'tests'}
    for path in MODULES:
        for name in imports(path):
            assert name.split('.')[0] not in outside, path
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            is_path = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            joined = getattr(node.right, 'value', None) if is_path else None
            named = str(joined).split('/')[0] in outside
            assert not named, f'{path}:{node.lineno}'


def test_studies_and_projects_are_imported_by_projects_alone():
    root = PACKAGE.parent
    for path in [*(root / 'tools').rglob('*.py'), *(root / 'tests').rglob('*.py')]:
        assert not any(name.split('.')[0] == 'projects' for name in imports(path)), path


def test_hooks_import_no_loss_class():
    for path in modules_in('engine'):
        assert not any('par_plugins.models' in name for name in imports(path)), path


def is_text_call(call):
    """Whether a call reads or writes a text file, by the names of functions that do."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, 'id', '')
    if name in {'read_text', 'write_text'}:
        return True
    if name != 'open':
        return False
    # The mode stands first after a path's own method, second after the built-in function.
    modes = call.args if isinstance(call.func, ast.Attribute) else call.args[1:]
    modes = [*modes[:1], *(k.value for k in call.keywords if k.arg == 'mode')]
    return not any('b' in str(getattr(mode, 'value', 'b')) for mode in modes)


@pytest.mark.parametrize('room', ['par_plugins', 'tools', 'projects', 'tests', 'configs'])
def test_text_is_utf_8_whatever_the_locale(room):
    """ruff's PLW1514 sees only the paths whose type it can tell."""
    calls = [
        (path, call)
        for path in sorted((PACKAGE.parent / room).rglob('*.py'))
        for call in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
        if isinstance(call, ast.Call) and is_text_call(call)
    ]
    assert len(calls) > 3 or room == 'configs'
    for path, call in calls:
        assert 'encoding' in {keyword.arg for keyword in call.keywords}, f'{path}:{call.lineno}'


def test_there_is_no_room_for_leftovers():
    root = PACKAGE.parent
    rooms = ['par_plugins', 'par_runtime', 'projects', 'tools', 'tests']
    files = [path.relative_to(root) for room in rooms for path in (root / room).rglob('*.py')]
    assert len(files) > 300
    assert not [path for path in files if {'utils', 'common'} & {*path.parts, path.stem}]
