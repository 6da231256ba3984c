"""Whether the weights of a file are those of a network."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from par_plugins.structures import InputError

COUNTER = '.num_batches_tracked'


@dataclass(frozen=True)
class LoadedWeights:
    """What of a file has come into a network.

    Attributes:
        names: The tensors of the network.
        absent: Those that the file lacks or has in another shape, with the reason.
        unusable: Those that the file has in a form that is of no use to any network.
    """

    names: tuple[str, ...]
    absent: dict[str, str]
    unusable: dict[str, str]

    def __str__(self) -> str:
        came_in = len(self.names) - len(self.absent) - len(self.unusable)
        return f'{came_in} of {len(self.names)} tensors came in' + (
            f'; {self._left_out()}' if came_in < len(self.names) else ''
        )

    def _left_out(self) -> str:
        reasons = {**self.absent, **self.unusable}
        first = min(reasons, key=self.names.index)
        return (
            f'{len(reasons)} of the {len(self.names)} tensors that are needed are missing or do '
            f'not fit, the first {first} ({reasons[first]})'
        )

    def require_usable(self, source: str) -> None:
        """Refuse a file with tensors that are of no use, or of another network altogether.

        Args:
            source: The file, for the message.

        Raises:
            InputError: Naming the first.
        """
        if self.unusable or len(self.absent) == len(self.names) > 0:
            raise InputError(f'{source}: {self._left_out()}')

    def require_complete(self, source: str) -> None:
        """Refuse a file that lacks something of what predicts; losses are needed in training only.

        Args:
            source: The file, for the message.

        Raises:
            InputError: Saying how much is missing or unfit, and naming the first.
        """
        needed = tuple(name for name in self.names if not _of_a_loss(name))
        absent, unusable = (
            {name: why for name, why in reasons.items() if name in needed}
            for reasons in (self.absent, self.unusable)
        )
        if absent or unusable:
            raise InputError(f'{source}: {LoadedWeights(needed, absent, unusable)._left_out()}')


def load_weights(module: nn.Module, weights: Mapping[str, Any], *, source: str) -> LoadedWeights:
    """Load what fits into a network.

    Args:
        module: The network, not wrapped.
        weights: Tensors by name, with or without ``module.`` in front.
        source: Where they are from, for messages.

    Returns:
        What came in and what did not.

    Raises:
        InputError: If a layer cannot make anything of what the file has for it.
    """
    targets = module.state_dict()
    named = OrderedDict((re.sub(r'^module\.', '', name), value) for name, value in weights.items())
    if hasattr(weights, '_metadata'):
        named._metadata = weights._metadata  # type: ignore[attr-defined]
    shapes = {name: tuple(getattr(value, 'shape', ())) for name, value in named.items()}
    unusable = {}
    for name, target in targets.items():
        if name in named and (why := _why_unusable(named[name], target)):
            unusable[name] = why
            del named[name]
    absent = {}
    # Of several numbers torch 2.4 takes the first where one stands alone.
    several = [n for n, t in targets.items() if n in named and not t.ndim and named[n].numel() != 1]
    for name in dict.fromkeys(several + _misshapen(module, named)):
        absent[name] = f'of shape {shapes[name]}, not {tuple(targets[name].shape)}'
        del named[name]
    try:
        missing = module.load_state_dict(named, strict=False).missing_keys
    except Exception as error:  # layers read what older versions have saved, each in its own way
        raise InputError(
            f'{source}: the weights cannot be loaded ({str(error).splitlines()[-1]})'
        ) from error
    for name in missing:
        # Batch norm needs its counter for no output, and older files lack it.
        if name not in unusable and not name.endswith(COUNTER):
            absent.setdefault(name, 'missing')
    needed = tuple(
        name for name in targets if name in absent or name in unusable or not name.endswith(COUNTER)
    )
    return LoadedWeights(needed, absent, unusable)


def non_finite(checkpoint: Mapping[str, Any]) -> str | None:
    """Return the first tensor or setting of a checkpoint that is NaN or infinite.

    Looked at is what training goes on with: weights, their averages and the optimiser's state.

    Args:
        checkpoint: Its content.

    Returns:
        Its name, or None.
    """
    weights = checkpoint.get('state_dict', checkpoint)
    states = {'': weights, **{key: checkpoint.get(key) for key in ('ema_state_dict', 'optimizer')}}
    if weights is checkpoint:
        del states['ema_state_dict'], states['optimizer']
    seen: set[int] = set()
    open_ends: list[tuple[str, Any]] = list(reversed(states.items()))
    while open_ends:
        name, value = open_ends.pop()
        if isinstance(value, Tensor):
            if not is_finite(value):
                return name
        elif isinstance(value, float):
            if value != value or abs(value) == float('inf'):
                return name
        elif isinstance(value, Mapping | list | tuple) and id(value) not in seen:
            seen.add(id(value))
            items = value.items() if isinstance(value, Mapping) else enumerate(value)
            open_ends += [(f'{name}.{key}'.lstrip('.'), item) for key, item in items][::-1]
    return None


def is_finite(tensor: Tensor) -> bool:
    """Return whether no number of a dense tensor is NaN or infinite."""
    if tensor.is_meta or tensor.layout != torch.strided or tensor.is_quantized:
        return True  # refused for what it is
    storage = tensor.untyped_storage()
    if tensor.numel() * tensor.element_size() > storage.nbytes():
        tensor = tensor.new_empty(0).set_(storage)  # spread out, and as large as anybody says
    if tensor.element_size() == 1:
        tensor = tensor.float()  # which kinds of 8 bits have infinities torch does not say
    return bool(tensor.isfinite().all())


def _misshapen(module: nn.Module, weights: Mapping[str, Any]) -> list[str]:
    """Names for which layers, when they have read their older versions, have another shape."""
    try:
        module.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        named = re.findall(r'size mismatch for ([^:]+):', str(error))
        return [name for name in named if name in weights]
    except Exception:  # said where the rest is loaded
        return []
    return []


def _why_unusable(value: Any, target: Tensor) -> str | None:
    if not isinstance(value, Tensor):
        return f'of type {type(value).__name__}'
    for wrong, why in (
        (value.is_meta, 'without numbers'),
        (value.is_nested or value.layout != torch.strided, 'not dense'),
        (value.is_quantized, 'quantised'),
    ):
        if wrong:
            return why
    if _kind_of_number(value) != _kind_of_number(target):
        return f'of {value.dtype}, not {target.dtype}'
    return None if is_finite(value) else 'not finite'


def _kind_of_number(tensor: Tensor) -> str:
    if tensor.dtype == torch.bool:
        return 'bool'
    if tensor.is_complex():
        return 'complex'
    return 'floating' if tensor.is_floating_point() else 'integer'


def _of_a_loss(name: str) -> bool:
    return any(word.startswith('loss') for word in name.split('.'))
