"""The command ``par``: ``par train ...`` is what ``python tools/train.py ...`` is.

Reads no script but the one that is asked for, which imports what it needs when it has parsed.
"""

import ast
import importlib.util
import sys
from difflib import get_close_matches
from pathlib import Path

from par_runtime.installed_files import MIM

FOLDERS = ('.', 'dataset', 'analysis')
"""Of the tools, those that are commands."""
INTERRUPTED = 130
"""Exit status of a program that SIGINT has ended, as shells have it."""


def commands() -> dict[str, Path]:
    """Find the scripts of all commands, by their names."""
    paths = [path for folder in FOLDERS for path in sorted((MIM / 'tools' / folder).glob('*.py'))]
    return {path.stem.replace('_', '-'): path for path in paths}


def main() -> None:
    """Run the command that the first argument names."""
    scripts = commands()
    if not scripts:
        sys.exit(
            f'error: {MIM / "tools"} holds no scripts: par_plugins was built from a copy of its '
            'source without symbolic links'
        )
    name = sys.argv[1] if len(sys.argv) > 1 else '--help'
    if name in ('-h', '--help'):
        print(overview(scripts))
    elif name not in scripts:
        near = get_close_matches(name, scripts, n=1)
        hint = f'is {near[0]!r} meant?' if near else 'par --help lists them'
        sys.exit(f'error: par has no command {name!r}; {hint}')
    else:
        sys.argv[:2] = [f'par {name}']
        spec = importlib.util.spec_from_file_location(scripts[name].stem, scripts[name])
        assert spec is not None and spec.loader is not None  # it ends in .py
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        try:
            script.main()
        except ModuleNotFoundError as error:
            if importlib.util.find_spec('torch') is not None:
                raise
            sys.exit(f'error: par {name} needs {error.name}: pip install par-plugins brings it')
        except KeyboardInterrupt:  # while it still imports; a run says itself what it leaves
            print('interrupted', file=sys.stderr)
            sys.exit(INTERRUPTED)


def overview(scripts: dict[str, Path]) -> str:
    """List the commands with the first line that each says of itself."""
    lines = ['usage: par COMMAND ...; par COMMAND --help tells its options', '']
    for name, path in scripts.items():
        words = ast.get_docstring(ast.parse(path.read_text(encoding='utf-8'))) or ''
        lines.append(f'  {name:22}{" ".join(words.partition(chr(10) * 2)[0].split())}')
    return '\n'.join(lines)


if __name__ == '__main__':
    main()
