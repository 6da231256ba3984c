"""Compute once what the frozen blocks of a leaf's network give for its pictures.

    python -m projects.paper_studies.write_frozen_views LEAF WEIGHTS FOLDER --data data/pa100k-2000

Of every picture of the leaf's splits the plain view and some that its training would draw.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS, init_default_scope
from rich.progress import track
from torch.utils.data import ConcatDataset

from projects.paper_studies.frozen_views import PICTURES, VIEWS, LastBlocks, frozen_maps

BATCH = 64
LITE0 = Path(__file__).parents[2] / 'configs/_base_/models/efficientnet_lite0.py'
NORMALISATION = Config.fromfile(LITE0).model.data_preprocessor
ARM = (
    Path(__file__).parent
    / 'pedestrians/arms/cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('leaf', help='whose pictures and transforms')
    parser.add_argument('weights', help="ImageNet's weights of EfficientNet-Lite0")
    parser.add_argument('folder', type=Path, help='to write')
    parser.add_argument('--data', help="another folder of the leaf's data")
    parser.add_argument('--augmented', type=int, default=20, help='views that training draws')
    args = parser.parse_args()
    init_default_scope('mmpretrain')
    leaf = Config.fromfile(args.leaf)
    backbone = frozen_network(args.weights)
    plain, drawn = (pictures(leaf, steps, args.data) for steps in ('test', 'train'))
    names = [Path(plain[row]['data_samples'].img_path).name for row in range(len(plain))]
    args.folder.mkdir(parents=True, exist_ok=True)
    np.random.seed(0)  # noqa: NPY002 (what mmcv's transforms draw from)
    maps = network_maps(backbone, plain, range(1))
    shape = (1 + args.augmented, len(names), *maps.shape[1:])
    views = np.lib.format.open_memmap(args.folder / VIEWS, 'w+', np.float16, shape)
    for view in track(range(1 + args.augmented), 'views'):
        for start in range(0, len(names), BATCH):
            rows = range(start, min(start + BATCH, len(names)))
            maps = network_maps(backbone, drawn if view else plain, rows)
            views[view, rows.start : rows.stop] = maps
    views.flush()
    (args.folder / PICTURES).write_text('\n'.join(names) + '\n', encoding='utf-8')


def frozen_network(weights: str) -> LastBlocks:
    """The network of the arms, with its frozen blocks."""
    options = Config.fromfile(ARM).model.backbone
    options.init_cfg.checkpoint = weights
    backbone: LastBlocks = MODELS.build(options)
    backbone.init_weights()
    return backbone


def pictures(leaf: Config, steps: str, root: str | None) -> ConcatDataset:
    """The pictures of all splits, through the transforms of one."""
    datasets = []
    for split in ('train', 'val', 'test'):
        options = dict(leaf[f'{split}_dataloader'].dataset, pipeline=leaf[f'{steps}_pipeline'])
        datasets.append(DATASETS.build(options | ({'data_root': root} if root else {})))
    return ConcatDataset(datasets)


def network_maps(backbone: LastBlocks, dataset: ConcatDataset, rows: range) -> np.ndarray:
    """What the frozen blocks give for these pictures, normalised as for ImageNet's weights."""
    images = torch.stack([dataset[row]['inputs'] for row in rows]).float().flip(1)
    return frozen_maps(backbone, (images - NORMALISATION.mean[0]) / NORMALISATION.std[0])


if __name__ == '__main__':
    main()
