"""Images a second on one core: our training pipeline beside the strong baseline's.

Both read the same JPEG files and end in a 256x192 tensor after a random crop with padding and a
random flip. The strong baseline's is PIL and torchvision: resize, pad, crop, flip, to float,
normalise. Ours stays in uint8, because the model's preprocessor normalises whole batches on its
own device; what that costs on this CPU is shown as well. Rounds of all are interleaved, and each
is given its best round.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import default_collate
from mmengine.registry import MODELS, init_default_scope
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torchvision import transforms

from par_plugins.datasets import PA100K

CONFIG = (
    Path(__file__).parents[2]
    / 'configs/baseline/strong-baseline_resnet50_1xb64-30e_pa100k-256x192.py'
)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data_root', help='PA-100K, or anything else in its layout')
    parser.add_argument('--images', type=int, default=1000)
    parser.add_argument('--rounds', type=int, default=5)
    return parser.parse_args()


def strong_baseline_pipeline(paths: Sequence[str]) -> Callable[[], Any]:
    """PIL and torchvision, as Rethinking_of_PAR composes them."""
    transform = transforms.Compose(
        [
            transforms.Resize((256, 192)),
            transforms.Pad(10),
            transforms.RandomCrop((256, 192)),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
        ]
    )
    return lambda: [transform(Image.open(path).convert('RGB')) for path in paths]


def decoding(paths: Sequence[str]) -> Callable[[], Any]:
    """Nothing but decoding, from memory."""
    contents = [np.frombuffer(Path(path).read_bytes(), np.uint8) for path in paths]
    return lambda: [cv2.imdecode(content, cv2.IMREAD_COLOR) for content in contents]


def main() -> None:
    args = parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    cfg = Config.fromfile(CONFIG)
    init_default_scope(cfg.default_scope)
    dataset = PA100K(args.data_root, pipeline=cfg.train_pipeline, indices=args.images)
    paths = [dataset.get_data_info(index)['img_path'] for index in range(len(dataset))]
    preprocessor = MODELS.build({'type': 'ClsDataPreprocessor', **cfg.data_preprocessor})
    size = cfg.train_dataloader.batch_size

    def normalised() -> None:
        for first in range(0, len(dataset), size):
            batch = [dataset[index] for index in range(first, min(first + size, len(dataset)))]
            preprocessor(default_collate(batch), training=True)

    candidates = {
        'bare JPEG decoding': decoding(paths),
        'ours': lambda: [dataset[index] for index in range(len(dataset))],
        'ours, normalised on the CPU': normalised,
        'strong baseline (PIL, torchvision)': strong_baseline_pipeline(paths),
    }
    best = dict.fromkeys(candidates, float('inf'))
    for _ in track(range(args.rounds), 'rounds'):
        for name, run in candidates.items():
            start = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - start)
    reference = best['strong baseline (PIL, torchvision)']
    table = Table('pipeline', 'images/s a core', 'times the strong baseline')
    for name, seconds in best.items():
        table.add_row(name, f'{len(dataset) / seconds:.0f}', f'{reference / seconds:.2f}')
    Console().print(table)


if __name__ == '__main__':
    main()
