"""Pictures to draw, from files of this computer."""

import os

import mmcv
import numpy as np

from par_plugins.datasets.transforms import LoadPersonImage
from par_plugins.structures import InputError


def read_picture(path: str) -> np.ndarray:
    """Read a picture from a regular file; names such as addresses are never fetched.

    Args:
        path: Of the file. It may come from a file that somebody else has written.

    Returns:
        ``(H, W, 3)`` uint8 RGB.

    Raises:
        InputError: If there is no such regular file, or it is not a readable picture.
    """
    name = str(path)
    # An absolute path has no scheme: whatever opens it does not take it for an address.
    if '\0' in name or not os.path.isfile(local := os.path.abspath(name)):
        raise InputError(f'{name!r}: there is no such file to draw')
    picture: np.ndarray = mmcv.bgr2rgb(LoadPersonImage().transform({'img_path': local})['img'])
    return picture
