"""Kill a training run at random moments, resume it each time, and compare with one left alone.

Trains the toy config on toy pedestrians: once undisturbed, then killed (SIGKILL) at moments drawn
from the whole of that training, and resumed each time; whenever a killed run comes to its end, the
next one begins, until there were enough kills. Ends with status 1 if the final weights or test
scores of any of them differ in a bit from those of the undisturbed run; its folder is kept.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from rich.progress import Progress

TOOLS = Path(__file__).parent
CONFIG = TOOLS.parent / 'configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
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
        'model.head.dropout=0.3',
        *loaders,
    ]


def run(arguments: list[str], work_dir: Path, seconds: float | None = None) -> float | None:
    """Run to the end, or kill the whole group of processes so many seconds after its log began.

    Returns:
        Seconds from the beginning of the log to the end, None if it was killed.
    """
    logs = set(work_dir.glob('*/*.log'))
    process = subprocess.Popen(
        arguments,
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and logs == set(work_dir.glob('*/*.log')):
        time.sleep(0.05)
    start = time.perf_counter()
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    if process.returncode:
        sys.exit(f'training failed:\n{errors[-2000:]}')
    return time.perf_counter() - start


def same_outcome(work_dir: Path, expected: Path, epochs: int) -> bool:
    """Whether two runs ended with the same weights and test scores, bit by bit."""
    import torch

    from par_plugins.engine.checkpoint_files import load_checkpoint_file

    weights, others = (
        load_checkpoint_file(str(folder / f'epoch_{epochs}.pth'))['state_dict']
        for folder in (work_dir, expected)
    )
    scores, other_scores = (
        json.loads((folder / 'test_scores.json').read_text(encoding='utf-8'))['scores']
        for folder in (work_dir, expected)
    )
    return scores == other_scores and all(torch.equal(weights[k], others[k]) for k in others)


def main() -> None:
    args = parse_args()
    from par_plugins.testing import write_toy_benchmark

    root, alone = args.folder / 'data', args.folder / 'alone'
    if args.folder.exists() and any(args.folder.iterdir()):
        sys.exit(f'error: {args.folder} is not empty')
    write_toy_benchmark(root, 'PA100K', num_train=TRAIN_IMAGES)

    duration = run(command(root, alone, args.epochs), alone)
    assert duration is not None  # nobody killed it
    print(f'the run left alone trained and tested for {duration:.1f} s')

    moments = random.Random(args.seed)
    kills, runs, killed_runs, failures = 0, 0, 0, 0
    with Progress() as progress:
        task = progress.add_task('kills', total=args.kills)
        while kills < args.kills:
            work_dir, before = args.folder / f'killed_{runs}', kills
            moment: float | None = moments.random() * duration
            while (seconds := run(command(root, work_dir, args.epochs), work_dir, moment)) is None:
                kills += 1
                progress.advance(task)
                moment = moments.random() * duration if kills < args.kills else None
            runs += 1
            killed_runs += kills > before
            if kills == before:  # quicker than its moment, as where the machine has less to do now
                duration = min(duration, seconds)
            if same_outcome(work_dir, alone, args.epochs):
                shutil.rmtree(work_dir)
            else:
                failures += 1
    print(f'{kills} kills; {killed_runs} killed runs came to their end, {failures} of them differ')
    sys.exit(bool(failures))


if __name__ == '__main__':
    main()
