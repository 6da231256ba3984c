"""Write toy pedestrians as DeepFashion: the official text files of both annotations, and boxes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

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
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_pedestrians import ToyPedestrians

UPPER, LOWER, FULL = (
    """Anorak Blazer Blouse Bomber Button-Down Cardigan Flannel Halter Henley Hoodie Jacket Jersey
    Parka Peacoat Poncho Sweater Tank Tee Top Turtleneck""".split(),
    """Capris Chinos Culottes Cutoffs Gauchos Jeans Jeggings Jodhpurs Joggers Leggings Sarong Shorts
    Skirt Sweatpants Sweatshorts Trunks""".split(),
    """Caftan Cape Coat Coverup Dress Jumpsuit Kaftan Kimono Nightdress Onesie Robe Romper
    Shirtdress Sundress""".split(),
)
CATEGORIES = [
    (name, kind) for kind, names in enumerate((UPPER, LOWER, FULL), start=1) for name in names
]
"""The 50 categories with their types, in native order."""

UNSEEN = 2  # of a rule: the view does not show it
COARSE_RULES: dict[int, dict[str, Rule]] = {
    1: {
        'striped': has('upper_pattern', 'stripe'),
        'plaid': has('upper_pattern', 'plaid'),
        'graphic print': from_behind(has('upper_pattern', 'logo'), UNSEEN),
        'red': has('upper_color', 'red'),
        'black': has('upper_color', 'black'),
        'white': has('upper_color', 'white'),
    },
    2: {'blue denim': has('lower_color', 'blue')},
    3: {'a-line skirt': has('lower_wear', 'skirt'), 'longline': has('long_coat')},
    4: {'long sleeve': has('sleeve', 'long'), 'short sleeve': has('sleeve', 'short')},
    5: {'hat': has('hat'), 'everyday': always},
}
"""The coarse attributes that toys have, by type; names may have spaces, as in the official file."""

NUM_COARSE = {1: 156, 2: 218, 3: 180, 4: 216, 5: 230}
"""The number of attributes of each type; those without a rule are numbered here."""

COARSE = [
    (name, kind)
    for kind, number in NUM_COARSE.items()
    for name in [*COARSE_RULES[kind], *(f'toy {kind}-{i}' for i in range(number))][:number]
]
FINE_TYPES = {
    1: 'floral graphic striped embroidered pleated solid lattice',
    2: 'long_sleeve short_sleeve sleeveless',
    3: 'maxi_length mini_length no_dress',
    4: 'crew_neckline v_neckline square_neckline no_neckline',
    5: 'denim chiffon cotton leather faux knit',
    6: 'tight loose conventional',
}
FINE = [(name, kind) for kind, names in FINE_TYPES.items() for name in names.split()]
"""The 26 attributes of the fine annotation, in native order."""

FINE_RULES: dict[str, Rule] = {
    'graphic': from_behind(has('upper_pattern', 'logo'), 0),
    'striped': has('upper_pattern', 'stripe'),
    'solid': has('upper_pattern', 'plain'),
    'long_sleeve': has('sleeve', 'long'),
    'short_sleeve': has('sleeve', 'short'),
    'no_dress': always,
    'denim': has('lower_color', 'blue'),
    'conventional': always,
}


def category_of(who: ToyPedestrian) -> str:
    """The one piece of clothing that counts."""
    if who.long_coat:
        return 'Coat'
    lower = {'skirt': 'Skirt', 'shorts': 'Shorts'}
    return lower.get(who.lower_wear, 'Tee' if who.sleeve == 'short' else 'Sweater')


def write_deepfashion(
    root: str | Path,
    *,
    num_train: int = 64,
    num_val: int = 16,
    num_test: int = 16,
    seed: int = 0,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> dict[str, ToyPedestrians]:
    """Write a toy benchmark in the official layout of DeepFashion, without its landmarks.

    A pedestrian stands somewhere in a larger grey picture, and its box says where. No identity is
    in two splits; the images of an identity share a folder. ``Anno_fine`` is about the same images
    as ``Anno_coarse``. Attributes without a counterpart among the toys' traits (``COARSE_RULES``,
    ``FINE_RULES``) are no; what a view does not show is 0, unknown.

    Args:
        root: Folder of ``Anno_coarse/``, ``Anno_fine/``, ``Eval/`` and ``Img/``; made if missing,
            files are overwritten.
        num_train: Images of the training split; at least 1, as in the other splits.
        num_val: Images of the validation split.
        num_test: Images of the test split.
        seed: Of the toy world and of the places of the boxes.
        on_image: Called after every image.
        **world: ``difficulty``, ``image_size`` and ``images_per_identity``, see
            :class:`ToyPedestrians`.

    Returns:
        The pedestrians written as ``train``, ``val`` and ``test``.

    Raises:
        InputError: If an argument is out of its range.
    """
    root = Path(root)
    sizes = {'train': num_train, 'val': num_val, 'test': num_test}
    splits = separate_sets(sizes, seed=seed, **world)
    rng = np.random.default_rng(seed)
    coarse: dict[str, list[str]] = {kind: [] for kind in HEADS}
    for part, pedestrians in splits.items():
        names = _image_names(pedestrians)
        boxes: list[str] = []

        def place(image: np.ndarray, boxes: list[str] = boxes) -> np.ndarray:
            placed, box = _placed(image, rng)
            boxes.append(box)
            return placed

        write_images(root / 'Img', pedestrians, names, on_image, crop=place)
        for kind, values in _coarse_values(pedestrians, boxes, part).items():
            coarse[kind] += [
                f'{name}    {value}' for name, value in zip(names, values, strict=True)
            ]
        fine_values = {'': names, **_fine_values(pedestrians, boxes)}
        for kind, values in fine_values.items():
            write_lines(root / f'Anno_fine/{part}{kind}.txt', values)
    for kind, lines in coarse.items():
        folder = 'Eval' if kind == PARTITION else 'Anno_coarse'
        _write_list(root / folder / f'list_{kind}.txt', HEADS[kind], lines)
    for folder, attributes in (('Anno_coarse', COARSE), ('Anno_fine', FINE)):
        for kind, what, named in (
            ('attr', 'attribute', attributes),
            ('category', 'category', CATEGORIES),
        ):
            lines = [f'{name:<30} {number}' for name, number in named]
            path = root / folder / f'list_{kind}_cloth.txt'
            _write_list(path, f'{what}_name  {what}_type', lines)
    return splits


PARTITION = 'eval_partition'
HEADS = {
    'attr_img': 'image_name  attribute_labels',
    'category_img': 'image_name  category_label',
    'bbox': 'image_name  x_1  y_1  x_2  y_2',
    PARTITION: 'image_name  evaluation_status',
}
"""The lists of the coarse annotation and the names of their columns."""


def _coarse_values(
    pedestrians: ToyPedestrians, boxes: Sequence[str], part: str
) -> dict[str, Sequence[str]]:
    """What each list says behind the names of the images."""
    rules = {name: rule for of_type in COARSE_RULES.values() for name, rule in of_type.items()}
    labels = labels_by_rule(pedestrians, [name for name, _ in COARSE], rules)
    written = np.array([-1, 1, 0])[labels]  # no, yes, unseen
    return {
        'attr_img': [' '.join(f'{label:2d}' for label in row) for row in written],
        'category_img': _category_numbers(pedestrians),
        'bbox': boxes,
        PARTITION: [part] * len(pedestrians),
    }


def _fine_values(pedestrians: ToyPedestrians, boxes: Sequence[str]) -> dict[str, Sequence[str]]:
    """What each file of a part says, line by line."""
    labels = labels_by_rule(pedestrians, [name for name, _ in FINE], FINE_RULES)
    return {
        '_attr': [' '.join(map(str, row)) for row in labels],
        '_cate': _category_numbers(pedestrians),
        '_bbox': boxes,
    }


def _category_numbers(pedestrians: ToyPedestrians) -> list[str]:
    numbers = {name: str(number) for number, (name, _) in enumerate(CATEGORIES, start=1)}
    return [numbers[category_of(who)] for who in pedestrians]


def _placed(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """The picture with grey around it, and its box."""
    left, top, right, bottom = rng.integers(3, 20, 4).tolist()
    height, width = image.shape[:2]
    grey = (128, 128, 128)
    placed = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=grey)
    return placed, f'{left} {top} {left + width} {top + height}'


def _image_names(pedestrians: ToyPedestrians) -> list[str]:
    shots: dict[int, int] = {}
    names = []
    for who in pedestrians:
        shots[who.identity] = shots.get(who.identity, 0) + 1
        names.append(f'img/Toy_{who.identity:06d}/img_{shots[who.identity]:08d}.jpg')
    return names


def _write_list(path: Path, head: str, lines: Sequence[str]) -> None:
    write_lines(path, [str(len(lines)), head, *lines])
