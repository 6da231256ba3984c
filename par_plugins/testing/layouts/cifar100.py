"""Write a toy CIFAR-100: the official binary files, a pattern of colours for each class."""

from pathlib import Path

import numpy as np

from par_plugins.datasets.files.cifar100_binary import NUM_CLASSES, SIDE, write_cifar100_binary

BLOCK = 8  # pixels of one colour


def write_cifar100(
    root: str | Path, *, images_per_class: int = 500, num_test: int = 100, seed: int = 0
) -> None:
    """Write as many images of each class as the official one has, or fewer.

    An image is the pattern of its class, brighter or darker. Classes stand in random order.

    Args:
        root: Folder of ``train.bin`` and ``test.bin``; made if missing, files are overwritten.
        images_per_class: In ``train.bin``; ``LongTailedCIFAR100`` needs 500 unless gamma is None.
        num_test: Images in ``test.bin``, one class after another.
        seed: Of patterns, brightness and order.
    """
    rng = np.random.default_rng(seed)
    blocks = SIDE // BLOCK
    colours = rng.integers(32, 224, (NUM_CLASSES, blocks, blocks, 3), dtype=np.uint8)
    patterns = colours.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
    labels = {
        'train': rng.permutation(np.arange(NUM_CLASSES).repeat(images_per_class)),
        'test': np.arange(num_test) % NUM_CLASSES,
    }
    for part, of_part in labels.items():
        brighter = rng.integers(0, 32, (len(of_part), 1, 1, 1), dtype=np.uint8)
        write_cifar100_binary(Path(root) / f'{part}.bin', patterns[of_part] + brighter, of_part)
