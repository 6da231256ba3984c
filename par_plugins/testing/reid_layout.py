"""Toy pedestrians as Market-1501 or DukeMTMC-reID: folders, queries, the file of attributes."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from par_plugins.datasets.reid.reid_benchmark import DISTRACTOR, FOLDERS, JUNK
from par_plugins.structures import InputError
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_layout import Box, OnImage, Rule, cell_array, has, write_images
from par_plugins.testing.toy_pedestrians import ToyPedestrians

IMAGES_PER_IDENTITY = 12
NAMELESS = {'distractors': DISTRACTOR, 'junk': JUNK}


@dataclass(frozen=True, kw_only=True)
class ReIDLayout:
    """How a benchmark names its files and labels.

    No identity is both in training and test, and no set depends on another's size.

    Attributes:
        variable: The struct in the file of attributes, which is called like it.
        fields: For each of its fields, ``train`` and ``test``, the names in the official order.
        rules: The code of each of these.
        file_name: A file's name, given identity, camera and number of the image.
        num_cameras: Number of cameras.
        extras: Further sets in the gallery, in shares of the test images: ``gallery_only``
            (people with a name and labels whom no query shows), ``distractors`` and ``junk``
            (badly boxed), a person for each image of these two.
        splits: Names of the splits.
    """

    variable: str
    fields: Mapping[str, Sequence[str]]
    rules: Mapping[str, Rule]
    file_name: Callable[[int, int, int], str]
    num_cameras: int
    extras: Mapping[str, float]
    splits: Sequence[str] = ('train', 'test')

    def write(
        self,
        root: Path,
        sizes: Mapping[str, int],
        *,
        on_image: OnImage,
        images_per_identity: int = IMAGES_PER_IDENTITY,
        **world: Any,
    ) -> dict[str, ToyPedestrians]:
        """Write the benchmark; see :func:`write_toy_benchmark`.

        Raises:
            InputError: If an argument is out of its range, or the image folders hold other images,
                which readers would take for a part of the benchmark.
        """
        extras = {name: max(1, round(share * sizes['test'])) for name, share in self.extras.items()}
        sizes = {**sizes, **extras}
        sets = {
            name: ToyPedestrians(
                size,
                images_per_identity=1 if name in NAMELESS else images_per_identity,
                first_identity=number,
                identity_step=len(sizes),
                num_cameras=self.num_cameras,
                **world,
            )
            for number, (name, size) in enumerate(sizes.items(), start=1)
        }
        number, paths = count(), {}
        for name, people in sets.items():
            paths[name] = [
                f'{FOLDERS[part]}/'
                f'{self.file_name(NAMELESS.get(name, who.identity), who.camid, next(number))}'
                for part, who in zip(_parts_of(name, people), people, strict=True)
            ]
        _refuse_other_images(root, set(chain.from_iterable(paths.values())))
        rng = np.random.default_rng(0)  # of no use: boxes of junk are halves
        for name, people in sets.items():
            crop = _badly_boxed if name == 'junk' else None
            progress = on_image if name in self.splits else None
            write_images(root, people, paths[name], progress, crop, rng)
        in_test = chain(sets['test'], sets.get('gallery_only', ()))
        labelled: dict[str, Iterable[ToyPedestrian]] = {'train': sets['train'], 'test': in_test}
        _write_attributes(root, self, labelled)
        return sets


def code(rule: Rule) -> Rule:
    """The files' code of a rule: 1 for no, 2 for yes."""
    return lambda who: 1 + rule(who)


def codes(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """The codes of rules."""
    return {name: code(rule) for name, rule in rules.items()}


def color_codes(prefix: str, trait: str, colors: Iterable[str], plain: Rule) -> dict[str, Rule]:
    """The code of each colour's field; nobody whose clothes are not plain has a colour."""

    def of_color(color: str) -> Rule:
        return code(lambda who: has(trait, color)(who) * plain(who))

    return {prefix + color: of_color(color) for color in colors}


def _refuse_other_images(root: Path, paths: set[str]) -> None:
    for folder in FOLDERS.values():
        for file in (root / folder).glob('*.jpg'):
            if f'{folder}/{file.name}' not in paths:
                raise InputError(f'{file}: not one of the images to write; choose another folder')


def _parts_of(name: str, people: ToyPedestrians) -> list[str]:
    """The part that each image of a set belongs to.

    Of the test people, an identity's first image under a camera is a query if more follow under
    that camera, and its very first one is in any case.
    """
    if name != 'test':
        return ['train' if name == 'train' else 'gallery'] * len(people)
    sightings = [(who.identity, who.camid) for who in people]
    counts, parts = Counter(sightings), []
    seen: set[tuple[int, int]] = set()
    identities: set[int] = set()
    for sighting in sightings:
        is_query = sighting not in seen and (counts[sighting] > 1 or sighting[0] not in identities)
        parts.append('query' if is_query else 'gallery')
        seen.add(sighting)
        identities.add(sighting[0])
    return parts


def _write_attributes(
    root: Path, layout: ReIDLayout, people: Mapping[str, Iterable[ToyPedestrian]]
) -> None:
    content: dict[str, dict[str, np.ndarray]] = {}
    for part, fields in layout.fields.items():
        by_identity = {who.identity: who for who in people[part]}
        labelled = [by_identity[pid] for pid in sorted(by_identity)]
        index = [np.array([f'{who.identity:04d}']) for who in labelled]
        content[part] = {
            **{
                field: np.array([[layout.rules[field](who) for who in labelled]], dtype=np.uint8)
                for field in fields
            },
            'image_index': cell_array(index, (1, len(index))),
        }
    savemat(root / f'{layout.variable}.mat', {layout.variable: content}, do_compression=True)


def _badly_boxed(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Box]:
    lower_half = image[len(image) // 2 :]
    return lower_half, (0, 0, lower_half.shape[1], lower_half.shape[0])
