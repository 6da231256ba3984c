"""From nothing to people predicted, drawn and found: on generated pedestrians, and a real picture.

Draws toy pedestrians, trains HABP on them (which moves rare attributes), predicts a video of toys
who walk, lets the starter predict a portrait in the public domain (where matplotlib and onnxruntime
are installed), and searches in both. A line for each stage; what they say stands in the log.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

TOOLS = Path(__file__).parent
LEAF = 'habp_resnet18_1xb32-6e_toy-pedestrians-128x64'
PORTRAIT = 'grace_hopper.jpg'  # Rear Admiral Grace Hopper, US Navy, public domain
WORDS = 'woman with a backpack or a bag'
RARE = 0.1
"""Share of positives below which an attribute is rare."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/demo'))
    parser.add_argument('--toys', type=Path, default=Path('data/toy_pedestrians'))
    parser.add_argument('--train', type=int, default=3000, help='toys to train on (3000)')
    parser.add_argument('--epochs', type=int, default=6)
    return parser.parse_args()


def portrait() -> Path | None:
    """The picture that matplotlib brings along; None where nothing can be said of it."""
    from matplotlib import get_data_path

    if find_spec('onnxruntime') is None:
        print('onnxruntime is not installed: no starter, and no portrait')
        return None
    path = Path(get_data_path(), 'sample_data', PORTRAIT)
    return path if path.is_file() else None


def stages(args: argparse.Namespace) -> Iterator[tuple[str, list[object]]]:
    """What is done, one after another, and the tool with its options."""
    folder: Path = args.work_dir
    if not (args.toys / 'annotation.mat').is_file():
        parts = {'train': args.train, 'val': max(20, args.train // 6), 'test': args.train // 3}
        sizes = [text for name, size in parts.items() for text in (f'--{name}', str(size))]
        yield 'draw toy pedestrians', ['dataset/make_toy.py', args.toys, *sizes]
    config = TOOLS.parent / 'configs/toy' / f'{LEAF}.py'
    roots = [f'{split}_dataloader.dataset.data_root={args.toys}' for split in ('train', 'val')]
    options = [*roots, f'test_dataloader.dataset.data_root={args.toys}']
    options.append(f'train_cfg.max_epochs={args.epochs}')
    train = ['train.py', config, '--work-dir', folder / 'train', '--cfg-options', *options]
    yield f'train {LEAF.partition("_")[0].upper()}', train
    best = next((folder / 'train').glob('best_*.pth'))
    model = ['--model', config, '--weights', best]
    video, boxes = folder / 'walk.avi', folder / 'walk.csv'
    detector = ['--detector', f'boxes:{boxes}']
    seen = folder / 'seen'
    yield (
        'predict and draw a video',
        ['predict.py', video, '--out', seen, '--draw', *detector, *model],
    )
    index = folder / 'index'
    yield 'index its people', ['embed.py', video, '--index', index, *detector, *model]
    if (picture := portrait()) is not None:
        real = ['predict.py', picture, '--out', folder / 'portrait', '--draw']
        yield 'predict a real picture by the starter', real
    found = ['--words', WORDS, '--figure', folder / 'found.png', '--count', '3']
    yield f'search for a {WORDS}', ['search.py', index, *found]


def write_walk(folder: Path) -> None:
    """Write the video of toys, and where they are."""
    from par_plugins.testing.toy_video import write_boxes, write_video

    write_boxes(folder / 'walk.csv', write_video(folder / 'walk.avi', 40))


def show(folder: Path) -> None:
    """Print what came out."""
    from rich.console import Console
    from rich.table import Table

    scores = json.loads((folder / 'train/test_scores.json').read_text(encoding='utf-8'))['scores']
    with (folder / 'train/test_attributes.csv').open(encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    rare = [row for row in rows if float(row['ratio']) < RARE]
    moved = [
        str(sum(float(row[score]) > 50 for row in rare))
        for score in ('mA', 'prior/mA')
        if score in rows[0]
    ]
    table = Table('what')
    table.add_column('where or how much', overflow='fold')
    table.add_row('mA at 0.5, at the prior', _scores(scores, 'attribute/mA', 'attribute/prior/mA'))
    table.add_row('mAP', _scores(scores, 'attribute/mAP'))
    table.add_row(f'of {len(rare)} rare attributes above 50.00', ', '.join(moved))
    table.add_row('scores of each attribute', f'{folder}/train/test_attributes.csv, .png')
    table.add_row('weights', str(next((folder / 'train').glob('best_*.pth'))))
    table.add_row('video drawn, people', f'{folder}/seen/walk.mp4, walk.tracks.json')
    if (folder / 'portrait').is_dir():
        table.add_row('portrait drawn, by the starter', f'{folder}/portrait/drawn')
    table.add_row(f'found: {WORDS}', f'{folder}/found.png')
    Console().print(table)


def _scores(scores: dict[str, float], *names: str) -> str:
    return ', '.join(f'{scores[name]:.2f}' for name in names if scores.get(name) is not None)


def main() -> None:
    args = parse_args()
    folder: Path = args.work_dir
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / 'demo.log'
    write_walk(folder)
    with log.open('w', encoding='utf-8') as file:
        for number, (name, command) in enumerate(stages(args), start=1):
            print(f'{number}. {name} ...', end=' ', flush=True)
            script, *options = map(str, command)
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, str(TOOLS / script), *options],
                stdout=file,
                stderr=subprocess.STDOUT,
            )
            if done.returncode:
                print('failed')
                last = log.read_text(encoding='utf-8', errors='replace').strip().splitlines()[-1]
                sys.exit(f'error: {last} (all of it: {log})')
            print(f'{time.monotonic() - began:.0f} s')
    show(folder)
    print(f'log: {log}')


if __name__ == '__main__':
    main()
