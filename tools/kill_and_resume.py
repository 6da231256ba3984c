"""Kill a training run at random moments, resume it each time, and compare with one left alone.

Trains the toy config on toy pedestrians: once undisturbed, then killed (SIGKILL) again and again
and resumed; whenever a killed run comes to its end, the next one begins, until there were enough
kills. Ends with status 1 if the final weights or test scores of any of them differ in a bit from
those of the undisturbed run.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch
from rich.progress import Progress

from par_plugins.engine.hooks.safe_checkpoint_hook import load_checkpoint_file
from par_plugins.testing import write_pa100k

TOOLS = Path(__file__).parent
CONFIG = TOOLS.parent / 'configs/toy/resnet18_toy_pedestrians.py'
TRAIN_IMAGES = 64


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='for data and runs; must be empty or new')
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--epochs', type=int, default=8)
    parser.add_argument('--seed', type=int, default=0, help='of the moments')
    return parser.parse_args()


def command(root: Path, work_dir: Path, epochs: int) -> list[str]:
    """Train with a worker that draws augmentations and a head that draws dropout."""
    loaders = [
        f'{split}_dataloader.{option}'
        for split in ('train', 'val', 'test')
        for option in (f'dataset.data_root={root}', 'batch_size=16', 'num_workers=1')
    ]
    return [
        sys.executable,
        str(TOOLS / 'train.py'),
        str(CONFIG),
        '--resume',
        '--work-dir',
        str(work_dir),
        '--cfg-options',
        f'train_cfg.max_epochs={epochs}',
        f'param_scheduler.1.T_max={epochs}',
        'model.head.dropout=0.3',
        *loaders,
    ]


def run(arguments: list[str], seconds: float | None) -> bool:
    """Run to the end, or kill the whole group of processes after so many seconds.

    Returns:
        Whether it came to its end.
    """
    environment = {**os.environ, 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen(
        arguments,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return False
    if process.returncode:
        sys.exit(f'training failed:\n{errors[-2000:]}')
    return True


def same_outcome(work_dir: Path, expected: Path, epochs: int) -> bool:
    """Whether two runs ended with the same weights and test scores, bit by bit."""
    weights, others = (
        load_checkpoint_file(str(folder / f'epoch_{epochs}.pth'))['state_dict']
        for folder in (work_dir, expected)
    )
    scores, other_scores = (
        json.loads((folder / 'test_scores.json').read_text())['scores']
        for folder in (work_dir, expected)
    )
    return scores == other_scores and all(torch.equal(weights[k], others[k]) for k in others)


def main() -> None:
    args = parse_args()
    root, alone = args.folder / 'data', args.folder / 'alone'
    if args.folder.exists() and any(args.folder.iterdir()):
        sys.exit(f'error: {args.folder} is not empty')
    write_pa100k(root, num_train=TRAIN_IMAGES)

    start = time.perf_counter()
    run(command(root, alone, args.epochs), None)
    duration = time.perf_counter() - start
    print(f'the run left alone took {duration:.1f} s')

    moments = random.Random(args.seed)
    kills, ended, failures = 0, 0, 0
    with Progress() as progress:
        task = progress.add_task('kills', total=args.kills)
        while kills < args.kills or (args.folder / f'killed_{ended}').exists():
            work_dir = args.folder / f'killed_{ended}'
            moment = moments.uniform(0.2, 1.0) * duration if kills < args.kills else None
            if run(command(root, work_dir, args.epochs), moment):
                failures += not same_outcome(work_dir, alone, args.epochs)
                ended += 1
            else:
                kills += 1
                progress.advance(task)
    print(f'{kills} kills; {ended} killed runs came to their end, {failures} of them differ')
    sys.exit(bool(failures))


if __name__ == '__main__':
    main()
