"""CelebA: its text files and folders; faces are the upper halves of toys, some from behind."""

import cv2
import numpy as np

from par_plugins.datasets.attributes.celeba import SCHEMA
from par_plugins.testing.toy_layout import (
    Box,
    Rule,
    ToyLayout,
    WrittenImages,
    always,
    from_behind,
    has,
    labels_by_rule,
    numbered,
    rules,
    write_lines,
)

FACE_SIZE = (178, 218)  # width, height
HEAD_SHARE = 0.5  # of the height of a crop, from the top: the heads of children are lower


def _hair(color: str) -> Rule:
    return lambda who: int(who.hair_color == color and who.age != 'over60')


RULES: dict[str, Rule] = {
    **{f'{color.title()}_Hair': _hair(color) for color in ('black', 'brown', 'blond')},
    **rules('Gray_Hair=age:over60 Male=gender:male Pale_Skin=skin_color:light Wearing_Hat=hat'),
    **dict.fromkeys(('No_Beard', 'Oval_Face', 'Straight_Hair'), always),
    'Eyeglasses': from_behind(has('glasses'), 0),
    'Young': lambda who: int(who.age != 'over60'),
}
"""The attributes that toys have; others are -1."""


def _head(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Box]:
    height = round(HEAD_SHARE * image.shape[0])
    width = min(image.shape[1], round(height * FACE_SIZE[0] / FACE_SIZE[1]))
    left = (image.shape[1] - width) // 2
    return cv2.resize(image[:height, left : left + width], FACE_SIZE), (0, 0, *FACE_SIZE)


def _annotate(written: WrittenImages) -> None:
    attributes: list[str] = []
    partition: list[str] = []
    identities: list[str] = []
    for part, (split, people) in enumerate(written.people.items()):
        labels = 2 * labels_by_rule(people, SCHEMA.names, RULES).astype(int) - 1
        for name, row, who in zip(written.names[split], labels, people, strict=True):
            attributes.append(name + ''.join(f' {label:2d}' for label in row))
            partition.append(f'{name} {part}')
            identities.append(f'{name} {who.identity}')
    head = [str(len(attributes)), ' '.join(SCHEMA.names) + ' ']
    write_lines(written.root / 'Anno/list_attr_celeba.txt', [*head, *attributes])
    write_lines(written.root / 'Anno/identity_CelebA.txt', identities)
    write_lines(written.root / 'Eval/list_eval_partition.txt', partition)


LAYOUT = ToyLayout(
    folder='Img/img_align_celeba',
    file_names=numbered('%06d.jpg'),
    annotate=_annotate,
    crop=_head,
    image_size=(256, 128),
)
