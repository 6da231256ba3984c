"""The solver of the DAI paper: Adam on the re-weighting vector."""

import numpy as np
import torch

from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.structures import InputError


def solve_with_adam(problem: DAIProblem, *, steps: int = 356, lr: float = 0.01) -> np.ndarray:
    """Minimise the paper's eq. 2 over ``r >= 0`` by Adam with projection.

    Ours, where the paper is silent: it starts from ``r = 1`` and keeps ``r`` non-negative by
    projection, because the printed penalty ``-lambda r`` has no minimum (eq. 2 does not see the
    scale of ``r``). The paper names neither the number of steps nor the learning rate; with
    the defaults, 5 r rounded down is 33,960 draws on PA-100K, where it prints 33,982.

    Images with equal labels have equal gradients and stay equal, so one entry for each
    different row takes the steps of all of its images.

    Args:
        problem: What to minimise, with a diversity of 0.
        steps: Number of Adam steps.
        lr: Learning rate.

    Returns:
        ``(U,)`` entry of ``r`` for an image of each row.

    Raises:
        InputError: If no finite positive entry is left.
    """
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
    if not 0 < r.sum() < torch.inf:
        raise InputError(f'Adam with steps={steps}, lr={lr} ends without weights; lower lr')
    return r.numpy()
