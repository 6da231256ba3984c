"""Factors of images, scaled to a number of draws under a cap."""

import numpy as np

from par_plugins.structures import InputError


def require_possible_size(size: int, max_repeat: float, num_images: int) -> None:
    """Refuse more draws than the cap allows.

    Raises:
        InputError: If ``size > max_repeat * num_images``.
    """
    if size > max_repeat * num_images:
        raise InputError(
            f'size={size} is impossible with max_repeat={max_repeat}: {num_images} images give at '
            f'most {max_repeat * num_images} draws'
        )


def scale_to_size(factors: np.ndarray, *, size: int, max_repeat: int | None) -> np.ndarray:
    """Find the weights ``min(max_repeat, s * factors)``, with the one ``s``, that sum to the size.

    Args:
        factors: ``(N,)`` positive.
        size: Number of draws M.
        max_repeat: The cap c on a weight; None for no cap.

    Returns:
        ``(N,)`` weights.

    Raises:
        InputError: If the cap makes the size impossible.
    """
    if max_repeat is None:
        scaled: np.ndarray = factors * (size / factors.sum())
        return scaled
    require_possible_size(size, max_repeat, len(factors))
    # With the k largest factors at the cap, the others share what is left of the size.
    descending = np.sort(factors)[::-1]
    left = size - max_repeat * np.arange(len(factors))
    scales = left / np.cumsum(descending[::-1])[::-1]
    within = scales * descending <= max_repeat
    scale = scales[np.argmax(within)] if within.any() else np.inf
    return np.minimum(scale * factors, max_repeat)
