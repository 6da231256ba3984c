"""Fractional weights to whole counts, anew in each epoch."""

import numpy as np

from par_plugins.structures import InputError


def round_systematically(weights: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw whole counts with the weights as their means and the same sum.

    Each weight's whole part is certain. The fractional parts are laid end to end in random order
    and a comb of spacing 1 at a random offset picks those it hits (systematic sampling): each
    count is its weight rounded down or up, and the sum is fixed. Without the random order, equal
    weights would give a handful of different outcomes. A weight within 1e-9 of an integer is that
    integer.

    Args:
        weights: ``(N,)`` non-negative, with an integer sum.
        generator: Source of the order and the offset.

    Returns:
        ``(N,)`` int64 counts.

    Raises:
        InputError: If the sum of the weights is not an integer.
    """
    sum_of_weights = weights.sum()
    size = np.rint(sum_of_weights)
    if not abs(sum_of_weights - size) <= 1e-6 + 1e-9 * size:
        raise InputError(f'weights must have an integer sum, got {sum_of_weights}')
    nearest = np.rint(weights)
    whole = np.where(np.abs(weights - nearest) < 1e-9, nearest, np.floor(weights))
    counts: np.ndarray = whole.astype(np.int64)
    fractions = np.maximum(weights - whole, 0)
    order = generator.permutation(np.flatnonzero(fractions >= 1e-9))
    if len(order):
        to_draw = size - whole.sum()
        ends = np.cumsum(fractions[order])
        # Both the scaling and the minimum take out what rounding does to a long sum.
        teeth_passed = np.floor(ends * (to_draw / ends[-1]) + generator.random())
        teeth_passed[-1] = to_draw
        counts[order] += np.diff(np.minimum(teeth_passed, to_draw), prepend=0).astype(np.int64)
    return counts
