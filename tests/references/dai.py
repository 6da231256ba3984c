"""DAI as it is defined, image by image: slow and obvious."""

import numpy as np
import torch
from scipy.optimize import Bounds, LinearConstraint, linprog, minimize


def deficits(labels, weights, target):
    """``sum_i w_i k_ij (target - y_ij) / sum w`` of every column that has a positive label."""
    found = []
    for column in labels.T:
        if not (column == 1).any():
            continue
        total = 0.0
        for weight, label in zip(weights, column, strict=True):
            if label != -1:
                total += weight * (target - label)
        found.append(total / weights.sum())
    return np.array(found)


def objective(labels, weights, target):
    return sum(max(0.0, deficit) ** 3 for deficit in deficits(labels, weights, target))


def diversity_term(weights, diversity):
    effective_sample_size = weights.sum() ** 2 / (len(weights) * (weights**2).sum())
    return diversity / (2 * effective_sample_size)


def value(labels, weights, target, diversity):
    return objective(labels, weights, target) + diversity_term(weights, diversity)


def gradient(labels, weights, target, diversity):
    """Of the value among weights of a fixed sum: the sum is not differentiated."""
    size = weights.sum()
    pulled = [column for column in labels.T if (column == 1).any()]
    result = diversity * len(weights) / size**2 * weights
    for column, deficit in zip(pulled, deficits(labels, weights, target), strict=True):
        slope = 3 * max(0.0, deficit) ** 2
        result = result + slope * np.where(column == -1, 0.0, target - column) / size
    return result


def minimum(labels, *, size, max_repeat, target, diversity):
    """The smallest value that a general solver finds."""
    num_images = len(labels)
    found = minimize(
        lambda weights: value(labels, weights, target, diversity),
        np.full(num_images, size / num_images),
        jac=lambda weights: gradient(labels, weights, target, diversity),
        method='SLSQP',
        bounds=Bounds(0, max_repeat),
        constraints=LinearConstraint(np.ones(num_images), size, size),
        options={'ftol': 1e-13, 'maxiter': 2000},
    )
    return found.fun


def frank_wolfe_gap(labels, weights, *, max_repeat, target, diversity):
    """``max <gradient, w - s>`` over ``0 <= s <= max_repeat, sum s = sum w``, by an LP solver."""
    slope = gradient(labels, weights, target, diversity)
    best = linprog(
        slope,
        A_eq=np.ones((1, len(weights))),
        b_eq=[weights.sum()],
        bounds=(0, max_repeat),
    )
    return slope @ weights - best.fun


def adam(labels, *, size, target, steps, lr):
    """The weights of the paper's solver, one entry an image, by automatic differentiation."""
    matrix = torch.from_numpy(labels).double()
    pulled = matrix[:, (matrix == 1).any(dim=0)]
    r = torch.ones(len(labels), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([r], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        terms = torch.where(pulled == -1, 0.0, target - pulled)
        deficit = (r[:, None] * terms).sum(dim=0) / r.sum()
        (deficit.clamp(min=0) ** 3).sum().backward()
        optimizer.step()
        with torch.no_grad():
            r.clamp_(min=0)
    weights = r.detach().numpy()
    return size * weights / weights.sum()
