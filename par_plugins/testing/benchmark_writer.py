"""What the writers of toy benchmarks share: splits, labels, pictures, MATLAB cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.structures import InputError
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_pedestrians import ToyPedestrians

Rule = Callable[[ToyPedestrian], int]
"""The label of an attribute, given who is in the picture."""

NUM_PARTITIONS = 5


def has(trait: str, value: str | bool = True) -> Rule:
    """The rule of an attribute that is a trait with a certain value."""
    return lambda who: int(getattr(who, trait) == value)


def from_behind(rule: Rule, label: int) -> Rule:
    """A rule that holds from the front and the side; ``label`` is what those from behind get."""
    return lambda who: label if who.view == 'back' else rule(who)


def always(who: ToyPedestrian) -> int:
    """The rule of what all toy pedestrians are."""
    return 1


def labels_by_rule(
    pedestrians: Iterable[ToyPedestrian], names: Sequence[str], rules: Mapping[str, Rule]
) -> np.ndarray:
    """Labels ``(N, A)`` uint8 of attributes; those without a rule are 0."""
    return np.array(
        [[rules[name](who) if name in rules else 0 for name in names] for who in pedestrians],
        dtype=np.uint8,
    )


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


def random_partitions(sizes: Mapping[str, int], seed: int) -> list[dict[str, np.ndarray]]:
    """Five random partitions of the images, as PETA and RAP have.

    Args:
        sizes: Images of each part, at least 1.
        seed: At least 0.

    Returns:
        For each partition and part its images, counted from 1.

    Raises:
        InputError: If a part is empty.
    """
    for part, size in sizes.items():
        if size < 1:
            raise InputError(f'num_{part} must be at least 1, got {size}')
    ends = np.cumsum(list(sizes.values()))
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(ends[-1]) + 1 for _ in range(NUM_PARTITIONS)]
    return [dict(zip(sizes, np.split(order, ends[:-1]), strict=True)) for order in shuffled]


def write_images(
    folder: Path,
    pedestrians: ToyPedestrians,
    names: Sequence[str],
    on_image: Callable[[], object] | None = None,
    crop: Callable[[np.ndarray], np.ndarray] | None = None,
) -> None:
    """Write the pictures of a set.

    Args:
        folder: Made if missing; files are overwritten.
        pedestrians: The set.
        names: A path in the folder for each picture; its extension decides the format.
        on_image: Called after every picture.
        crop: From the picture of a pedestrian to what is written.
    """
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith('.jpg') and crop is None:
            content = pedestrians.jpeg(index)
        else:
            image = pedestrians.image(index)
            suffix = Path(name).suffix
            content = cv2.imencode(suffix, crop(image) if crop else image)[1].tobytes()
        (folder / name).write_bytes(content)
        if on_image:
            on_image()


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
