"""Write toy pedestrians as PA-100K: the official ``annotation.mat`` and ``data/%06d.jpg``."""

from collections.abc import Callable
from pathlib import Path

from scipy.io import savemat

from par_plugins.testing.benchmark_writer import cell_column, separate_sets, write_images
from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians


def write_pa100k(
    root: str | Path,
    *,
    num_train: int = 64,
    num_val: int = 16,
    num_test: int = 16,
    seed: int = 0,
    difficulty: float = 1.0,
    image_size: tuple[int, int] = (128, 64),
    images_per_identity: int = 2,
    on_image: Callable[[], object] | None = None,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark in the official layout of PA-100K.

    No identity is in two splits, and no split depends on the size of another: under one seed,
    training sets of all sizes go with the same test set. Images are numbered from 000001 through
    train, val and test, as in the official release.

    Args:
        root: Folder of ``annotation.mat`` and ``data/``; made if missing, files are overwritten.
        num_train: Images of the training split; at least 1, as in the other splits.
        num_val: Images of the validation split.
        num_test: Images of the test split.
        seed: See :class:`ToyPedestrians`, as for the three arguments that follow.
        difficulty: See there.
        image_size: See there.
        images_per_identity: See there.
        on_image: Called after every image.

    Returns:
        The pedestrians written as ``train``, ``val`` and ``test``.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'val': num_val, 'test': num_test}
    splits = separate_sets(
        sizes,
        seed=seed,
        difficulty=difficulty,
        image_size=image_size,
        images_per_identity=images_per_identity,
    )
    content = {'attributes': cell_column([attribute.name for attribute in PA100K_ATTRIBUTES])}
    num_written = 0
    for split, pedestrians in splits.items():
        names = [f'{num_written + i:06d}.jpg' for i in range(1, len(pedestrians) + 1)]
        write_images(Path(root) / 'data', pedestrians, names, on_image)
        num_written += len(names)
        content[f'{split}_images_name'] = cell_column(names)
        content[f'{split}_label'] = pa100k_labels(pedestrians)
    savemat(Path(root) / 'annotation.mat', content, do_compression=True)
    return splits
