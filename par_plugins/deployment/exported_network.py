"""What goes into an exported file: pixels in, probabilities and embedding out."""

import torch
from mmpretrain.models.utils import ClsDataPreprocessor
from torch import Tensor, nn
from torch.nn.functional import interpolate

from par_plugins.inference.load_model import LoadedModel
from par_plugins.structures import InputError


class ExportedNetwork(nn.Module):
    """Normalisation, network, sigmoid or softmax, and inside the file, if wanted, resizing.

    Args:
        loaded: The network, on the CPU.
        resize_to: Height and width that pictures are resized to first; None takes them as they are.

    Raises:
        InputError: If the network takes no colours, or pads what it is given.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, loaded: LoadedModel, resize_to: tuple[int, int] | None) -> None:
        super().__init__()
        self.network = loaded.model
        self.schema = loaded.schema
        self.resize_to = resize_to
        preprocessor = loaded.model.data_preprocessor
        if not isinstance(preprocessor, ClsDataPreprocessor) or preprocessor.pad_size_divisor > 1:
            raise InputError(
                f'{loaded.source}: {type(preprocessor).__name__} cannot be exported, only the '
                'normalisation of ClsDataPreprocessor without padding'
            )
        # As it is read, a picture has blue first.
        self.blue_first = not preprocessor.to_rgb
        mean = getattr(preprocessor, 'mean', torch.zeros(3, 1, 1))
        if len(mean) == 1 and _input_channels(loaded.model) == 1:
            raise InputError(f'{loaded.source}: the network takes grey pictures, not colours')
        self.register_buffer('mean', mean.float())
        self.register_buffer('std', getattr(preprocessor, 'std', torch.ones(3, 1, 1)).float())

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Predict people.

        Args:
            images: ``(N, H, W, 3)`` uint8, red first.

        Returns:
            Packed probabilities ``(N, C)`` and embeddings ``(N, D)``.
        """
        values = images.permute(0, 3, 1, 2).float()
        if self.resize_to is not None:
            values = interpolate(values, self.resize_to, mode='bilinear', align_corners=False)
            values = values.round()  # to the grey levels that pixels have
        if self.blue_first:
            values = values.flip(1)
        network = self.network
        features = network.extract_feat((values - self.mean) / self.std)
        logits = network.head(features)
        return self._probabilities(logits), network.head.pre_logits(features).flatten(1)

    def _probabilities(self, logits: Tensor) -> Tensor:
        if self.schema.all_binary:
            return logits.sigmoid()
        packed = zip(self.schema.logit_slices, self.schema.binary, strict=True)
        columns = [
            logits[:, own].sigmoid() if binary else logits[:, own].softmax(dim=1)
            for own, binary in packed
        ]
        return torch.cat(columns, dim=1)


def _input_channels(model: nn.Module) -> int:
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    return int(first.in_channels)
