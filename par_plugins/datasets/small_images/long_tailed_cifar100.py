"""CIFAR-100 with a long tail, its balanced twin, and CIFAR-100 itself: one attribute, 100 values.

Dong, Gong and Zhu, TPAMI 2019: class ``i = 1..100`` keeps ``a / (i^gamma + b)`` images; the largest
class, 500, and the smallest, 25, give ``a`` and ``b``. Which images a class keeps, which
classes of the twin get the one image more, and which images are held out for validation is in no
text: these are this project's, see :class:`LongTailedCIFAR100`.
"""

from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS
from mmpretrain.datasets.categories import CIFAR100_CATEGORIES

from par_plugins.datasets.attribute_dataset import first_existing
from par_plugins.datasets.files.cifar100_binary import NUM_CLASSES, read_cifar100_binary
from par_plugins.datasets.small_images.pixel_dataset import PixelDataset, rank_among_equals
from par_plugins.structures import Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema([Attribute('class', tuple(CIFAR100_CATEGORIES))])
LARGEST, SMALLEST = 500, 25


def long_tailed_sizes(gamma: float) -> np.ndarray:
    """Return ``(100,)`` images of each class: ``a / (i^gamma + b)``, rounded.

    Args:
        gamma: Above 0; the larger, the steeper the head and the more images in the tail.

    Raises:
        InputError: If gamma is not above 0, or so large that 100^gamma is no number.
    """
    if not 0 < gamma < 100:
        raise InputError(f'gamma must be above 0 and below 100, got {gamma}')
    powers = np.arange(1, NUM_CLASSES + 1) ** float(gamma)
    b = (SMALLEST * powers[-1] - LARGEST) / (LARGEST - SMALLEST)
    a = LARGEST * (1 + b)
    return np.rint(a / (powers + b)).astype(np.int64)


def balanced_sizes(total: int) -> np.ndarray:
    """Share ``total`` images out among 100 classes, ``(100,)``; the first classes get one more."""
    return total // NUM_CLASSES + (np.arange(NUM_CLASSES) < total % NUM_CLASSES)


@DATASETS.register_module()
class LongTailedCIFAR100(PixelDataset):
    """Long-tailed CIFAR-100 from the official binary version.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009;
    https://www.cs.toronto.edu/~kriz/cifar.html ("CIFAR-100 binary version"). It states no licence.
    ``tools/dataset/convert_cifar100.py`` makes these files from arrays in an ``.npz`` file.

    .. code-block:: text

        data_root/
            train.bin, test.bin      (or in cifar-100-binary/)

    A class keeps its first images in the order of the file, so that every ``gamma`` and the twin
    share as many as they can: 8,072 images for gamma 1, 81 of each of the twin's first 72 classes
    and 80 of the others. The first ``num_val`` of these are the validation images, the same for
    every gamma, and the rest is for training. Test images are all those of the file: 10,000 in the
    official one. Nothing is unknown.

    The files are the images, so that a sample has its ``img`` already ((32, 32, 3) uint8,
    blue-green-red, as every image in a pipeline) and a pipeline loads none; ``img_path`` says which
    record of which file it is.

    >>> LongTailedCIFAR100(data_root='data/cifar-100-binary', gamma=1, split='train')[0]
    {'img_path': 'data/cifar-100-binary/train.bin#11', 'gt_attributes': array([19]), 'img': ...}

    Args:
        *args: Folder of the layout above, split (``train``, ``val``, ``test``, ``trainval``,
            ``valtest``; None takes all) and a pipeline without a transform that loads, see
            :class:`AttributeDataset`.
        gamma: See :func:`long_tailed_sizes`; None keeps CIFAR-100 as it is, 500 images a class.
        balanced: Take the balanced twin instead: as many images, the same number of each class.
        num_val: Images of each class that are held out for validation; the papers' balanced
            CIFAR-100 has 10.
        **kwargs: The same.

    Raises:
        InputError: If a file is missing or not of its form, a class has too few images, an
            argument is out of its range, or see :class:`AttributeDataset`.
    """

    SCHEMA = SCHEMA

    def __init__(
        self,
        *args: Any,
        gamma: float | None = 1.0,
        balanced: bool = False,
        num_val: int = 5,
        **kwargs: Any,
    ) -> None:
        if num_val < 0:
            raise InputError(f'num_val must be at least 0, got {num_val}')
        if gamma is None:
            if balanced:
                raise InputError('balanced=True needs a gamma: without one nothing is unbalanced')
            self.sizes = None
        else:
            self.sizes = long_tailed_sizes(gamma)
            if balanced:
                self.sizes = balanced_sizes(int(self.sizes.sum()))
        self.num_val = num_val
        super().__init__(*args, **kwargs)

    def read_file(self, part: str) -> tuple[str, np.ndarray, np.ndarray]:
        """Name of the file, all its images and their labels."""
        folder = first_existing(self.data_root, ['cifar-100-binary', '.'])
        file = str(Path(folder) / f'{part}.bin')
        images, labels = read_cifar100_binary(Path(self.data_root) / file)
        return file, images[..., ::-1], labels

    def training_rows(self, labels: np.ndarray, file: str, *, held_out: bool) -> np.ndarray:
        """Return records for validation or for training, among those that their classes keep."""
        counts = np.bincount(labels, minlength=NUM_CLASSES)
        sizes = self.sizes
        if sizes is None:
            sizes = np.full(NUM_CLASSES, counts.max(initial=0))
        short = counts < sizes
        if short.any() or sizes.min() <= self.num_val:
            value = int(np.argmax(short if short.any() else sizes <= self.num_val))
            needed = sizes[value] if short.any() else self.num_val + 1
            raise InputError(
                f'{Path(self.data_root) / file}: class {CIFAR100_CATEGORIES[value]!r} has '
                f'{min(counts[value], sizes[value])} images to take, but {needed} are needed'
            )
        ranks = rank_among_equals(labels)
        for_validation = ranks < self.num_val
        kept = for_validation if held_out else ~for_validation & (ranks < sizes[labels])
        return np.flatnonzero(kept)
