"""Schedules of the learning rate, resumed for longer and with other sizes of batches."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor

from par_plugins.engine.hooks import ExactResumeHook, ScheduleHook, WorkDirectoryHook
from par_plugins.testing.reliability.tally import Tally, try_cases

IMAGES = 12
SHAPES: tuple[dict[str, Any], ...] = (
    {'type': 'CosineAnnealingLR', 'eta_min': 1e-4},
    {'type': 'LinearLR', 'start_factor': 1.0, 'end_factor': 0.01},
    {'type': 'PolyLR', 'power': 0.9, 'eta_min': 1e-4},
    {'type': 'MultiStepLR', 'milestones': [1, 2], 'gamma': 0.1},
    {'type': 'StepLR', 'step_size': 2, 'gamma': 0.3},
    {'type': 'ExponentialLR', 'gamma': 0.7},
)
WARM_UP = {'type': 'LinearLR', 'start_factor': 0.1, 'end': 1}


def try_schedules(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Resume a training for more epochs, and compare its rates with those of one planned so.

    Args:
        folder: Empty, for the runs.
        count: Number of trainings; each draws shape, warm-up, conversion to steps, batch sizes and
            lengths.
        seed: Of the draws.
        on_case: See :func:`try_cases`.
    """
    return try_cases(partial(_resume, folder, seed), count, seconds=120, on_case=on_case)


class _OneNumber(BaseModel):
    """A model with a number to learn."""

    def __init__(self) -> None:
        super().__init__()
        self.number = torch.nn.Parameter(torch.zeros(1))

    def forward(self, **kwargs: Any) -> dict[str, Tensor]:
        return {'loss': self.number.sum()}


class _Rates(Hook):
    """Note the rate of every step."""

    def __init__(self) -> None:
        self.rates: list[float] = []

    def before_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Note it."""
        self.rates.append(runner.optim_wrapper.get_lr()['lr'][0])


def _resume(folder: Path, seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    shape = SHAPES[number % len(SHAPES)]
    schedule: list[dict[str, Any]] = [dict(shape)]
    if rng.random() < 0.5:
        schedule = [dict(WARM_UP), dict(shape, begin=1)]
    by_steps = bool(rng.random() < 0.5)
    schedule = [dict(one, by_epoch=True, convert_to_iter_based=by_steps) for one in schedule]
    short, batch = int(rng.integers(2, 4)), int(rng.choice([2, 3, 4]))  # behind the warm-up
    long, other_batch = short + int(rng.integers(1, 4)), int(rng.choice([2, 3, 4]))
    place = folder / str(number)
    _train(place / 'resumed', schedule, short, batch, None)
    checkpoint = str(place / 'resumed' / f'epoch_{short}.pth')
    resumed = _train(place / 'resumed', schedule, long, other_batch, checkpoint)
    alone = _train(place / 'alone', schedule, long, other_batch, None)
    assert resumed == alone[-len(resumed) :], f'{schedule}, {short} then {long} epochs'


def _train(
    work_dir: Path, schedule: list[dict[str, Any]], epochs: int, batch: int, resume: str | None
) -> list[float]:
    rates = _Rates()
    runner = Runner(
        _OneNumber(),
        str(work_dir),
        train_dataloader={
            'dataset': [{}] * IMAGES,
            'batch_size': batch,
            'sampler': {'type': 'DefaultSampler'},
        },
        train_cfg={'by_epoch': True, 'max_epochs': epochs},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 1.0}},
        param_scheduler=[dict(one) for one in schedule],
        default_hooks={
            'logger': None,
            'timer': None,
            'checkpoint': {'type': 'CheckpointHook', 'interval': 1},
        },
        custom_hooks=[WorkDirectoryHook(), ScheduleHook(), ExactResumeHook(), rates],
        load_from=resume,
        resume=resume is not None,
        randomness={'seed': 0},
        log_level='ERROR',
        experiment_name=f'{work_dir.parent.name}_{work_dir.name}_{epochs}_{batch}',
    )
    runner.train()
    return rates.rates
