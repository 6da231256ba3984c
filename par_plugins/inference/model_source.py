"""What a model is named by: a config, a released folder, a name of the zoo."""

from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config

from par_plugins.engine.checkpoint_files import HASH_IN_NAME, fetch_checkpoint, sha256_of
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import InputError
from par_runtime.installed_files import MIM, leaf_path

INDEX = MIM / 'model-index.yml'


def find_model(model: str | Path, weights: str | Path | None) -> tuple[Config, str | None]:
    """Find the config and the checkpoint of a model.

    Args:
        model: A config's path; the name of a leaf; without weights also a folder that was released
            (``par release``), or the name of a leaf with released weights, which are fetched from
            the address in ``model-index.yml`` and kept in torch.hub's folder.
        weights: A checkpoint.

    Returns:
        The config, and the checkpoint's path, None where it is not known.

    Raises:
        InputError: If there is no such model, or its weights are not those that were released.
    """
    if Path(model).is_dir() and weights is None:
        return read_plain_config(Path(model, 'config.py')), str(released_weights(model))
    entry = index_entry(str(model)) if weights is None else None
    if entry is not None and entry.get('Weights'):
        metadata = entry.get('Metadata') or {}
        weights = fetch_checkpoint(entry['Weights'], metadata.get('SHA256'))
        return Config.fromfile(INDEX.parent / entry['Config']), str(weights)
    path = Path(leaf_path(str(model)))
    if not path.is_file():
        raise InputError(f'{model}: there is no such config or leaf')
    try:
        config = Config.fromfile(path)
    except Exception as error:  # a config is code, and its mistakes are of every kind
        reason = str(error).strip().splitlines() or [repr(error)]
        raise InputError(f'{model}: no config ({type(error).__name__}: {reason[0]})') from error
    return config, None if weights is None else str(weights)


def released_weights(folder: str | Path) -> Path:
    """Find the checkpoint of a released folder.

    Raises:
        InputError: If there is not exactly one ``NAME-HASH.pth``, or it has another hash.
    """
    paths = Path(folder).glob('*.pth')
    found = {path: m[1] for path in paths if (m := HASH_IN_NAME.search(path.name))}
    if len(found) != 1:
        raise InputError(f'{folder}: holds {len(found)} files NAME-HASH.pth, not one')
    ((path, digits),) = found.items()
    if not sha256_of(path).startswith(digits):
        raise InputError(f'{path}: its SHA-256 does not begin with {digits} as its name says')
    return path


def index_entry(name: str) -> dict[str, Any] | None:
    """Return the entry of a leaf in ``model-index.yml``, or None.

    Args:
        name: Of the leaf.
    """
    index = yaml.safe_load(INDEX.read_text(encoding='utf-8'))
    for metafile in index['Import']:
        content = (INDEX.parent / metafile).read_text(encoding='utf-8')
        if name not in content:
            continue  # to read YAML takes long
        for entry in yaml.safe_load(content)['Models']:
            if entry['Name'] == name:
                return dict(entry)
    return None
