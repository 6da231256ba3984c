"""DeepFashion: the text files of both annotations, and boxes; without its landmarks.

A pedestrian stands somewhere in a larger grey picture, and its box says where. The images of an
identity share a folder. ``Anno_fine`` is about the same images as ``Anno_coarse``.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_layout import (
    Box,
    Rule,
    ToyLayout,
    WrittenImages,
    always,
    from_behind,
    has,
    labels_by_rule,
    rules,
    write_lines,
)
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
    (name, type_) for type_, names in enumerate((UPPER, LOWER, FULL), start=1) for name in names
]
"""The 50 categories with their types, in native order."""

UNSEEN = 2  # of a rule: the view does not show it
COARSE_RULES: dict[int, dict[str, Rule]] = {
    1: {
        **rules('striped=upper_pattern:stripe plaid=upper_pattern:plaid'),
        'graphic print': from_behind(has('upper_pattern', 'logo'), UNSEEN),
        **rules('red=upper_color:red black=upper_color:black white=upper_color:white'),
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
    (name, type_)
    for type_, number in NUM_COARSE.items()
    for name in [*COARSE_RULES[type_], *(f'toy {type_}-{i}' for i in range(number))][:number]
]
FINE_TYPES = {
    1: 'floral graphic striped embroidered pleated solid lattice',
    2: 'long_sleeve short_sleeve sleeveless',
    3: 'maxi_length mini_length no_dress',
    4: 'crew_neckline v_neckline square_neckline no_neckline',
    5: 'denim chiffon cotton leather faux knit',
    6: 'tight loose conventional',
}
FINE = [(name, type_) for type_, names in FINE_TYPES.items() for name in names.split()]
"""The 26 attributes of the fine annotation, in native order."""

FINE_RULES: dict[str, Rule] = {
    **rules("""
    striped=upper_pattern:stripe solid=upper_pattern:plain long_sleeve=sleeve:long
    short_sleeve=sleeve:short denim=lower_color:blue
    """),
    'graphic': from_behind(has('upper_pattern', 'logo'), 0),
    'no_dress': always,
    'conventional': always,
}


def category_of(who: ToyPedestrian) -> str:
    """The one piece of clothing that counts."""
    if who.long_coat:
        return 'Coat'
    lower = {'skirt': 'Skirt', 'shorts': 'Shorts'}
    return lower.get(who.lower_wear, 'Tee' if who.sleeve == 'short' else 'Sweater')


def _file_names(people: ToyPedestrians, first: int) -> list[str]:
    shots: Counter[int] = Counter()
    names = []
    for who in people:
        shots[who.identity] += 1
        names.append(f'img/Toy_{who.identity:06d}/img_{shots[who.identity]:08d}.jpg')
    return names


def _on_grey(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Box]:
    """The picture with grey around it, and its box."""
    left, top, right, bottom = rng.integers(3, 20, 4).tolist()
    height, width = image.shape[:2]
    grey = (128, 128, 128)
    placed = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=grey)
    return placed, (left, top, left + width, top + height)


def _annotate(written: WrittenImages) -> None:
    """Write the lists; attributes without a rule are no, what a view does not show is unknown."""
    coarse: dict[str, list[str]] = {heading: [] for heading in HEADINGS}
    rule_of = {name: rule for of_type in COARSE_RULES.values() for name, rule in of_type.items()}
    numbers = {name: str(number) for number, (name, _) in enumerate(CATEGORIES, start=1)}
    for part, people in written.people.items():
        names = written.names[part]
        boxes = [' '.join(map(str, box)) for box in written.boxes[part]]
        categories = [numbers[category_of(who)] for who in people]
        labels = np.array([-1, 1, 0])[labels_by_rule(people, [n for n, _ in COARSE], rule_of)]
        fine = labels_by_rule(people, [name for name, _ in FINE], FINE_RULES)
        for values, lines in zip(
            (
                [' '.join(f'{label:2d}' for label in row) for row in labels],  # no, yes, unseen
                categories,
                boxes,
                [part] * len(people),
            ),
            coarse.values(),
            strict=True,
        ):
            lines += [f'{name}    {value}' for name, value in zip(names, values, strict=True)]
        for suffix, of_image in {
            '': names,
            '_attr': [' '.join(map(str, row)) for row in fine],
            '_cate': categories,
            '_bbox': boxes,
        }.items():
            write_lines(written.root / f'Anno_fine/{part}{suffix}.txt', of_image)
    for file, lines in coarse.items():
        _write_list(written.root / file, HEADINGS[file], lines)
    for folder, attributes in (('Anno_coarse', COARSE), ('Anno_fine', FINE)):
        for file, what, named in (
            ('attr', 'attribute', attributes),
            ('category', 'category', CATEGORIES),
        ):
            lines = [f'{name:<30} {number}' for name, number in named]
            path = written.root / folder / f'list_{file}_cloth.txt'
            _write_list(path, f'{what}_name  {what}_type', lines)


HEADINGS = {
    'Anno_coarse/list_attr_img.txt': 'image_name  attribute_labels',
    'Anno_coarse/list_category_img.txt': 'image_name  category_label',
    'Anno_coarse/list_bbox.txt': 'image_name  x_1  y_1  x_2  y_2',
    'Eval/list_eval_partition.txt': 'image_name  evaluation_status',
}
"""The lists of the coarse annotation and the names of their columns."""


def _write_list(path: Path, heading: str, lines: Sequence[str]) -> None:
    write_lines(path, [str(len(lines)), heading, *lines])


LAYOUT = ToyLayout(folder='Img', file_names=_file_names, annotate=_annotate, crop=_on_grey)
