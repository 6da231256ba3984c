"""What Market-1501 and DukeMTMC-reID have in common: folders, file names, splits, attributes."""

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from mmengine.logging import print_log

from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.reid.identity_attributes import (
    FileAttribute,
    read_identity_attributes,
    targets_of,
)
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError, checked_choice

FOLDERS = {'train': 'bounding_box_train', 'query': 'query', 'gallery': 'bounding_box_test'}
NAME = re.compile(r'(-?[0-9]{1,9})_c([0-9])')  # identity and camera, at the start of a file's name
SUFFIXES = ('.jpg', '.jpeg', '.png')
JUNK, DISTRACTOR = -1, 0


class Images(NamedTuple):
    """Images of one folder.

    Attributes:
        names: N paths relative to ``data_root``.
        pids: ``(N,)`` int64.
        camids: ``(N,)`` int64, counted from 1.
    """

    names: list[str]
    pids: np.ndarray
    camids: np.ndarray

    def take(self, rows: np.ndarray) -> 'Images':
        """Select these images, in this order."""
        return Images([self.names[row] for row in rows], self.pids[rows], self.camids[rows])


class ReIDBenchmark(AttributeDataset):
    """Base of benchmarks in the folders of Market-1501.

    Splits: ``train``; ``query`` and ``gallery``; ``test``, which is query and then gallery;
    and, to choose parameters without the test set, ``val`` with the images of some of the training
    identities and ``train_without_val`` with the others'. In ``val`` one image of each identity
    under each camera is a query and the rest is gallery (the protocol of APR, section 5.1).

    A sample has ``gt_pid`` and ``gt_camid`` as the file name says them (``APRHead`` numbers the
    training identities in their order) and, but for the splits that train, a bool ``is_query``.
    Images of identity -1, junk that no score counts, are dropped; those of identity 0 are
    distractors, all attributes unknown. The attributes of an identity are those of all its images.
    Numbers of images and identities that are not the official ones are logged, not refused.

    A subclass sets the class variables.

    Args:
        *args: Folder of the layout, split (None takes every image, query and gallery after
            train), pipeline and attributes to keep, see :class:`AttributeDataset`.
        ann_file: The attributes, relative to ``data_root``.
        color_as: ``categorical``: one attribute for the colour of a body half, unknown where the
            file says none or several; or ``binary``: one for each colour, named as in the file.
        distractors: A folder of further images, relative to ``data_root``, that the gallery gets
            as distractors, whatever identity their names say.
        num_val_identities: Training identities in ``val``.
        val_seed: Decides which, and which of their images are queries.
        **kwargs: See :class:`AttributeDataset`; the image folders are in ``data_prefix``.

    Raises:
        InputError: If a folder or the file of attributes is missing or not of its form, an identity
            has no attributes, or see :class:`AttributeDataset`.
    """

    SPLITS: ClassVar = {
        'train': ['train'],
        'train_without_val': ['train'],
        'val': ['train'],
        'query': ['query'],
        'gallery': ['gallery'],
        'test': ['query', 'gallery'],
    }
    VARIABLE: ClassVar[str]
    ATTRIBUTES: ClassVar[Sequence[FileAttribute]]
    NUM_CAMERAS: ClassVar[int]
    OFFICIAL: ClassVar[Mapping[str, tuple[int, int]]]
    """Images, junk not counted, and identities, distractors not counted, of each part."""

    def __init__(
        self,
        *args: Any,
        ann_file: str = '',
        color_as: str = 'categorical',
        distractors: str | None = None,
        num_val_identities: int = 100,
        val_seed: int = 0,
        **kwargs: Any,
    ) -> None:
        self.distractors = distractors
        self.num_val_identities, self.val_seed = num_val_identities, val_seed
        checked_choice('color_as', color_as, ('categorical', 'binary'))
        self.file_attributes = tuple(
            chain.from_iterable(
                item.split() if color_as == 'binary' and len(item.fields) > 1 else (item,)
                for item in self.ATTRIBUTES
            )
        )
        super().__init__(
            *args,
            file_schema=AttributeSchema(item.attribute for item in self.file_attributes),
            ann_file=ann_file or f'{self.VARIABLE}.mat',
            **kwargs,
        )

    def read_annotations(self) -> Annotations:
        """List the folders, and join images and attributes by the number of the identity."""
        images, targets, queries = [], [], []
        labels_of = cache(self._labels_of)
        for part in self.parts:
            listed = self._images_of(part)
            labels = labels_of('train' if part == 'train' else 'test')
            is_query = np.full(len(listed.names), part == 'query')
            if self.split in ('val', 'train_without_val'):
                listed, is_query = self._validation(listed)
            targets.append(
                targets_of(listed.pids.tolist(), labels, listed.names, source=self.ann_file)
            )
            images.append(listed)
            queries.append(is_query)
        extras = {}
        if self.split not in ('train', 'train_without_val'):
            extras['is_query'] = np.concatenate(queries).tolist()
        return Annotations(
            image_names=[name for part in images for name in part.names],
            targets=np.concatenate(targets),
            source=str(self._folder),
            pids=np.concatenate([part.pids for part in images]),
            camids=np.concatenate([part.camids for part in images]),
            extras=extras,
        )

    def _labels_of(self, part: str) -> dict[int, np.ndarray]:
        return read_identity_attributes(
            self.ann_file,
            self.VARIABLE,
            part,
            self.file_attributes,
            missing=f'{type(self).__name__} needs its attributes in data_root',
        )

    @property
    def _folder(self) -> Path:
        return Path(self.data_prefix['img_path'])

    def _images_of(self, part: str) -> Images:
        """The images of a part, junk dropped."""
        names = _image_names(self._folder / FOLDERS[part])
        numbers = [self._identity_and_camera(part, name) for name in names]
        listed = Images(
            [f'{FOLDERS[part]}/{name}' for name in names],
            *np.array(numbers, dtype=np.int64).reshape(-1, 2).T,
        )
        listed = listed.take(np.flatnonzero(listed.pids != JUNK))
        size = (len(listed.names), len(set(listed.pids.tolist()) - {DISTRACTOR}))
        if size != self.OFFICIAL[part]:
            print_log(
                f'{self._folder / FOLDERS[part]}: {size[0]} images of {size[1]} identities; the '
                f'official {type(self).__name__} has {self.OFFICIAL[part][0]} of '
                f'{self.OFFICIAL[part][1]}',
                logger='current',
            )
        if part == 'gallery' and self.distractors is not None:
            return self._with_distractors(listed, self.distractors)
        return listed

    def _with_distractors(self, listed: Images, folder: str) -> Images:
        names = _image_names(self._folder / folder)
        cameras = [int(match[2]) if (match := NAME.match(name)) else UNKNOWN for name in names]
        return Images(
            listed.names + [f'{folder}/{name}' for name in names],
            np.concatenate([listed.pids, np.full(len(names), DISTRACTOR)]),
            np.concatenate([listed.camids, np.array(cameras, dtype=np.int64)]),
        )

    def _identity_and_camera(self, part: str, name: str) -> tuple[int, int]:
        match = NAME.match(name)
        if match is None:
            raise InputError(
                f'{self._folder / FOLDERS[part] / name}: the name does not start with an identity '
                'and a camera, like 0002_c1'
            )
        pid, camid = int(match[1]), int(match[2])
        if pid < JUNK or not 1 <= camid <= self.NUM_CAMERAS:
            raise InputError(
                f'{self._folder / FOLDERS[part] / name}: identity {pid}, camera {camid}; expected '
                f'an identity of at least -1 and a camera in 1..{self.NUM_CAMERAS}'
            )
        return pid, camid

    def _validation(self, images: Images) -> tuple[Images, np.ndarray]:
        """The images of ``val`` or of the others, and which of them are queries."""
        identities = np.unique(images.pids)
        if not 0 < self.num_val_identities < len(identities):
            raise InputError(
                f'num_val_identities must be in 1..{len(identities) - 1}, since '
                f'{self._folder / FOLDERS["train"]} has {len(identities)} identities; got '
                f'{self.num_val_identities}'
            )
        held_out, is_query = validation_part(
            images.pids,
            images.camids,
            num_identities=self.num_val_identities,
            generator=np.random.default_rng(self.val_seed),
        )
        rows = np.flatnonzero(held_out == (self.split == 'val'))
        return images.take(rows), is_query[rows]


def validation_part(
    pids: np.ndarray, camids: np.ndarray, *, num_identities: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw validation identities, and a query for each of them and each of its cameras.

    Args:
        pids: ``(N,)`` identities.
        camids: ``(N,)`` cameras.
        num_identities: How many are drawn; fewer than there are.
        generator: Source of all randomness.

    Returns:
        ``(N,)`` bool, whether an image shows one of them, and ``(N,)`` bool, whether it is a query.
    """
    drawn = generator.choice(np.unique(pids), num_identities, replace=False)
    held_out = np.isin(pids, drawn)
    shuffled = generator.permutation(np.flatnonzero(held_out))
    sightings = np.stack([pids[shuffled], camids[shuffled]], axis=1)
    _, first = np.unique(sightings, axis=0, return_index=True)
    is_query = np.zeros(len(pids), dtype=bool)
    is_query[shuffled[first]] = True
    return held_out, is_query


def _image_names(folder: Path) -> list[str]:
    """The names of the image files of a folder, sorted; other files are left alone."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise InputError(f'{folder}: cannot be listed ({error.strerror})') from error
    pictures = [name for name in names if name.lower().endswith(SUFFIXES)]
    if not pictures:
        raise InputError(f'{folder}: there is no image in it')
    return pictures
