"""DenseNet with squeeze-and-excitation after each dense block.

J. Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, recalibrate what a whole module gives
where modules have no residual branch (section 3, SE-Inception). Here that is the dense block with
all features it has gathered; where to put it in a DenseNet is **ours**. The batch norm of the
transition follows, so that pretrained weights behind it see features of the scale that they know,
though an untrained SE layer halves them. Inside a block the features of a layer would have to be
recalibrated anew for each layer that reads them.
"""

from typing import Any

from mmengine.registry import MODELS
from mmpretrain.models import DenseNet
from mmpretrain.models.utils import SELayer
from torch import Tensor, nn


@MODELS.register_module()
class SEDenseNet(DenseNet):
    """mmpretrain's ``DenseNet``, each dense block followed by an SE layer.

    Weights of a plain DenseNet load as they are; the SE layers stay as initialised.

    Args:
        *args: See :class:`mmpretrain.models.DenseNet`.
        se_ratio: Channels of a block over those of its squeeze.
        **kwargs: See there.
    """

    def __init__(self, *args: Any, se_ratio: int = 16, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        norms: list[Any] = [transition[0] for transition in self.transitions]
        self.se_layers = nn.ModuleList(SELayer(norm.num_features, ratio=se_ratio) for norm in norms)
        self._freeze_stages()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute feature maps of the stages in ``out_indices``.

        Args:
            x: ``(N, 3, H, W)``.
        """
        x = self.stem(x)
        outs = []
        for index, (stage, se_layer, transition) in enumerate(
            zip(self.stages, self.se_layers, self.transitions, strict=True)
        ):
            x = transition(se_layer(stage(x)))
            if index in self.out_indices:
                outs.append(x)
        return tuple(outs)

    def _freeze_stages(self) -> None:
        super()._freeze_stages()
        if hasattr(self, 'se_layers'):  # the parent freezes before they are there
            for se_layer in self.se_layers[: self.frozen_stages]:
                se_layer.eval().requires_grad_(False)
