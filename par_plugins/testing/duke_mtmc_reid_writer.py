"""Write toy pedestrians as DukeMTMC-reID: the official folders and ``duke_attribute.mat``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from par_plugins.testing.benchmark_writer import Rule, always, has
from par_plugins.testing.reid_writer import (
    IMAGES_PER_IDENTITY,
    ReIDLayout,
    code,
    color_codes,
    write_reid_benchmark,
)
from par_plugins.testing.toy_pedestrians import ToyPedestrians

GALLERY_ONLY_SHARE = 0.3  # images of people whom no query shows, over those of the others

_LOWER = [f'down{color}' for color in 'black white red gray blue green brown'.split()]
DUKE_FIELDS = {
    'train': [
        *'backpack bag handbag boots gender hat shoes top'.split(),
        *_LOWER,
        *(f'up{color}' for color in 'black white red purple gray blue green brown'.split()),
    ],
    'test': [
        *'boots shoes top gender hat backpack bag handbag'.split(),
        *_LOWER,
        *(f'up{color}' for color in 'black white red gray blue green purple brown'.split()),
    ],
}
"""The fields of the two structs, in the order of the official file."""

DUKE_RULES: dict[str, Rule] = {
    'backpack': code(has('backpack')),
    'bag': code(has('shoulder_bag')),
    'handbag': code(has('hand_bag')),
    'boots': code(has('boots')),
    'gender': code(has('gender', 'female')),
    'hat': code(has('hat')),
    'shoes': always,
    'top': code(has('long_coat')),
    **color_codes('up', 'upper_color', (field[2:] for field in DUKE_FIELDS['train'][-8:]), always),
    **color_codes('down', 'lower_color', (field[4:] for field in _LOWER), always),
}
"""The code of each field; all shoes are dark, and colours without a field are none."""
DUKE_RULES['downblack'] = code(
    lambda who: int(who.lower_color == 'black' or who.lower_pattern != 'plain')
)  # with the colour below a pattern these are two, as some test identities have


LAYOUT = ReIDLayout(
    'duke_attribute',
    DUKE_FIELDS,
    DUKE_RULES,
    lambda pid, camid, number: f'{pid:04d}_c{camid}_f{number:07d}.jpg',
    num_cameras=8,
)


def write_duke_mtmc_reid(
    root: str | Path,
    *,
    num_train: int = 96,
    num_test: int = 48,
    seed: int = 0,
    images_per_identity: int = IMAGES_PER_IDENTITY,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark in the official layout of DukeMTMC-reID.

    Eight cameras. No identity is both in training and test. To ``num_test`` images of queries and
    gallery come three tenths as many of people whom no query shows.

    Args:
        root: Folder of ``duke_attribute.mat`` and the image folders; made if missing, files are
            overwritten.
        num_train: Training images; at least 1, as in the test.
        num_test: Images of queries and gallery.
        seed: Of the toy world.
        images_per_identity: Under successive cameras.
        on_image: Called after every one of these images.
        **world: ``difficulty`` and ``image_size``, see :class:`ToyPedestrians`.

    Returns:
        The pedestrians of ``train``, of ``test`` (queries and gallery) and ``gallery_only``.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'test': num_test}
    sizes['gallery_only'] = max(1, round(GALLERY_ONLY_SHARE * num_test))
    return write_reid_benchmark(
        root,
        LAYOUT,
        sizes=sizes,
        images_per_identity=images_per_identity,
        on_image=on_image,
        seed=seed,
        **world,
    )
