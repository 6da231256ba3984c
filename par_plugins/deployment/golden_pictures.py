"""Generated pictures by which forms of one network are compared, on any machine."""

import io
from pathlib import Path

import numpy as np

from par_plugins.inference import AttributeInferencer
from par_plugins.inference.load_model import LoadedModel
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import InputError

NUMBER = 8


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
