"""The Fréchet distance of two sets of features, by SciPy's general matrix square root."""

import numpy as np
from scipy.linalg import sqrtm


def slow_frechet_distance(first, second):
    """From ``(N, F)`` and ``(M, F)`` features."""
    (m1, c1), (m2, c2) = ((x.mean(axis=0), np.cov(x, rowvar=False)) for x in (first, second))
    return ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * sqrtm(c1 @ c2).real)
