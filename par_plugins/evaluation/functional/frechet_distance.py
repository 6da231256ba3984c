"""Fréchet distance between two sets of features, from their means and covariances.

M. Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
Equilibrium", NeurIPS 2017. Different from the usual code: the trace of the square root of the
product of covariances comes from the square roots of the two, so that it is real, and sound
where there are fewer images than features.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from par_plugins.structures import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FeatureMoments:
    """Mean and scatter of features; ``+`` joins those of two sets of images.

    Attributes:
        count: Number of images.
        mean: ``(F,)``.
        scatter: ``(F, F)``, the sum of ``(x - mean)(x - mean)^T``.
    """

    count: int
    mean: Array
    scatter: Array

    @classmethod
    def from_batch(cls, features: Array) -> 'FeatureMoments':
        """Compute moments of ``(N, F)`` features; N may be 0."""
        exact = np.asarray(features, dtype=np.float64)
        if exact.ndim != 2:
            raise InputError(f'features: shape {exact.shape}, not (N, F)')
        mean = exact.mean(axis=0) if len(exact) else np.zeros(exact.shape[1])
        centred = exact - mean
        return cls(len(exact), mean, centred.T @ centred)

    def __add__(self, other: 'FeatureMoments') -> 'FeatureMoments':
        if not (self.count and other.count):
            return self if self.count else other
        count = self.count + other.count
        step = other.mean - self.mean
        mean = self.mean + step * (other.count / count)
        between = np.outer(step, step) * (self.count * other.count / count)
        return FeatureMoments(count, mean, self.scatter + other.scatter + between)

    @property
    def covariance(self) -> Array:
        """``(F, F)``, unbiased; NaN for fewer than two images."""
        if self.count < 2:
            return np.full_like(self.scatter, np.nan)
        return self.scatter / (self.count - 1)


def frechet_distance(
    first_mean: Array, first_covariance: Array, second_mean: Array, second_covariance: Array
) -> float:
    """Compute ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``.

    Args:
        first_mean: ``(F,)``.
        first_covariance: ``(F, F)``.
        second_mean: ``(F,)``.
        second_covariance: ``(F, F)``.

    Returns:
        The squared Fréchet distance of two normal distributions, at least 0 but for rounding; NaN
        where a covariance is.

    Raises:
        InputError: If the shapes do not fit each other.

    Example:
        >>> one = np.eye(1)
        >>> frechet_distance(np.zeros(1), one, np.array([3.0]), 4 * one)
        10.0
    """
    means = np.asarray(first_mean, np.float64), np.asarray(second_mean, np.float64)
    covariances = (
        np.asarray(first_covariance, np.float64),
        np.asarray(second_covariance, np.float64),
    )
    length = means[0].shape
    if (
        len(length) != 1
        or means[1].shape != length
        or {c.shape for c in covariances} != {length * 2}
    ):
        raise InputError(
            f'means of shapes {means[0].shape} and {means[1].shape} with covariances of shapes '
            f'{covariances[0].shape} and {covariances[1].shape}'
        )
    if not all(np.isfinite(moment).all() for moment in (*means, *covariances)):
        return float('nan')
    # The eigenvalues of C1 C2 are the squares of the singular values of C1^(1/2) C2^(1/2).
    trace_of_root = scipy.linalg.svdvals(_root(covariances[0]) @ _root(covariances[1])).sum()
    distance = np.square(means[0] - means[1]).sum()
    return float(distance + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * trace_of_root)


def _root(covariance: Array) -> Array:
    """The symmetric square root."""
    squares, axes = scipy.linalg.eigh(covariance)
    root: Array = (axes * np.sqrt(squares.clip(min=0))) @ axes.T
    return root
