"""Write the heads of toy pedestrians as CelebA: its official text files and folders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.datasets.attributes.celeba import SCHEMA
from par_plugins.testing.benchmark_writer import (
    Rule,
    always,
    from_behind,
    has,
    labels_by_rule,
    separate_sets,
    write_images,
    write_lines,
)
from par_plugins.testing.toy_pedestrians import ToyPedestrians

FACE_SIZE = (178, 218)  # width, height
HEAD_SHARE = 0.5  # of the height of a crop, from the top: the heads of children are lower


def _hair(color: str) -> Rule:
    return lambda who: int(who.hair_color == color and who.age != 'over60')


CELEBA_RULES: dict[str, Rule] = {
    'Black_Hair': _hair('black'),
    'Brown_Hair': _hair('brown'),
    'Blond_Hair': _hair('blond'),
    'Gray_Hair': has('age', 'over60'),
    'Eyeglasses': from_behind(has('glasses'), 0),
    'Male': has('gender', 'male'),
    'No_Beard': always,
    'Oval_Face': always,
    'Pale_Skin': has('skin_color', 'light'),
    'Straight_Hair': always,
    'Wearing_Hat': has('hat'),
    'Young': lambda who: int(who.age != 'over60'),
}
"""The attributes that toys have."""


def write_celeba(
    root: str | Path,
    *,
    num_train: int = 64,
    num_val: int = 16,
    num_test: int = 16,
    seed: int = 0,
    image_size: tuple[int, int] = (256, 128),
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark in the official layout of CelebA.

    Faces are the upper halves of pedestrians, 178 x 218 pixels, some of them from behind. No
    identity is in two splits. Images are numbered from 000001 through train, val and test, as in
    the official one. Attributes without a counterpart among the toys' traits (``CELEBA_RULES``)
    are -1.

    Args:
        root: Folder of ``Anno/``, ``Eval/`` and ``Img/``; made if missing, files are overwritten.
        num_train: Images of the training split; at least 1, as in the other splits.
        num_val: Images of the validation split.
        num_test: Images of the test split.
        seed: Of the toy world.
        image_size: Of the pedestrians whose heads are cut out.
        on_image: Called after every image.
        **world: ``difficulty`` and ``images_per_identity``, see :class:`ToyPedestrians`.

    Returns:
        The pedestrians written as ``train``, ``val`` and ``test``.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'val': num_val, 'test': num_test}
    splits = separate_sets(sizes, seed=seed, image_size=image_size, **world)
    attributes: list[str] = []
    partition: list[str] = []
    identities: list[str] = []
    for part, pedestrians in enumerate(splits.values()):
        first = len(attributes) + 1
        names = [f'{first + i:06d}.jpg' for i in range(len(pedestrians))]
        folder = Path(root) / 'Img/img_align_celeba'
        write_images(folder, pedestrians, names, on_image, crop=_head)
        labels = 2 * labels_by_rule(pedestrians, SCHEMA.names, CELEBA_RULES).astype(int) - 1
        for name, row, who in zip(names, labels, pedestrians, strict=True):
            attributes.append(name + ''.join(f' {label:2d}' for label in row))
            partition.append(f'{name} {part}')
            identities.append(f'{name} {who.identity}')
    head = [str(len(attributes)), ' '.join(SCHEMA.names) + ' ']
    write_lines(Path(root) / 'Anno/list_attr_celeba.txt', [*head, *attributes])
    write_lines(Path(root) / 'Anno/identity_CelebA.txt', identities)
    write_lines(Path(root) / 'Eval/list_eval_partition.txt', partition)
    return splits


def _head(image: np.ndarray) -> np.ndarray:
    height = round(HEAD_SHARE * image.shape[0])
    width = min(image.shape[1], round(height * FACE_SIZE[0] / FACE_SIZE[1]))
    left = (image.shape[1] - width) // 2
    return cv2.resize(image[:height, left : left + width], FACE_SIZE)
