"""A work directory holds one run, and one process group at a time."""

import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mmengine.config import Config

from par_plugins.apis.config_checks import RUNNER_KEYS
from par_plugins.engine.folder_lock import take_lock
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

RESOLVED, LOCK, SCORES = 'resolved_config.json', '.lock', 'test_scores.json'
REPORTED = re.compile(
    r'(work_dir|load_from|resume|launcher|experiment_name|log_level|visualizer|randomness'
    r'|log_processor|env_cfg|auto_scale_lr|param_scheduler)(\..*)?'
    r'|default_hooks\.(timer|logger|visualization)(\..*)?'
    r'|default_hooks\.checkpoint\.(interval|max_keep_ckpts|out_dir|save_begin|save_last)'
    r'|train_cfg\.(max_epochs|max_iters|val_interval|val_begin)'
    r'|\w+_dataloader\.(batch_size|num_workers|persistent_workers|pin_memory|prefetch_factor)'
    r'|\w+_dataloader\.(.*\.)?(data_root|ann_file|image_dir|data_prefix(\..*)?|root)'
)
"""Differences that leave a run what it is: how long and where it runs, and how it is watched."""


@contextmanager
def own_work_directory(cfg: Config, *, rank: int = 0, resume: bool = False) -> Iterator[None]:
    """Have the work directory of a training for oneself, and leave in it what config it is of.

    The lock ends with the process, however that ends. What a killed run has left half written is
    removed.

    Args:
        cfg: The config with all options in it; ``run_id`` is added, the name of this run and of
            all that go on with it.
        rank: Of the process; the first one alone does all this.
        resume: Whether the run goes on with what is there.

    Raises:
        InputError: If another process trains here, the directory holds a run of another config,
            or it cannot be written.
    """
    folder = Path(cfg.work_dir)
    if rank:
        if resume and (before := _read(folder / RESOLVED)):
            cfg.run_id = before.get('run_id')
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open('a+', encoding='utf-8')
    except OSError as error:
        raise InputError(f'{folder}: cannot be written ({error.strerror})') from error
    with lock:
        take_lock(lock, folder, 'trains there; wait for its end, or take another --work-dir')
        for part in folder.glob('.part-*'):
            if part.is_file() or part.is_symlink():
                part.unlink()
        before = _read(folder / RESOLVED)
        trained = any(folder.glob('*.pth')) or (folder / SCORES).exists()
        config = _as_json(cfg)
        if trained and before is None:
            print(f'{folder} has checkpoints, but not {RESOLVED}: whose they are is not known')
        elif trained and before is not None:
            _compare(folder, before.get('config', {}), config)
        known = before.get('run_id') if before else None
        cfg.run_id = known if resume and known else uuid.uuid4().hex
        with suppress(FileNotFoundError):  # it is not of the weights that this run will test
            os.replace(folder / SCORES, folder / f'earlier_{SCORES}')
        with written_aside(folder / RESOLVED) as part:
            text = json.dumps({'run_id': cfg.run_id, 'config': config}, indent=2)
            part.write_text(text + '\n', encoding='utf-8')
        yield


def subfolder_of_run(cfg: Config, name: str) -> None:
    """Leave the files of a training alone: where it has this work directory, use a folder in it.

    Args:
        cfg: The config, whose ``work_dir`` may be changed.
        name: Of the folder.
    """
    if (Path(cfg.work_dir) / RESOLVED).exists():
        cfg.work_dir = str(Path(cfg.work_dir) / name)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f'{path}: cannot be read ({error})') from error
    if not (isinstance(content, dict) and isinstance(content.get('config'), dict)):
        raise InputError(f'{path}: is not the config of a run')
    return content


def _as_json(cfg: Config) -> dict[str, Any]:
    """The part of a config that makes a run, as plain data."""
    content = {key: value for key, value in cfg.to_dict().items() if key in RUNNER_KEYS}
    text = json.dumps(content, default=lambda value: getattr(value, '__qualname__', str(value)))
    return dict(json.loads(text))


def _compare(folder: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse another run; say what differs in the same one."""
    old, new = _flat(before), _flat(now)
    differing = [key for key in (*new, *(old.keys() - new.keys())) if _differ(key, old, new)]
    said = []
    for key in differing:
        change = f'{key} {_short(old, key)} before, {_short(new, key)} now'
        if not REPORTED.fullmatch(key):
            raise InputError(
                f'{folder} holds a run of another config ({change}): take another --work-dir'
            )
        if not key.startswith(('work_dir', 'load_from', 'resume')):
            said.append(change)
    if said:
        print(f'{folder} holds a run that differs in: {"; ".join(said)}')


def _differ(key: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    absent = object()
    return bool(old.get(key, absent) != new.get(key, absent))


def _short(values: dict[str, Any], key: str) -> str:
    text = repr(values[key]) if key in values else 'absent'
    return text if len(text) <= 60 else f'{text[:57]}...'


def _flat(value: Any, path: str = '') -> dict[str, Any]:
    """The values of nested data by their dotted paths; what is empty is a value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    flat: dict[str, Any] = {}
    for key, inner in items:
        flat.update(_flat(inner, f'{path}.{key}' if path else str(key)))
    return flat or {path: value}
