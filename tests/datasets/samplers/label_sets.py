"""Label matrices of many kinds, for the tests of the samplers."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.testing.contracts.samplers import long_tailed

PA100K = Path(__file__).parents[3] / '../shared/data/pa100k-annotation/annotation.mat'


def kinds():
    """Small sets by name."""
    generator = np.random.default_rng(1)
    rare = generator.integers(0, 2, (12, 3))
    rare[:, 0] = 0
    rare[5, 0] = 1
    common = generator.integers(0, 2, (12, 3))
    common[:, 1] = 1
    return {
        'balanced': generator.integers(0, 2, (12, 4)),
        'one positive in a column': rare,
        'a column all positive': common,
        'all positive': np.ones((5, 3), np.int64),
        'duplicates everywhere': np.repeat([[1, 0, 0], [0, 1, 0]], 6, axis=0),
        'one image': np.array([[1, 0, 1]]),
        'one attribute': np.array([[1], [0], [0], [0], [0]]),
        'more attributes than images': generator.integers(0, 2, (4, 70)),
        'long-tailed': long_tailed(14, 5),
        'unknown labels': long_tailed(14, 5, unknown=0.3),
        'an image all unknown': np.array([[1, 0], [0, 1], [-1, -1], [0, 0]]),
    }


def pa100k():
    """The official training labels, where they are."""
    if not PA100K.exists():
        pytest.skip('the official PA-100K annotation is not there')
    return loadmat(PA100K)['train_label'].astype(np.int64)
