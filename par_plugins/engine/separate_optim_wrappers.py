"""Optimisers of their own for parts of a model."""

from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapperDict, build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from par_plugins.structures import InputError


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SeparateOptimWrapperConstructor:
    """One optimiser wrapper for each part of a model, for models that train in turns.

    .. code-block:: python

        optim_wrapper = dict(
            constructor='SeparateOptimWrapperConstructor',
            type='OptimWrapper',
            parts=dict(
                generator=dict(optimizer=dict(type='Adam', lr=1e-4)),
                discriminator=dict(optimizer=dict(type='Adam', lr=1e-4))))

    Args:
        optim_wrapper_cfg: ``parts``, the config of an optimiser wrapper for each submodule by its
            name; everything else is common to all of them.
        paramwise_cfg: Must be None: it belongs into the parts.

    Raises:
        InputError: If there are no parts, or a part is no submodule of the model.
    """

    def __init__(
        self, optim_wrapper_cfg: dict[str, Any], paramwise_cfg: dict[str, Any] | None = None
    ) -> None:
        if paramwise_cfg is not None:
            raise InputError('optim_wrapper.paramwise_cfg: give it in each of optim_wrapper.parts')
        self.common = dict(optim_wrapper_cfg)
        self.parts = self.common.pop('parts', None)
        if not self.parts:
            raise InputError('optim_wrapper.parts: name the submodules that get an optimiser')

    def __call__(self, model: nn.Module) -> OptimWrapperDict:
        """Build the wrappers."""
        bare: Any = model.module if is_model_wrapper(model) else model
        children = dict(bare.named_children())
        wrappers = {}
        for name, settings in self.parts.items():
            if name not in children:
                raise InputError(
                    f'optim_wrapper.parts.{name}: the model has no such part, but '
                    f'{", ".join(children)}'
                )
            wrappers[name] = build_optim_wrapper(children[name], {**self.common, **settings})
        return OptimWrapperDict(**wrappers)
