"""Toy pedestrians in the official files of a benchmark: what all layouts share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.structures import InputError
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_pedestrians import ToyPedestrians

Rule = Callable[[ToyPedestrian], int]
"""The label of an attribute, given who is in the picture."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a pedestrian in an image."""

OnImage = Callable[[], object] | None
NUM_PARTITIONS = 5  # of PETA and of both releases of RAP


@dataclass(frozen=True)
class WrittenImages:
    """The images of a toy benchmark, all that its annotation is made of.

    Attributes:
        root: Folder of the benchmark.
        people: Who is in each image of a set.
        names: The paths of these images in the image folder.
        boxes: Where the pedestrian stands in each.
        partitions: Five times the images of each part, counted from 1, where layouts have such.
    """

    root: Path
    people: Mapping[str, ToyPedestrians]
    names: Mapping[str, Sequence[str]]
    boxes: Mapping[str, Sequence[Box]]
    partitions: Sequence[Mapping[str, np.ndarray]] = ()


Crop = Callable[[np.ndarray, np.random.Generator], tuple[np.ndarray, Box]]
"""From the picture of a pedestrian to what is written, and the box of the pedestrian in it."""


@dataclass(frozen=True, kw_only=True)
class ToyLayout:
    """How a benchmark arranges its images.

    Without ``partitioned`` no identity is in two splits, and no split depends on the size of
    another: under one seed, training sets of all sizes go with the same test set. With it five
    random partitions are drawn over one set of images, named ``all``, so that splits share people.

    Attributes:
        folder: Of the images.
        file_names: Names of the images of a set whose first has this number.
        annotate: Writes everything else.
        splits: Names of the splits.
        partitioned: See above.
        crop: What is written of a picture; None for all of it.
        image_size: Of the pedestrians, unless told otherwise.
    """

    folder: str
    file_names: Callable[[ToyPedestrians, int], Sequence[str]]
    annotate: Callable[[WrittenImages], None]
    splits: Sequence[str] = ('train', 'val', 'test')
    partitioned: bool = False
    crop: Crop | None = None
    image_size: tuple[int, int] = (128, 64)

    def write(
        self, root: Path, sizes: Mapping[str, int], *, seed: int, on_image: OnImage, **world: Any
    ) -> dict[str, ToyPedestrians]:
        """Write the benchmark; see :func:`write_toy_benchmark`."""
        partitions = _random_partitions(sizes, seed) if self.partitioned else []
        world = {'image_size': self.image_size, 'seed': seed, **world}
        people = separate_sets({'all': sum(sizes.values())} if self.partitioned else sizes, **world)
        rng = np.random.default_rng(seed)
        names: dict[str, Sequence[str]] = {}
        boxes: dict[str, Sequence[Box]] = {}
        number = 1
        for split, pedestrians in people.items():
            names[split] = self.file_names(pedestrians, number)
            number += len(pedestrians)
            folder = root / self.folder
            boxes[split] = write_images(folder, pedestrians, names[split], on_image, self.crop, rng)
        self.annotate(WrittenImages(root, people, names, boxes, partitions))
        return people


def has(trait: str, value: str | bool = True) -> Rule:
    """The rule of an attribute that is a trait with a certain value."""
    return lambda who: int(getattr(who, trait) == value)


def from_behind(rule: Rule, label: int) -> Rule:
    """A rule that holds from the front and the side; ``label`` is what those from behind get."""
    return lambda who: label if who.view == 'back' else rule(who)


def always(who: ToyPedestrian) -> int:
    """The rule of what all toy pedestrians are."""
    return 1


def rules(table: str) -> dict[str, Rule]:
    """Read rules from words ``attribute=trait:value``, or ``attribute=trait`` for a yes.

    >>> sorted(rules('Male=gender:male Hat=hat'))
    ['Hat', 'Male']
    """
    pairs = (word.split('=') for word in table.split())
    return {attribute: has(*trait.split(':')) for attribute, trait in pairs}


def color_rules(prefix: str, trait: str, colors: Iterable[str]) -> dict[str, Rule]:
    """The rules of attributes that are a prefix and a colour, its first letter large."""
    return {prefix + color.title(): has(trait, color) for color in colors}


def labels_by_rule(
    pedestrians: Iterable[ToyPedestrian], names: Sequence[str], rules: Mapping[str, Rule]
) -> np.ndarray:
    """Labels ``(N, A)`` uint8 of attributes; those without a rule are 0."""
    return np.array(
        [[rules[name](who) if name in rules else 0 for name in names] for who in pedestrians],
        dtype=np.uint8,
    )


def numbered(pattern: str) -> Callable[[ToyPedestrians, int], list[str]]:
    """Names of images by their number alone, through all splits."""
    return lambda people, first: [pattern % (first + i) for i in range(len(people))]


def separate_sets(sizes: Mapping[str, int], **world: Any) -> dict[str, ToyPedestrians]:
    """A set of pedestrians for each split, which no identity and no size of another bears on.

    Args:
        sizes: Images of each split.
        **world: See :class:`ToyPedestrians`.
    """
    return {
        split: ToyPedestrians(size, first_identity=number, identity_step=len(sizes), **world)
        for number, (split, size) in enumerate(sizes.items(), start=1)
    }


def write_images(
    folder: Path,
    pedestrians: ToyPedestrians,
    names: Sequence[str],
    on_image: OnImage,
    crop: Crop | None,
    rng: np.random.Generator,
) -> list[Box]:
    """Write the pictures of a set; the extension of a name decides the format."""
    boxes = []
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image = pedestrians.image(index)
        box = (0, 0, image.shape[1], image.shape[0])
        if crop is None and name.endswith('.jpg'):
            content = pedestrians.jpeg(index)
        else:
            if crop is not None:
                image, box = crop(image, rng)
            content = cv2.imencode(Path(name).suffix, image)[1].tobytes()
        (folder / name).write_bytes(content)
        boxes.append(box)
        if on_image:
            on_image()
    return boxes


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file; its folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')


def cell_array(values: Sequence[object], shape: tuple[int, int]) -> np.ndarray:
    """A MATLAB cell array for ``savemat``."""
    cells = np.empty(shape, dtype=object)
    for place, value in zip(np.ndindex(shape), values, strict=True):
        cells[place] = value
    return cells


def cell_column(strings: Sequence[str]) -> np.ndarray:
    """An n x 1 cell array of strings."""
    return cell_array([np.array([string]) for string in strings], (len(strings), 1))


def _random_partitions(sizes: Mapping[str, int], seed: int) -> list[dict[str, np.ndarray]]:
    """Five random partitions of the images, counted from 1."""
    for part, size in sizes.items():
        if size < 1:
            raise InputError(f'num_{part} must be at least 1, got {size}')
    ends = np.cumsum(list(sizes.values()))
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(ends[-1]) + 1 for _ in range(NUM_PARTITIONS)]
    return [dict(zip(sizes, np.split(order, ends[:-1]), strict=True)) for order in shuffled]
