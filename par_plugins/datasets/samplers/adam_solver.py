"""The solver of the DAI paper: Adam on the re-weighting vector."""

from typing import Literal

import numpy as np
import torch

from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.structures import InputError


def solve_with_adam(
    problem: DAIProblem,
    *,
    steps: int = 356,
    lr: float = 0.01,
    rounding: Literal['none', 'floor'] = 'none',
    scale: float = 5.0,
) -> np.ndarray:
    """Minimise the paper's eq. 2 over ``r >= 0`` by Adam with projection, stopped early.

    Ours, where the paper is silent: it starts from ``r = 1`` and keeps ``r`` non-negative by
    projection, because the printed penalty ``-lambda r`` has no minimum (eq. 2 does not see the
    scale of ``r``). The paper names neither the number of steps nor the learning rate; with
    the defaults, ``5 r`` rounded down is 33,960 draws on PA-100K, where it prints 33,982.

    Images with equal labels have equal gradients and stay equal, so one entry for each
    different row takes the steps of all of its images.

    Args:
        problem: What to minimise, with a diversity of 0.
        steps: Number of Adam steps.
        lr: Learning rate.
        rounding: ``'none'``: weights in proportion to ``r`` whose sum is the problem's size.
            ``'floor'``: the integer part of ``scale * r``, the paper's; the sum is what comes out.
        scale: Factor before rounding; the paper's are 5 and 10.

    Returns:
        ``(U,)`` weight of an image of each row.

    Raises:
        InputError: If an argument is not valid, or no finite positive weight is left.
    """
    if rounding not in ('none', 'floor'):
        raise InputError(f"rounding must be 'none' or 'floor', got {rounding!r}")
    deficits = torch.from_numpy(problem.deficits)
    num_images = torch.from_numpy(problem.num_images).to(deficits)
    r = torch.ones_like(num_images)
    optimizer = torch.optim.Adam([r], lr=lr)
    for _ in range(steps):
        draws = num_images * r
        total = draws.sum()
        deficit = draws @ deficits / total
        slope = 3 * deficit.clamp(min=0) ** 2
        r.grad = (deficits @ slope - deficit @ slope) / total
        optimizer.step()
        r.clamp_(min=0)
    weights = r * problem.size / (r @ num_images) if rounding == 'none' else (scale * r).floor()
    if not 0 < weights.sum() < torch.inf:
        raise InputError(
            f'Adam with steps={steps}, lr={lr}, rounding={rounding!r}, scale={scale} ends without '
            'a positive weight'
        )
    array: np.ndarray = weights.numpy()
    return array
