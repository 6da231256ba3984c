"""Write toy pedestrians as Market-1501: the official folders and ``market_attribute.mat``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from par_plugins.datasets.reid.reid_benchmark import JUNK
from par_plugins.testing.benchmark_writer import Rule, has
from par_plugins.testing.reid_writer import (
    IMAGES_PER_IDENTITY,
    ReIDLayout,
    code,
    color_codes,
    write_reid_benchmark,
)
from par_plugins.testing.toy_appearance import (
    LOWER_COLOR_RATIOS,
    UPPER_COLOR_RATIOS,
    ToyPedestrian,
)
from par_plugins.testing.toy_pedestrians import ToyPedestrians

DISTRACTOR_SHARE = 0.2  # of the test images: officially 2,798 of 16,483
JUNK_SHARE = 0.2  # officially 3,819

_CLOTHES = ['clothes', 'down', 'up', 'hair', 'hat', 'gender']
_BAGS = ['age', 'backpack', 'bag', 'handbag']
MARKET_FIELDS = {
    'test': [
        *_BAGS,
        *_CLOTHES,
        *(f'up{color}' for color in 'black white red purple yellow gray blue green'.split()),
        *(
            f'down{color}'
            for color in 'black white pink purple yellow gray blue green brown'.split()
        ),
    ],
    'train': [
        *_BAGS,
        *(
            f'down{color}'
            for color in 'black blue brown gray green pink purple white yellow'.split()
        ),
        *(f'up{color}' for color in 'black blue green gray purple red white yellow'.split()),
        *_CLOTHES,
    ],
}
"""The fields of the two structs, in the order of the official file."""


def _plain_upper_body(who: ToyPedestrian) -> int:
    return int(who.upper_pattern not in ('plaid', 'splice'))


MARKET_RULES: dict[str, Rule] = {
    'age': lambda who: {'less18': 1, '18-60': 3, 'over60': 4}[who.age],
    'backpack': code(has('backpack')),
    'bag': code(has('shoulder_bag')),
    'handbag': code(has('hand_bag')),
    'clothes': lambda who: 1 if who.lower_wear == 'skirt' else 2,
    'down': lambda who: 1 if who.lower_wear == 'trousers' else 2,
    'up': code(has('sleeve', 'short')),
    'hair': code(has('hair', 'long')),
    'hat': code(has('hat')),
    'gender': code(has('gender', 'female')),
    **color_codes('up', 'upper_color', UPPER_COLOR_RATIOS, _plain_upper_body),
    **color_codes('down', 'lower_color', LOWER_COLOR_RATIOS, has('lower_pattern', 'plain')),
}
"""The code of each field; no toy is a teenager, and clothes of several colours have none."""


def _file_name(pid: int, camid: int, number: int) -> str:
    identity = '-1' if pid == JUNK else f'{pid:04d}'
    return f'{identity}_c{camid}s1_{number:06d}_00.jpg'


LAYOUT = ReIDLayout('market_attribute', MARKET_FIELDS, MARKET_RULES, _file_name, num_cameras=6)


def write_market1501(
    root: str | Path,
    *,
    num_train: int = 96,
    num_test: int = 48,
    seed: int = 0,
    images_per_identity: int = IMAGES_PER_IDENTITY,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark in the official layout of Market-1501.

    Six cameras. No identity is both in training and test. To ``num_test`` images of queries and
    gallery come a fifth as many distractors, each of a person of its own, and as many boxes of
    junk: the lower halves of others.

    Args:
        root: Folder of ``market_attribute.mat`` and the image folders; made if missing, files are
            overwritten.
        num_train: Training images; at least 1, as in the test.
        num_test: Images of queries and gallery.
        seed: Of the toy world.
        images_per_identity: Under successive cameras; 12 are two under each.
        on_image: Called after every one of these images.
        **world: ``difficulty`` and ``image_size``, see :class:`ToyPedestrians`.

    Returns:
        The pedestrians of ``train``, of ``test`` (queries and gallery), ``distractors``, ``junk``.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'test': num_test}
    for name, share in (('distractors', DISTRACTOR_SHARE), ('junk', JUNK_SHARE)):
        sizes[name] = max(1, round(share * num_test))
    return write_reid_benchmark(
        root,
        LAYOUT,
        sizes=sizes,
        images_per_identity=images_per_identity,
        on_image=on_image,
        seed=seed,
        **world,
    )
