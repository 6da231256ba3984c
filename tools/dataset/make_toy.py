"""Write the toy pedestrian benchmark in the official layout of a real one."""

import argparse
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

MARKER = 'TOYS.txt'  # in the folder, so that nothing else is ever overwritten
SHEET_IMAGES = 40


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('root', type=Path, help='folder of annotations and images')
    parser.add_argument(
        '--layout', default='pa100k', help='whose layout: peta, celeba, market1501, ...'
    )
    parser.add_argument('--train', type=int, default=3000, help='training images')
    parser.add_argument(
        '--val',
        type=int,
        default=argparse.SUPPRESS,
        help='validation images (default: 500; none in layouts that have no such split)',
    )
    parser.add_argument('--test', type=int, default=1000, help='test images')
    parser.add_argument('--seed', type=int, default=0, help='of the toy world')
    parser.add_argument('--difficulty', type=float, default=1.0, help='0 is clean, more is harder')
    parser.add_argument(
        '--image-size',
        type=int,
        nargs=2,
        default=argparse.SUPPRESS,
        metavar=('HEIGHT', 'WIDTH'),
        help='pixels about which the crops vary (default: 128 64; celeba, which keeps the head '
        'alone: 256 128)',
    )
    parser.add_argument(
        '--images-per-identity',
        type=int,
        default=argparse.SUPPRESS,
        help='under successive cameras (default: 2; market1501, dukemtmcreid: 12)',
    )
    parser.add_argument(
        '--sheet',
        type=Path,
        help=f'also draw {SHEET_IMAGES} of the pedestrians above their attributes, as a PNG',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    import cv2

    from par_plugins.structures import InputError
    from par_plugins.testing import LAYOUTS, draw_sheet, write_toy_benchmark

    datasets = {name.lower(): name for name in LAYOUTS}
    if args.layout not in datasets:
        raise InputError(f'--layout {args.layout}: is none of {", ".join(datasets)}')
    dataset = datasets[args.layout]
    sizes = {'num_train': args.train, 'num_val': getattr(args, 'val', 500), 'num_test': args.test}
    if 'val' not in LAYOUTS[dataset].splits:
        if 'val' in args:
            raise InputError(f'--val {args.val}: {args.layout} has no validation split')
        del sizes['num_val']
    marker = args.root / MARKER
    if args.root.is_dir() and any(args.root.iterdir()) and not marker.exists():
        raise InputError(f'{args.root} holds files that are no toys: choose another folder')
    args.root.mkdir(parents=True, exist_ok=True)
    marker.write_text('Toy pedestrians, written by tools/dataset/make_toy.py\n', encoding='utf-8')
    options: dict[str, Any] = {'image_size': tuple(args.image_size)} if 'image_size' in args else {}
    if 'images_per_identity' in args:
        options['images_per_identity'] = args.images_per_identity
    columns = (TextColumn('images'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task('images', total=sum(sizes.values()))
        written = write_toy_benchmark(
            args.root,
            dataset,
            **sizes,
            seed=args.seed,
            difficulty=args.difficulty,
            on_image=lambda: progress.advance(task),
            **options,
        )
    counts = ', '.join(f'{size} {name.removeprefix("num_")}' for name, size in sizes.items())
    print(f'Wrote {counts} images in the layout of {args.layout} to {args.root}.')
    if args.sheet:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        pedestrians = next(iter(written.values()))
        sheet = draw_sheet(pedestrians, SHEET_IMAGES)
        args.sheet.write_bytes(cv2.imencode('.png', sheet)[1].tobytes())
        print(f'Drew {min(SHEET_IMAGES, len(pedestrians))} of them on {args.sheet}.')


if __name__ == '__main__':
    main()
