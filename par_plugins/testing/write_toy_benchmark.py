"""Write toy pedestrians in the official files of any benchmark that this project reads."""

from pathlib import Path
from typing import Any

from par_plugins.structures import InputError
from par_plugins.testing.layouts import (
    celeba,
    deepfashion,
    duke_mtmc_reid,
    market1501,
    pa100k,
    peta,
    rapv1,
    rapv2,
)
from par_plugins.testing.reid_layout import ReIDLayout
from par_plugins.testing.toy_layout import OnImage, ToyLayout
from par_plugins.testing.toy_pedestrians import ToyPedestrians

LAYOUTS: dict[str, ToyLayout | ReIDLayout] = {
    'PA100K': pa100k.LAYOUT,
    'PETA': peta.LAYOUT,
    'RAPv1': rapv1.LAYOUT,
    'RAPv2': rapv2.LAYOUT,
    'CelebA': celeba.LAYOUT,
    'DeepFashion': deepfashion.LAYOUT,
    'Market1501': market1501.LAYOUT,
    'DukeMTMCreID': duke_mtmc_reid.LAYOUT,
}
"""The layout that each dataset of pedestrians reads, by its registered name."""


def write_toy_benchmark(
    root: str | Path,
    dataset: str,
    *,
    num_train: int = 64,
    num_val: int | None = None,
    num_test: int = 16,
    seed: int = 0,
    on_image: OnImage = None,
    **world: Any,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark: images that differ, and labels that show in them.

    Attributes without a counterpart among the toys' traits are no. What else is special to a
    layout stands in its file in ``layouts/``.

    Args:
        root: Folder to write into; made if missing, files are overwritten.
        dataset: The dataset that shall read it, one of :data:`LAYOUTS`.
        num_train: Training images; at least 1, as in every split. Where a benchmark has random
            partitions, the sizes are those of each.
        num_val: Validation images; None for 16 where the benchmark has any.
        num_test: Test images: of queries and gallery, where the benchmark has these.
        seed: Of the toy world, and of the partitions.
        on_image: Called after every image of these splits.
        **world: ``difficulty``, ``image_size`` and ``images_per_identity``, see
            :class:`ToyPedestrians`.

    Returns:
        The pedestrians of each split, or of ``all`` images in the order of the file where the
        benchmark has partitions; and of further sets, by their names.

    Raises:
        InputError: If there is no such layout, or an argument is out of its range.
    """
    if dataset not in LAYOUTS:
        raise InputError(f'no layout of toys for {dataset!r}; there are {", ".join(LAYOUTS)}')
    layout = LAYOUTS[dataset]
    sizes = {'train': num_train, 'val': 16 if num_val is None else num_val, 'test': num_test}
    if 'val' not in layout.splits:
        if num_val is not None:
            raise InputError(f'num_val={num_val}: {dataset} has no validation split')
        del sizes['val']
    return layout.write(Path(root), sizes, seed=seed, on_image=on_image, **world)
