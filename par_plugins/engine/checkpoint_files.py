"""Checkpoints are data: reading one runs no code, wherever the plug-in is imported."""

import codecs
import contextlib
import functools
import hashlib
import os
import re
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlparse

import mmengine.runner.checkpoint as upstream
import numpy as np
import torch
from mmengine.dist import barrier, is_main_process
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from mmengine.utils import digit_version
from numpy._core import multiarray

from par_plugins.structures import Attribute, AttributeSchema, InputError

ZIPPED = b'PK\x03\x04'
"""What torch takes a file that begins so for, whatever follows."""
HASH_IN_NAME = re.compile(r'-(?!20\d{6}\.)([0-9a-f]{8,64})\.\w+$')
"""The first digits of a file's SHA-256 in its name, as torch.hub has it; not a date."""


def _method_of_history(owner: Any, name: str) -> Any:
    """Stand for ``getattr``, which the pickled methods of a :class:`HistoryBuffer` ask for."""
    if owner is not HistoryBuffer or name.startswith('_'):
        raise InputError(f'attribute {name!r} of {owner!r} is asked for')
    return getattr(owner, name)


def _stand_in(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Have ``function`` called where a pickle says ``name``; torch 2.4 goes by these fields."""

    def stand_in(*args: Any) -> Any:
        return function(*args)

    stand_in.__module__, _, stand_in.__name__ = name.rpartition('.')
    stand_in.__qualname__ = stand_in.__name__
    return stand_in


# What mmengine's own checkpoints hold beside tensors: its history of logged scalars.
PLAIN_CLASSES = [
    HistoryBuffer,
    Attribute,  # of runs without SchemaHook, which stores a schema as a plain dict
    AttributeSchema,
    _stand_in('builtins.getattr', _method_of_history),
    np.ndarray,
    np.dtype,
    *(type(np.dtype(kind)) for kind in (np.float64, np.int64, np.uint32)),
    # Checkpoints of NumPy 1 are read with NumPy 2 and the other way round.
    *(
        _stand_in(f'numpy.{core}.multiarray.{name}', getattr(multiarray, name))
        for core in ('core', '_core')
        for name in ('_reconstruct', 'scalar')
    ),
    codecs.encode,  # bytes; allowed by torch itself from 2.5 on
]


def load_checkpoint_file(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Read a local checkpoint that holds weights and plain data only.

    Args:
        filename: A file that ``torch.save`` wrote.
        map_location: See :func:`torch.load`.

    Returns:
        A checkpoint, or the weights alone by name.

    Raises:
        InputError: If there is no such file, it is broken, it holds anything that could run
            code, it would grow in memory beyond its size, or it is no checkpoint.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise InputError(f'{filename}: no such checkpoint')
    return _read(path, map_location, name=filename)


def load_checkpoint_url(url: str, map_location: Any = None) -> dict[str, Any]:
    """Read a checkpoint from ``http`` or ``https``, held to the hash in its name.

    ``NAME-<first digits of the SHA-256>.pth`` is kept in and taken from torch.hub's folder. Nothing
    says whether a file of another name is that of another address: it is fetched every time.

    Args:
        url: The address.
        map_location: See :func:`torch.load`.

    Raises:
        InputError: If it cannot be fetched, it is not the file of that hash, or see
            :func:`load_checkpoint_file`.
    """
    name = Path(urlparse(url).path).name
    if HASH_IN_NAME.search(name) is None:
        with tempfile.TemporaryDirectory() as folder:
            fetched = Path(folder, 'checkpoint')
            _fetch(url, fetched, None, 'download it in another way')
            return _read(fetched, map_location, name=url)
    return _read(fetch_checkpoint(url), map_location, name=url)


def fetch_checkpoint(url: str, sha256: str | None = None) -> Path:
    """Fetch a file from ``http`` or ``https`` into torch.hub's folder, unless it is there.

    Args:
        url: The address, of a file with the first digits of its SHA-256 in its name.
        sha256: The whole hash, where it is known from elsewhere.

    Returns:
        Where it is kept.

    Raises:
        InputError: If the name has no hash, it cannot be fetched, or it is another file.
    """
    name = Path(urlparse(url).path).name
    in_name = HASH_IN_NAME.search(name)
    if in_name is None and sha256 is None:
        raise InputError(f'{url}: has no hash in its name that it could be held to')
    digits = sha256 or (in_name[1] if in_name else '')
    kept = Path(torch.hub.get_dir(), 'checkpoints', name)
    try:
        if is_main_process():
            _fetch_once(url, kept, digits)
    finally:
        barrier()
    _fetch_once(url, kept, digits)  # where the other processes do not share the folder
    return kept


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def _fetch_once(url: str, kept: Path, digits: str) -> None:
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, kept, digits, f'put the file at {kept}')
    digest = sha256_of(kept)
    if not digest.startswith(digits):
        raise InputError(
            f'{kept}: its SHA-256 begins with {digest[: len(digits)]}, not with {digits} as its '
            f'name says: remove it, and {url} is fetched anew'
        )


def _fetch(url: str, target: Path, digits: str | None, remedy: str) -> None:
    try:
        torch.hub.download_url_to_file(url, str(target), hash_prefix=digits, progress=False)
    except Exception as error:  # of the network, of HTTP, of the disk, or of the hash
        raise InputError(
            f'{url} cannot be fetched ({_reason(error)}): {remedy}, or name another, such as '
            '--cfg-options model.backbone.init_cfg.checkpoint=FILE'
        ) from error


def _read(file: Path | IO[bytes], map_location: Any, *, name: str) -> dict[str, Any]:
    # At every load: mmengine's own loader takes some of them off the list when it is done.
    torch.serialization.add_safe_globals(PLAIN_CLASSES)
    try:
        if isinstance(file, Path):
            _refuse_inflated(file)
        content = torch.load(file, map_location=map_location, weights_only=True)
    except Exception as error:  # torch, pickle and zipfile raise whatever the bytes lead them to
        raise InputError(
            f'{name}: not a whole checkpoint of weights and plain data ({_reason(error)})'
        ) from error
    return _checkpoint_of(content, name)


def _reason(error: Exception) -> str:
    text = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
    if text.startswith(
        'Weights only load failed'
    ):  # torch goes on with how to load it all the same
        text = 'its pickle asks for more'
    return f'{type(error).__name__}: {text.splitlines()[0] if text else "no reason given"}'


def _refuse_inflated(path: Path) -> None:
    """Refuse an archive whose records are larger than it is: ``torch.save`` compresses nothing."""
    with path.open('rb') as file:
        if file.read(4) != ZIPPED:
            return
    with zipfile.ZipFile(path) as archive:
        declared = sum(record.file_size for record in archive.infolist())
    if declared > path.stat().st_size:
        raise InputError(f'its {path.stat().st_size} bytes would grow to {declared}')


def _checkpoint_of(content: Any, name: str) -> dict[str, Any]:
    """The content, if it has the form of a checkpoint, without the config that mmengine would run.

    Resuming executes ``meta['config']`` as Python.
    """
    if not isinstance(content, dict):
        raise InputError(f'{name}: no checkpoint, but something of type {type(content).__name__}')
    weights = content.get('state_dict', content)
    require_kind(name, 'state_dict', weights, dict)
    require_kind(name, 'meta', content.get('meta', {}), dict)
    require_kind(name, 'meta.dataset_meta', content.get('meta', {}).get('dataset_meta') or {}, dict)
    if not all(isinstance(key, str) for key in weights):
        raise InputError(f'{name}: the names in its state_dict are not text')
    content.get('meta', {}).pop('config', None)
    return content


def require_kind(name: str, entry: str, value: Any, kind: type | tuple[type, ...]) -> None:
    """Hold an entry of a checkpoint to its kind.

    Args:
        name: Of the checkpoint.
        entry: Of it, for the message.
        value: Of the entry.
        kind: What it must be.

    Raises:
        InputError: If it is of another.
    """
    if not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = ' or '.join(each.__name__ for each in kinds)
        raise InputError(f'{name}: its {entry} is of type {type(value).__name__}, not {wanted}')


def _in_one_sentence(loader: Callable[..., Any]) -> Callable[..., Any]:
    """What upstream's loader of a scheme does, and where it fails, an :class:`InputError`."""

    @functools.wraps(loader)
    def load(filename: str, map_location: Any = None, **options: Any) -> dict[str, Any]:
        try:
            content = loader(filename, map_location=map_location, **options)
        except InputError:
            raise
        except Exception as error:  # a client that is not installed, a name that nobody knows, ...
            raise InputError(f'{filename}: cannot be loaded ({_reason(error)})') from error
        return _checkpoint_of(content, filename)

    return load


def _safe_torch_load(file: Any, map_location: Any = None, **options: Any) -> dict[str, Any]:
    """What upstream's loaders call for what they have fetched."""
    if isinstance(file, str | Path):
        return load_checkpoint_file(str(file), map_location)
    return _read(file, map_location, name='what was fetched')


def _refusing_what_old_torch_runs(load: Callable[..., Any]) -> Callable[..., Any]:
    """Before torch 2.6 two formats went past ``weights_only`` (CVE-2025-32434): refuse them."""

    @functools.wraps(load)
    def safe(f: Any, *args: Any, **options: Any) -> Any:
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(open(f, 'rb')) if isinstance(f, str | os.PathLike) else f
            start = file.tell()
            zipped = file.read(4) == ZIPPED
            file.seek(start)
            if zipped:
                with zipfile.ZipFile(file) as archive:
                    names = {Path(name).name for name in archive.namelist()}
                if 'constants.pkl' in names:
                    raise RuntimeError('it is a TorchScript archive')
            elif tarfile.is_tarfile(file):
                raise RuntimeError('it is a tar archive')
            file.seek(start)
        return load(f, *args, **options)

    return safe


def close_unsafe_ways() -> None:
    """Let nothing in this process run code from a checkpoint, whoever reads it.

    mmengine tries to load weights and plain data only, but on a file that needs more it falls
    back to an unrestricted unpickle. From here on its loaders of every scheme are ours or go
    through ours, and every other ``torch.load`` of the process is held to weights only.
    """
    os.environ['TORCH_FORCE_WEIGHTS_ONLY_LOAD'] = '1'
    torch.serialization.add_safe_globals(PLAIN_CLASSES)
    if digit_version(torch.__version__) < digit_version('2.6'):
        torch.load = torch.serialization.load = _refusing_what_old_torch_runs(torch.load)
    for prefix, loader in list(CheckpointLoader._schemes.items()):
        CheckpointLoader.register_scheme(prefix, _in_one_sentence(loader), force=True)
    for prefixes, backend in (
        ('', load_checkpoint_file),
        (('http://', 'https://'), load_checkpoint_url),
    ):
        CheckpointLoader.register_scheme(prefixes, backend, force=True)
    upstream.load_from_http = load_checkpoint_url  # what names of models stand for
    upstream._safe_torch_load = _safe_torch_load


close_unsafe_ways()
