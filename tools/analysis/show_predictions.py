"""Draw test images with what a checkpoint predicts of them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from par_runtime.run_options import RUNNER_OPTIONS

if TYPE_CHECKING:
    import numpy as np

FORMATS = ('.png', '.pdf', '.svg', '.jpg')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('figure', type=Path, help='picture to write, .png or .pdf')
    parser.add_argument('--images', type=int, default=24, help='how many, evenly spread')
    args = parser.parse_args()
    if args.images < 1 or args.figure.suffix not in FORMATS:
        parser.error(f'--images must be positive, the figure one of {", ".join(FORMATS)}')
    return args


def _picture(source: dict[str, Any]) -> 'np.ndarray':
    """An image as RGB: of its own file, or as a file of many has given it."""
    import mmcv

    from par_plugins.visualization import read_picture

    if 'img' not in source:
        return read_picture(source['img_path'])
    image = source['img']
    return mmcv.gray2rgb(image) if image.ndim == 2 else mmcv.bgr2rgb(image)


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    import numpy as np
    import torch

    from par_plugins.apis import build_predictor, load_config
    from par_plugins.structures import InputError
    from par_plugins.visualization import predictions_figure

    cfg = load_config(args, work_dir='{config}/pictures')
    runner = build_predictor(cfg, args.checkpoint)
    loader = runner.test_loop.dataloader
    schema = loader.dataset.metainfo['schema']
    shown = min(args.images, len(loader.dataset))
    spread = np.linspace(0, len(loader.dataset) - 1, shown).astype(int)
    drawn = [(loader.dataset.get_data_info(index), loader.dataset[index]) for index in spread]
    readable = [pair for pair in drawn if 'image_error' not in pair[1]['data_samples']]
    if not readable:
        raise InputError(f'none of the {shown} images can be read')
    if len(readable) < shown:
        print(f'{shown - len(readable)} of {shown} images could not be read and are left out.')
    sources, packed = zip(*readable, strict=True)
    data = loader.collate_fn(list(packed))
    with torch.inference_mode():
        samples = runner.model.test_step(data)
    probabilities = torch.stack([sample.pred_probabilities for sample in samples]).cpu()
    figure = predictions_figure(
        [_picture(source) for source in sources],
        schema.predictions(probabilities),
        np.stack([sample.gt_attributes for sample in samples]),
        schema,
    )
    figure.savefig(args.figure, dpi=150)
    print(f'Drew {len(samples)} images on {args.figure}.')


if __name__ == '__main__':
    main()
