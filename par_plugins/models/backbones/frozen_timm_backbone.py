"""timm's networks with ImageNet weights that are checked, and layers that keep them."""

from collections.abc import Sequence

import torch
from mmengine.model import initialize
from mmengine.registry import MODELS
from mmpretrain.models import TIMMBackbone
from torch import Tensor

from par_plugins.structures import InputError


@MODELS.register_module()
class FrozenTIMMBackbone(TIMMBackbone):
    """mmpretrain's ``TIMMBackbone``, some layers of which are not trained.

    Args:
        model_name: See ``TIMMBackbone``.
        frozen: Layers that keep their weights and, where they normalise, their averages, by timm's
            names (``blocks.0``).
        channels_last: Whether the network computes with channels last, quicker on most processors.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` takes weights under timm's names, as
            timm and most registries have them, and says how many came in; ``checkpoint_path`` of
            ``TIMMBackbone`` would load them before anything of this project has looked at the file.
        **kwargs: Others of ``TIMMBackbone``.

    Raises:
        InputError: If the network has no such layer.
    """

    _is_init: bool

    def __init__(
        self,
        model_name: str,
        *,
        frozen: Sequence[str] = (),
        channels_last: bool = False,
        init_cfg: dict | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(model_name, init_cfg=init_cfg, **kwargs)
        layers = dict(self.timm_model.named_modules())
        unknown = [name for name in frozen if name not in layers]
        if unknown:
            raise InputError(
                f'frozen: {model_name} has no layer {unknown[0]!r}; it has '
                f'{", ".join(name for name, _ in self.timm_model.named_children())}'
            )
        self._frozen = [layers[name] for name in frozen]
        for layer in self._frozen:
            layer.requires_grad_(False)
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.to(memory_format=self.memory_format)

    def init_weights(self) -> None:
        """Initialise timm's network; without ``init_cfg`` it stays as timm has made it."""
        if self.init_cfg and not self._is_init:
            initialize(self.timm_model, self.init_cfg)
        self._is_init = True

    def train(self, mode: bool = True) -> 'FrozenTIMMBackbone':
        """Train, or not; frozen layers never do."""
        super().train(mode)
        for layer in self._frozen:
            layer.eval()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature map of a batch.

        Args:
            x: ``(N, 3, H, W)``.

        Returns:
            One ``(N, C, h, w)``.
        """
        features: tuple[Tensor, ...] = super().forward(
            x.contiguous(memory_format=self.memory_format)
        )
        return features
