"""Generated pictures by which forms of one network are compared, on any machine."""

import io
from pathlib import Path

import numpy as np

from par_plugins.inference import AttributeInferencer
from par_plugins.inference.load_model import LoadedModel
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import InputError

SIZES = ((128, 64), (256, 128), (96, 40), (61, 33), (300, 101), (128, 64), (200, 80), (48, 48))
"""Heights and widths, some of them odd."""
SEED = 0


def golden_pictures() -> list[np.ndarray]:
    """Draw pictures: coloured rectangles on a gradient with noise.

    Returns:
        ``(H, W, 3)`` uint8 each, in the order red, green, blue.

    Example:
        >>> [picture.shape for picture in golden_pictures()[:2]]
        [(128, 64, 3), (256, 128, 3)]
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    return [_picture(random, height, width) for height, width in SIZES]


def golden_bytes(pictures: list[np.ndarray], probabilities: np.ndarray) -> bytes:
    """Return an ``.npz`` of pictures and the packed ``(N, C)`` probabilities expected of them."""
    buffer = io.BytesIO()
    named = {f'picture_{number}': picture for number, picture in enumerate(pictures)}
    np.savez_compressed(buffer, allow_pickle=False, probabilities=probabilities, **named)
    return buffer.getvalue()


def read_golden(content: bytes, *, source: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the inverse of :func:`golden_bytes`.

    Args:
        content: Of the file.
        source: Its name, for messages.

    Raises:
        InputError: If it is anything else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            names = sorted(
                (n for n in file.files if n.startswith('picture_')), key=lambda n: int(n[8:])
            )
            return [file[name] for name in names], file['probabilities']
    except Exception as error:  # zip, zlib and NumPy raise whatever the bytes lead them to
        raise InputError(f'{source}: not the golden pictures of a release ({error})') from error


def released_inferencer(folder: Path, weights: Path) -> AttributeInferencer:
    """Load the weights of a release on the CPU, where outputs are the same everywhere.

    Args:
        folder: With ``config.py``.
        weights: A checkpoint.
    """
    config = read_plain_config(folder / 'config.py')
    return AttributeInferencer(config, weights, device='cpu', num_workers=1)


def predict_pictures(inferencer: AttributeInferencer, pictures: list[np.ndarray]) -> np.ndarray:
    """Return packed ``(N, C)`` probabilities of pictures ``(H, W, 3)``, red first."""
    images = [picture[:, :, ::-1].copy() for picture in pictures]
    people = inferencer(images, return_datasamples=True)['predictions']
    loaded: LoadedModel = inferencer.loaded
    return loaded.probabilities([samples[0] for samples in people]).numpy()


def _picture(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    rows = np.linspace(0, 1, height)[:, None, None]
    top, bottom = random.integers(0, 256, (2, 3))
    picture = (top + (bottom - top) * rows) * np.ones((height, width, 3))
    for _ in range(6):
        y, x = random.integers(0, height), random.integers(0, width)
        tall, wide = random.integers(4, height // 2), random.integers(4, width // 2)
        picture[y : y + tall, x : x + wide] = random.integers(0, 256, 3)
    noise = random.integers(-12, 13, picture.shape)
    return np.clip(np.rint(picture) + noise, 0, 255).astype(np.uint8)
