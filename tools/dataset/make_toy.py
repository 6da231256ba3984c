"""Write the toy pedestrian benchmark in the official layout of PA-100K."""

import argparse
from pathlib import Path

import cv2
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from par_plugins.apis import stop_on_input_error
from par_plugins.testing import draw_sheet, write_pa100k

SHEET_IMAGES = 40


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('root', type=Path, help='folder of annotation.mat and data/')
    parser.add_argument('--train', type=int, default=3000, help='training images')
    parser.add_argument('--val', type=int, default=500, help='validation images')
    parser.add_argument('--test', type=int, default=1000, help='test images')
    parser.add_argument('--seed', type=int, default=0, help='of the toy world')
    parser.add_argument('--difficulty', type=float, default=1.0, help='0 is clean, more is harder')
    parser.add_argument(
        '--image-size',
        type=int,
        nargs=2,
        default=(128, 64),
        metavar=('HEIGHT', 'WIDTH'),
        help='pixels about which the crops vary',
    )
    parser.add_argument(
        '--images-per-identity', type=int, default=2, help='under as many cameras, up to six'
    )
    parser.add_argument(
        '--sheet',
        type=Path,
        help=f'also draw {SHEET_IMAGES} training images above their attributes, as a PNG',
    )
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    columns = (TextColumn('images'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task('images', total=args.train + args.val + args.test)
        splits = write_pa100k(
            args.root,
            num_train=args.train,
            num_val=args.val,
            num_test=args.test,
            seed=args.seed,
            difficulty=args.difficulty,
            image_size=tuple(args.image_size),
            images_per_identity=args.images_per_identity,
            on_image=lambda: progress.advance(task),
        )
    sizes = ', '.join(f'{len(pedestrians)} {split}' for split, pedestrians in splits.items())
    print(f'Wrote {sizes} images with annotation.mat to {args.root}.')
    if args.sheet:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet = draw_sheet(splits['train'], SHEET_IMAGES)
        args.sheet.write_bytes(cv2.imencode('.png', sheet)[1].tobytes())
        print(f'Drew {min(SHEET_IMAGES, args.train)} of them on {args.sheet}.')


if __name__ == '__main__':
    main()
