"""Label matrices of many kinds, for the tests of the samplers."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

PA100K = Path(__file__).parents[3] / '../shared/data/pa100k-annotation/annotation.mat'


def long_tailed(num_images, num_attributes, *, seed=0, unknown=0.0):
    """Correlated binary labels with ratios from 0.9 down to 0.01, each with a positive."""
    generator = np.random.default_rng(seed)
    ratios = np.geomspace(0.9, 0.01, num_attributes)
    common = generator.random((num_images, 1))
    own = generator.random((num_images, num_attributes))
    labels = (np.where(generator.random(own.shape) < 0.4, common, own) < ratios).astype(np.int64)
    labels[generator.random(labels.shape) < unknown] = -1
    labels[0] = 1
    return labels


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
