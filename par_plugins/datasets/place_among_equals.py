"""Counting within classes."""

import numpy as np


def place_among_equals(labels: np.ndarray) -> np.ndarray:
    """``(N,)`` int64: how many of the labels before it equal each of ``labels``."""
    _, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(numbers, kind='stable')
    places = np.empty(len(labels), np.int64)
    places[order] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return places
