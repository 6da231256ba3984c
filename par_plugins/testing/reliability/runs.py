"""Trainings that are killed, resumed, or shared by several processes, beside one left alone."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.testing.reliability.tally import Tally

MANNERS = ('all processes', 'a worker', 'while a checkpoint is written')
VARIANTS: Mapping[str, Mapping[str, object]] = {
    'one worker': {},
    'persistent workers': {
        'train_dataloader.num_workers': 2,
        'train_dataloader.persistent_workers': True,
    },
    'no worker': {'train_dataloader.num_workers': 0},
    'DAI': {
        'train_dataloader.sampler._delete_': True,
        'train_dataloader.sampler.type': 'DAISampler',
    },
}
"""Options of the config under which a run is resumed."""
TIME_LIMIT = 900
"""Seconds after which a run hangs; on a busy machine its start alone takes minutes."""


@dataclass(frozen=True)
class Training:
    """A training that ends in weights and test scores.

    Attributes:
        command: What starts it, without work directory; it goes on where it stopped.
        epochs: Number of epochs.
    """

    command: Sequence[str]
    epochs: int

    def start(self, work_dir: Path, options: Mapping[str, object] = {}) -> subprocess.Popen[str]:
        """Start it in a process group of its own, with more of the config's options."""
        more = [f'{key}={value}' for key, value in options.items()]
        return subprocess.Popen(
            [*self.command, *more, '--work-dir', str(work_dir)],
            env={**os.environ, 'OMP_NUM_THREADS': '1'},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, work_dir: Path, options: Mapping[str, object] = {}) -> float:
        """Run to the end.

        Returns:
            Seconds from the beginning of the log to the end.

        Raises:
            RuntimeError: If it failed.
        """
        process = self.start(work_dir, options)
        began = _wait_for_log(process, work_dir)
        _, errors = process.communicate(timeout=TIME_LIMIT)
        if process.returncode:
            raise RuntimeError(f'training failed: {errors[-2000:]}')
        return time.perf_counter() - began

    def outcome(self, work_dir: Path) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
        """Weights and test scores of a run that has ended."""
        weights = load_checkpoint_file(str(work_dir / f'epoch_{self.epochs}.pth'))['state_dict']
        scores = json.loads((work_dir / 'test_scores.json').read_text(encoding='utf-8'))['scores']
        return weights, scores

    def same(self, work_dir: Path, other: Path) -> bool:
        """Whether two runs ended with the same weights and test scores, bit by bit."""
        (weights, scores), (others, other_scores) = self.outcome(work_dir), self.outcome(other)
        return (
            scores == other_scores
            and weights.keys() == others.keys()
            and all(torch.equal(weights[name], others[name]) for name in others)
        )


def try_kills(
    training: Training,
    folder: Path,
    count: int,
    seed: int,
    on_case: Callable[[int], object] = lambda tried: None,
) -> Tally:
    """Kill a training again and again, resume it each time, and compare with one left alone.

    In turn all its processes are killed at a moment drawn from the whole training, one worker is
    killed at such a moment, and all are killed while a checkpoint is being written.

    Args:
        training: With a worker at least, so that there is one to kill.
        folder: Empty, for the runs; those that differ are kept.
        count: Number of kills.
        seed: Of the moments.
        on_case: Called with the number of kills after each.

    Returns:
        A kill is right if the run that it hit ended as the one left alone, else a fault.
    """
    duration = training.finish(folder / 'alone')
    moments, tally, number = random.Random(seed), Tally(), 0
    while tally.tried < count:
        work_dir, kills = folder / f'killed_{number}', 0
        while tally.tried + kills < count:
            manner = MANNERS[(tally.tried + kills) % len(MANNERS)]
            if not _kill(training.start(work_dir), work_dir, manner, moments.random() * duration):
                break  # it was over before its moment
            kills += 1
        training.finish(work_dir)
        if training.same(work_dir, folder / 'alone'):
            tally.right += kills
            shutil.rmtree(work_dir)
        else:
            tally.faults.update(
                (tally.tried, f'{work_dir} differs from the run left alone') for _ in range(kills)
            )
        number += 1
        on_case(tally.tried)
    return tally


