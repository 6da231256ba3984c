"""What a training run left behind, without anything of its machine."""

import json
import platform
import re
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

PROGRESS = re.compile(r' - (?:Epoch|Iter)\((?:train|val|test)\) ')
"""Lines of mmengine's log with numbers; others show the system, paths and the config."""
TIMESTAMP = '[0-9]' * 8 + '_' + '[0-9]' * 6
"""Pattern of the folders in which a run logs; each resumption has one of its own."""
PLUGIN = 'par-plugins'


def training_log(work_dir: Path) -> str:
    """Return the lines of a run's logs that hold its progress, oldest first.

    Args:
        work_dir: The run's.
    """
    lines = [
        line
        for path in sorted(work_dir.glob(f'{TIMESTAMP}/*.log'))
        for line in path.read_text(encoding='utf-8', errors='replace').splitlines()
        if PROGRESS.search(line)
    ]
    return ''.join(f'{line}\n' for line in lines)


def training_scalars(work_dir: Path) -> str:
    """Return the numbers that a run has logged, a JSON object a line, oldest first.

    Args:
        work_dir: The run's.
    """
    rows = []
    for path in sorted(work_dir.glob(f'{TIMESTAMP}/vis_data/scalars.json')):
        for line in path.read_text(encoding='utf-8', errors='replace').splitlines():
            with suppress(ValueError):  # a run that was killed left half of its last line
                rows.append(json.loads(line))
    numbers = [{k: v for k, v in row.items() if isinstance(v, int | float)} for row in rows]
    return ''.join(f'{json.dumps(row)}\n' for row in numbers if row)


def environment() -> dict[str, str]:
    """Return the versions of Python, of this package and of what it is built on."""
    versions = {'python': platform.python_version()}
    names = {
        match[0]
        for line in metadata.requires(PLUGIN) or []
        if (match := re.match(r'[\w.-]+', line))
    }
    for name in sorted({PLUGIN, 'opencv-python', 'opencv-python-headless', *names}):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # of an extra that is not installed
    return versions


def run_settings(meta: Any) -> dict[str, Any]:
    """Return what says how the weights came about, as far as its checkpoint tells.

    Args:
        meta: Of the checkpoint.
    """
    trained = meta.get('trained_with') or {}
    known = {
        'training pictures': trained.get('images'),
        'batch size': trained.get('batch size'),
        'epoch': meta.get('epoch'),
        'iterations': meta.get('iter'),
        'seed': meta.get('seed'),
    }
    return {name: value for name, value in known.items() if isinstance(value, int)}
