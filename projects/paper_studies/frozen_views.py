"""Fine-tuning the last blocks of a network whose first blocks are frozen, from what those give.

Frozen blocks give the same for the same picture, for every method and epoch: ``write_frozen_views``
computes it once, for several augmented views of each picture, and a training then reads it instead
of pictures.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS, MODELS, TRANSFORMS
from torch import Tensor, nn

from par_plugins.engine.written_aside import written_aside
from par_plugins.models.backbones.frozen_timm_backbone import FrozenTIMMBackbone

VIEWS, PICTURES = 'views.npy', 'pictures.txt'


@TRANSFORMS.register_module()
class LoadFrozenView(BaseTransform):
    """Load what the frozen blocks give for a picture, in place of the picture.

    Args:
        folder: What ``write_frozen_views`` has written.
        augmented: Whether to draw one of the augmented views; else the plain one is taken.
    """

    def __init__(self, folder: str, *, augmented: bool = False) -> None:
        self.augmented = augmented
        self.views = np.load(Path(folder) / VIEWS, mmap_mode='r')
        names = (Path(folder) / PICTURES).read_text(encoding='utf-8').splitlines()
        self.rows = {name: row for row, name in enumerate(names)}

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``(H, W, C)`` float32."""
        # As mmcv's transforms draw: of the generator that a worker is seeded by.
        view = np.random.randint(1, len(self.views)) if self.augmented else 0  # noqa: NPY002
        row = self.rows[Path(results['img_path']).name]
        results['img'] = self.views[view, row].astype(np.float32)
        results['img_shape'] = results['img'].shape[:2]
        return results


@MODELS.register_module()
class LastBlocks(FrozenTIMMBackbone):
    """The blocks of a network of timm behind its frozen ones.

    Args:
        model_name: Of an EfficientNet, see ``FrozenTIMMBackbone``.
        frozen: Its first layers, each block by its own name (``blocks.5.1``).
        width: Channels that a last linear layer brings the network's to; None leaves them.
        squeeze: Share of the channels that squeeze-and-excitation of the last feature map
            squeezes them to; None for no such layer.
        **kwargs: See ``FrozenTIMMBackbone``.
    """

    def __init__(
        self,
        model_name: str,
        *,
        frozen: Sequence[str],
        width: int | None = None,
        squeeze: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_name, frozen=frozen, **kwargs)
        network = self.timm_model
        blocks = {
            f'blocks.{i}.{j}': block
            for i, stage in enumerate(network.blocks)
            for j, block in enumerate(stage)
        }
        layers = {'conv_stem': network.conv_stem, 'bn1': network.bn1, **blocks}
        first = [layers.pop(name) for name in list(layers) if name in frozen]
        self.first = [nn.Sequential(*first)]  # in a list: no module of this network
        self.last = [*layers.values(), network.conv_head, network.bn2]
        if width:
            self.narrowing = nn.Conv2d(network.conv_head.out_channels, width, 1)
            self.last.append(self.narrowing)
        if squeeze:
            from timm.layers import SqueezeExcite  # optional, as in FrozenTIMMBackbone

            self.excitation = SqueezeExcite(network.conv_head.out_channels, rd_ratio=squeeze)
            self.last.append(self.excitation)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature map ``(N, C, h, w)`` from what the frozen blocks gave."""
        x = x.contiguous(memory_format=self.memory_format)
        for layer in self.last:
            x = layer(x)
        return (x,)


@METRICS.register_module()
class SavedProbabilities(BaseMetric):
    """Write the probabilities and labels of a test into ``probabilities.npz`` of a folder.

    Args:
        folder: Where to.
    """

    prefixed_names = ()
    default_prefix = 'saved'

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = Path(folder)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep a batch."""
        for sample in data_samples:
            probabilities = sample['pred_probabilities'].float().numpy()
            self.results.append((probabilities, np.asarray(sample['gt_attributes'])))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Write the file; the process has done nothing but this run."""
        probabilities, targets = map(np.stack, zip(*results, strict=True))
        path = self.folder / 'probabilities.npz'
        with written_aside(path) as unfinished, unfinished.open('wb') as file:
            np.savez(file, probabilities=probabilities, targets=targets.astype(np.int8))
        return {'processor_seconds': time.process_time()}


def frozen_maps(backbone: LastBlocks, pictures: Tensor) -> np.ndarray:
    """What the frozen blocks give for normalised pictures ``(N, 3, H, W)``: ``(N, H, W, C)``."""
    with torch.inference_mode():
        maps = backbone.first[0].eval()(pictures.contiguous(memory_format=torch.channels_last))
    return maps.permute(0, 2, 3, 1).numpy().astype(np.float16)
