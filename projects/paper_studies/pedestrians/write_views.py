"""Compute once what the frozen blocks give for every picture of PA-100K, plain and augmented.

python -m projects.paper_studies.pedestrians.write_views data/pa100k-2000 WEIGHTS data/frozen_views
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS, init_default_scope
from rich.progress import track

from projects.paper_studies.pedestrians.frozen_views import PICTURES, VIEWS, frozen_maps

BASE = Path(__file__).parent / 'arms' / 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k.py'
LEAF = Path(__file__).parents[3] / 'configs/baseline'
LEAF /= 'cross-entropy_efficientnet-lite0_1xb64-10e_pa100k-128x64.py'
AUGMENTED, BATCH = 20, 64
PICTURE = (128, 64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('data', help='folder of PA-100K')
    parser.add_argument('weights', help="ImageNet's weights of EfficientNet-Lite0")
    parser.add_argument('folder', type=Path, help='to write')
    args = parser.parse_args()
    init_default_scope('mmpretrain')
    arm, leaf = Config.fromfile(BASE), Config.fromfile(LEAF)
    arm.model.backbone.init_cfg.checkpoint = args.weights
    backbone = MODELS.build(arm.model.backbone)
    backbone.init_weights()
    datasets = [
        DATASETS.build(
            {
                **leaf.train_dataloader.dataset,
                'data_root': args.data,
                'split': None,
                'pipeline': steps,
            }
        )
        for steps in (leaf.test_pipeline, leaf.train_pipeline)
    ]
    mean, std = (leaf.model.data_preprocessor[key][0] for key in ('mean', 'std'))
    args.folder.mkdir(parents=True, exist_ok=True)
    names = [Path(datasets[0].get_data_info(i)['img_path']).name for i in range(len(datasets[0]))]
    np.random.seed(0)  # noqa: NPY002 (what mmcv's transforms draw from)
    height, width, channels = frozen_maps(backbone, torch.zeros(1, 3, *PICTURE)).shape[1:]
    shape = (1 + AUGMENTED, len(datasets[0]), height, width, channels)
    views = np.lib.format.open_memmap(args.folder / VIEWS, 'w+', np.float16, shape)
    for view in track(range(1 + AUGMENTED), 'views'):
        dataset = datasets[min(view, 1)]
        for start in range(0, len(dataset), BATCH):
            rows = range(start, min(start + BATCH, len(dataset)))
            pictures = torch.stack([dataset[row]['inputs'] for row in rows]).float().flip(1)
            maps = frozen_maps(backbone, (pictures - mean) / std)
            views[view, rows.start : rows.stop] = maps
    views.flush()
    (args.folder / PICTURES).write_text('\n'.join(names) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
