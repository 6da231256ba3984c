"""Damaged checkpoints, and checkpoints with other data in them, loaded as weights to test with."""

import io
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.structures import InputError
from par_plugins.testing.reliability.damage import damage_bytes, damage_data
from par_plugins.testing.reliability.tally import Tally, try_cases

MANNERS = ('bytes', 'data', 'tensor', 'code')


def try_checkpoints(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Load checkpoints with damaged bytes, other plain data, or a pickle made to run code.

    What is loaded must fit the network, be finite, and no code of the file may have run.

    Args:
        folder: Empty, for the checkpoints.
        count: Number of checkpoints.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    sound = checkpoint_of(_network())
    return try_cases(partial(_load, folder, sound, seed), count, on_case=on_case)


def _network() -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2)
    )


def _load(folder: Path, sound: dict[str, Any], seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    path, touched = folder / 'checkpoint.pth', folder / 'touched'
    content = io.BytesIO()
    manner = MANNERS[number % len(MANNERS)]
    if manner == 'code':
        pickle.dump({**sound, 'meta': _Touches(touched)}, content)
    elif manner == 'tensor':
        torch.save({**sound, 'state_dict': _with_other_tensor(sound['state_dict'], rng)}, content)
    else:
        torch.save(damage_data(sound, rng) if manner == 'data' else sound, content)
    damaged = damage_bytes(content.getvalue(), rng) if manner == 'bytes' else content.getvalue()
    path.write_bytes(damaged)
    network = _network()
    try:
        checkpoint = load_checkpoint_file(str(path), map_location='cpu')
        weights = checkpoint.get('state_dict', checkpoint)
        load_weights(network, weights, source=str(path)).require_complete(str(path))
    except InputError as error:
        assert str(path) in str(error), f'no file is named: {error}'
        raise
    finally:
        assert not touched.exists(), 'code of the file ran'
    assert all(tensor.isfinite().all() for tensor in network.state_dict().values()), 'not finite'


def _with_other_tensor(weights: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Replace, drop or reshape one of the tensors."""
    name = list(weights)[int(rng.integers(len(weights)))]
    tensor = weights[name]
    others: list[Any] = [
        tensor.flatten()[:-1],
        tensor[None],
        tensor.int(),
        tensor.float() * float('nan'),
        tensor.float() + float('inf'),
        tensor.float().to_sparse() if tensor.ndim else tensor.float(),
        tensor.to('meta'),
        tensor.to(torch.complex64),
        tensor.half(),
        tensor.bool(),
        str(tensor),
        None,
        tensor.expand(1 << 20, *tensor.shape),
    ]
    rest = {key: value for key, value in weights.items() if key != name}
    place = int(rng.integers(len(others) + 2))
    if place == len(others):
        return rest
    if place > len(others):
        return {f'module.{key}': value for key, value in weights.items()}
    return {**rest, name: others[place]}


class _Touches:
    """A pickle that makes a file where it is loaded without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def checkpoint_of(model: torch.nn.Module) -> dict[str, Any]:
    """Make what mmengine saves of a run, with the plain data that it keeps beside the weights."""
    history = HistoryBuffer([1.0, 0.5], [1, 1])
    return {
        'meta': {'epoch': 2, 'iter': 8, 'seed': 0, 'experiment_name': 'a run'},
        'state_dict': model.state_dict(),
        'message_hub': {
            'log_scalars': {'train/loss': history},
            'runtime_info': {'best_ckpt': 'best.pth', 'best_score': 50.0},
            'resumed_keys': {},
        },
        'optimizer': {'state': {}, 'param_groups': [{'lr': 0.1, 'params': [0, 1]}]},
        'param_schedulers': [{'last_step': 8, 'base_values': [0.1]}],
    }
