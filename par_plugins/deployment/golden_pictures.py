"""Generated pictures by which forms of one network are compared, on any machine."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from par_plugins.inference import AttributeInferencer
from par_plugins.inference.load_model import LoadedModel
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import InputError

NUMBER = 8
LARGEST = 2**26
"""Bytes of the arrays when they are unpacked: zeros pack a thousandfold."""
EXACT = 'probabilities'
"""What every form of the network in float32 says."""


def golden_bytes(pictures: list[np.ndarray], expected: Mapping[str, np.ndarray]) -> bytes:
    """Return an ``.npz`` of pictures, and of what is expected of them.

    Args:
        pictures: ``(H, W, 3)`` each.
        expected: Packed ``(N, C)`` probabilities: those of :data:`EXACT`, and by name of the file
            those of forms that are not exact.
    """
    named = {f'picture_{number}': picture for number, picture in enumerate(pictures)}
    return npz_bytes(**named, **expected)


def npz_bytes(**arrays: np.ndarray) -> bytes:
    """Return an ``.npz`` of arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read_golden(content: bytes, *, source: str) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Return the inverse of :func:`golden_bytes`.

    Args:
        content: Of the file.
        source: Its name, for messages.

    Raises:
        InputError: If it is anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            announced = sum(member.file_size for member in archive.infolist())
        if announced > LARGEST:
            raise ValueError(f'{announced} bytes of arrays, more than {LARGEST}')
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            expected = {name: file[name] for name in file.files if '_' not in name}
            pictures = [file[f'picture_{row}'] for row in range(len(expected[EXACT]))]
            return pictures, expected
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