def try_resumes(
    training: Training,
    folder: Path,
    count: int,
    on_case: Callable[[int], object] = lambda tried: None,
) -> Tally:
    """Stop a training after each of its epochs, resume it, and compare with one left alone.

    Args:
        training: What is trained, under each of :data:`VARIANTS`.
        folder: Empty, for the runs.
        count: Number of resumed trainings at the most.
        on_case: Called with the number of resumed trainings after each.
    """
    tally = Tally()
    for name, options in VARIANTS.items():
        alone = folder / name / 'alone'
        if tally.tried < count:
            training.finish(alone, options)
        for epoch in range(1, min(training.epochs, 1 + count - tally.tried)):
            stopped = folder / name / f'stopped_{epoch}'
            process = training.start(stopped, options)
            _wait_for(stopped / f'epoch_{epoch}.pth', process)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            training.finish(stopped, options)
            if training.same(stopped, alone):
                tally.right += 1
            else:
                tally.faults[tally.tried] = f'{name}, stopped after epoch {epoch}: it differs'
            on_case(tally.tried)
    return tally


def try_processes(
    training: Training,
    test: Path,
    folder: Path,
    count: int,
    on_case: Callable[[int], object] = lambda tried: None,
) -> Tally:
    """Test a checkpoint with one process and with several, and compare their scores.

    Args:
        training: Makes the checkpoint.
        test: The script that tests one.
        folder: Empty, for the runs.
        count: The largest number of processes.
        on_case: Called with the number of processes after each.
    """
    training.finish(folder / 'alone')
    checkpoint = next((folder / 'alone').glob('best*.pth'))
    _, expected = training.outcome(folder / 'alone')
    tally = Tally()
    config, options = (
        training.command[2],
        training.command[training.command.index('--resume') + 1 :],
    )
    for processes in range(1, count + 1):
        work_dir = folder / f'{processes}_processes'
        launcher = ['-m', 'torch.distributed.run', '--standalone', f'--nproc-per-node={processes}']
        together = [*launcher, str(test), config, str(checkpoint), '--launcher', 'pytorch']
        done = subprocess.run(
            [sys.executable, *together, '--work-dir', str(work_dir), *options],
            env={**os.environ, 'OMP_NUM_THREADS': '1'},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
        )
        if done.returncode:
            raise RuntimeError(f'testing failed: {done.stderr[-2000:]}')
        text = (work_dir / 'test_scores.json').read_text(encoding='utf-8')
        scores = json.loads(text)['scores']
        if all(abs(scores[name] - value) <= 1e-6 for name, value in expected.items()):
            tally.right += 1
        else:
            tally.faults[tally.tried] = f'{processes} processes: {scores} for {expected}'
        on_case(tally.tried)
    return tally


def _kill(process: subprocess.Popen[str], work_dir: Path, manner: str, moment: float) -> bool:
    """Kill a run in this manner; whether it still ran."""
    _wait_for_log(process, work_dir)
    limit = time.monotonic() + moment
    while process.poll() is None and time.monotonic() < limit:
        time.sleep(0.005)
    if manner == MANNERS[2]:
        while process.poll() is None and not any(work_dir.glob('.part-*')):
            time.sleep(0.0005)
    if process.poll() is not None:
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f'training failed: {errors[-2000:]}')
        return False
    if manner == MANNERS[1]:
        killed = False
        while process.poll() is None and not killed:  # between epochs there is none
            for worker in _children(process.pid):
                os.kill(worker, signal.SIGKILL)
                killed = True
        process.communicate(timeout=TIME_LIMIT)
        return killed
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


def _children(process: int) -> Iterator[int]:
    try:
        text = Path(f'/proc/{process}/task/{process}/children').read_text(encoding='ascii')
    except FileNotFoundError:
        return
    yield from map(int, text.split())


def _wait_for_log(process: subprocess.Popen[str], work_dir: Path) -> float:
    logs = set(work_dir.glob('*/*.log'))
    while process.poll() is None and logs == set(work_dir.glob('*/*.log')):
        time.sleep(0.02)
    return time.perf_counter()


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + TIME_LIMIT
    while not path.exists():
        if process.poll() is not None or time.monotonic() > limit:
            raise RuntimeError(f'{path} was not written: {process.communicate()[1][-2000:]}')
        time.sleep(0.005)
