"""MNIST: 70,000 handwritten digits, one attribute of ten values; whole or as random subsets."""

from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import first_existing
from par_plugins.datasets.files.idx_file import read_idx
from par_plugins.datasets.files.npz_file import read_npz
from par_plugins.datasets.small_images.pixel_dataset import PixelDataset, rank_among_equals
from par_plugins.structures import Attribute, AttributeSchema, InputError

NUM_DIGITS = 10
SCHEMA = AttributeSchema([Attribute('digit', tuple(map(str, range(NUM_DIGITS))))])
NPZ = 'mnist.npz'
IDX_PREFIXES = {'train': 'train', 'test': 't10k'}


@DATASETS.register_module()
class MNISTDigits(PixelDataset):
    """MNIST from its official IDX files, packed or not, or from an ``.npz`` file of its arrays.

    Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998;
    http://yann.lecun.com/exdb/mnist/. It states no licence.

    .. code-block:: text

        data_root/                                   data_root/
            train-images-idx3-ubyte (or .gz)             mnist.npz: x_train, y_train,
            train-labels-idx1-ubyte                                 x_test, y_test
            t10k-images-idx3-ubyte
            t10k-labels-idx1-ubyte

    60,000 training and 10,000 test images of 28 x 28 grey pixels. The last ``num_val`` of the
    training file are held out for validation. Nothing is unknown. With ``num_images`` the training
    split is a random subset, which under one seed holds the smaller ones.

    The files are the images, so that a sample has its ``img`` already ((28, 28) uint8) and a
    pipeline loads none; ``img_path`` says which image of which file it is.

    >>> MNISTDigits(data_root='data/MNIST', split='train', num_images=100, subset_seed=2)[0]
    {'img_path': 'data/MNIST/train-images-idx3-ubyte#29473', 'gt_attributes': array([4]), ...}

    Args:
        *args: Folder of one of the layouts above, split (``train``, ``val``, ``test``,
            ``trainval``, ``valtest``; None takes all) and a pipeline without a transform that
            loads, see :class:`AttributeDataset`.
        num_images: Size of the random subset that ``train`` is; None takes all but those held out.
        subset_seed: Of the subset, at least 0; different seeds draw independently.
        balanced: Draw the same number of every digit, the remainder of different ones, instead of
            leaving that to chance (**ours**: the paper speaks of random subsets).
        num_val: Training images that are held out (**ours**: the paper names none).
        **kwargs: The same.

    Raises:
        InputError: If a file is missing or not of its form, an argument is out of its range, or
            see :class:`AttributeDataset`.
    """

    SCHEMA = SCHEMA

    def __init__(
        self,
        *args: Any,
        num_images: int | None = None,
        subset_seed: int = 0,
        balanced: bool = False,
        num_val: int = 10_000,
        **kwargs: Any,
    ) -> None:
        if num_images is not None and num_images < 1:
            raise InputError(f'num_images must be at least 1, got {num_images}')
        for name, number in (('subset_seed', subset_seed), ('num_val', num_val)):
            if number < 0:
                raise InputError(f'{name} must be at least 0, got {number}')
        self.num_images = num_images
        self.subset_seed = subset_seed
        self.balanced = balanced
        self.num_val = num_val
        super().__init__(*args, **kwargs)

    def read_file(self, part: str) -> tuple[str, np.ndarray, np.ndarray]:
        """Name of the file of images, all its images and their labels."""
        root = Path(self.data_root)
        if (root / NPZ).exists():
            file = NPZ
            images, labels = read_npz(root / NPZ, (f'x_{part}', f'y_{part}')).values()
        else:
            start = IDX_PREFIXES[part]
            file, labels_file = (
                first_existing(root, [name, f'{name}.gz'])
                for name in (f'{start}-images-idx3-ubyte', f'{start}-labels-idx1-ubyte')
            )
            images, labels = read_idx(root / file, 3), read_idx(root / labels_file, 1)
        if images.dtype != np.uint8 or images.ndim != 3 or labels.ndim != 1:
            raise InputError(
                f'{root / file}: images of type {images.dtype} and shape {images.shape} with '
                f'labels of shape {labels.shape}, expected uint8 of shape (N, H, W) and (N,)'
            )
        if len(images) != len(labels):
            raise InputError(f'{root / file}: {len(images)} images, but {len(labels)} labels')
        if labels.dtype.kind not in 'iu' or ((labels < 0) | (labels >= NUM_DIGITS)).any():
            raise InputError(f'{root / file}: labels must be integers in 0..{NUM_DIGITS - 1}')
        return file, images, labels

    def training_rows(self, labels: np.ndarray, file: str, *, held_out: bool) -> np.ndarray:
        """Choose rows: the last are held out; the others train, all or a random subset."""
        num_left = len(labels) - self.num_val
        source = Path(self.data_root) / file
        wanted = 0 if held_out else self.num_images or 1
        if num_left < wanted:
            raise InputError(
                f'{source}: {len(labels)} training images, of which num_val={self.num_val} are '
                f'held out; num_images={self.num_images} cannot be drawn from the rest'
            )
        if held_out:
            return np.arange(num_left, len(labels))
        if self.num_images is None:
            return np.arange(num_left)
        order = random_order(labels[:num_left], self.subset_seed, balanced=self.balanced)
        return np.sort(order[: self.num_images])


def random_order(labels: np.ndarray, seed: int, *, balanced: bool) -> np.ndarray:
    """Return a random order of images, whose beginnings are random subsets.

    Args:
        labels: ``(N,)``.
        seed: Same seed, same order.
        balanced: In every beginning the labels occur equally often, up to one, as long as there
            are enough of each.

    Returns:
        ``(N,)`` positions.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    if not balanced:
        return order
    return order[np.argsort(rank_among_equals(labels[order]), kind='stable')]
