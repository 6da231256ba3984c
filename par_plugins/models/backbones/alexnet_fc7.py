"""AlexNet up to FC7, which upstream's ``AlexNet`` gives either without or with its classifier."""

from mmengine.registry import MODELS
from mmpretrain.models.backbones import AlexNet

OUT_CHANNELS = 4096


@MODELS.register_module()
class AlexNetFC7(AlexNet):
    """Upstream's AlexNet without its last layer: ``(N, 4096)`` features after FC7 and its ReLU.

    Stands in for CaffeNet, from which it differs in channels, groups and normalisation (A.
    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014). Names of
    weights are those of torchvision's checkpoint. For images of 224x224 or 227x227.

    Args:
        init_cfg: See :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, init_cfg: dict | list[dict] | None = None) -> None:
        super().__init__(num_classes=1)
        del self.classifier[-1]
        self.init_cfg = init_cfg  # which upstream's network does not take
