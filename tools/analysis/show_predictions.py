"""Draw test images with what a checkpoint predicts of them."""

import argparse
from pathlib import Path

import mmcv
import numpy as np
import torch
from mmengine.config import Config

from par_plugins.apis import build_runner, stop_on_input_error
from par_plugins.visualization import predictions_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('figure', type=Path, help='picture to write, .png or .pdf')
    parser.add_argument('--images', type=int, default=24, help='how many, evenly spread')
    return parser.parse_args()


@stop_on_input_error
@torch.inference_mode()
def main() -> None:
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.update(work_dir=str(args.figure.parent), launcher='none', load_from=args.checkpoint)
    runner = build_runner(cfg)
    loader = runner.test_loop.dataloader  # built, so that the checkpoint is held to its schema
    schema = loader.dataset.metainfo['schema']
    runner.load_or_resume()
    runner.model.eval()
    spread = np.linspace(0, len(loader.dataset) - 1, args.images).astype(int)
    data = loader.collate_fn([loader.dataset[index] for index in spread])
    samples = runner.model.test_step(data)
    probabilities = torch.stack([sample.pred_probabilities for sample in samples]).cpu()
    figure = predictions_figure(
        [mmcv.imread(sample.img_path, channel_order='rgb') for sample in samples],
        schema.predictions(probabilities).numpy(),
        np.stack([sample.gt_attributes for sample in samples]),
        schema,
    )
    figure.savefig(args.figure, dpi=150)
    print(f'Drew {len(samples)} images on {args.figure}.')


if __name__ == '__main__':
    main()
