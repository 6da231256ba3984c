"""What every dataset of this project offers, whatever its files look like."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmengine.dataset import BaseDataset, force_full_init

from par_plugins.datasets.sample_table import SampleTable
from par_plugins.datasets.transforms.known_flips import require_known_flips
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError

TRAIN_VAL_TEST = {
    'train': ['train'],
    'val': ['val'],
    'test': ['test'],
    'trainval': ['train', 'val'],
    'valtest': ['val', 'test'],
}
"""The parts that each split joins, where the official parts are these three."""


def first_existing(root: str | Path, candidates: Sequence[str]) -> str:
    """Find where a benchmark keeps a file or folder: releases and mirrors differ in that.

    Args:
        root: Folder of the benchmark.
        candidates: Paths relative to it.

    Returns:
        The first that exists; the first of all if none does.
    """
    return next((path for path in candidates if (Path(root) / path).exists()), candidates[0])


@dataclass(frozen=True)
class Annotations:
    """One split, as its files have it.

    Attributes:
        image_names: N paths relative to the image folder.
        targets: ``(N, A)`` integers in the order of the files' schema, -1 for unknown.
        pids: ``(N,)`` identities, or None where the files have none.
        camids: ``(N,)`` cameras, or None where the files have none.
        source: The file they come from, for error messages.
        extras: Further entries of the samples by their key, N of each: ``img`` where the files hold
            the pixels themselves, ``gt_box`` where they say where to look.
    """

    image_names: Sequence[str]
    targets: np.ndarray
    source: str
    pids: np.ndarray | None = None
    camids: np.ndarray | None = None
    extras: Mapping[str, Sequence[Any] | np.ndarray] = field(default_factory=dict)


class AttributeDataset(BaseDataset):
    """Images of people with ``(N, A)`` attribute targets.

    A subclass says in ``SPLITS`` which official parts each of its splits joins, in ``SCHEMA`` which
    attributes its files label and in ``IMAGE_FOLDERS`` where its images are, and reads the
    ``parts`` of one split in :meth:`read_annotations`. What only its files say it gives to
    ``__init__``: the schema, and the annotations if they are read already. Each sample is a dict of
    ``img_path``, ``gt_attributes`` (``(A,)`` int64, -1 unknown) and, where the files have them,
    ``gt_pid`` and ``gt_camid``. ``metainfo['schema']`` is the :class:`AttributeSchema` of the
    columns.

    Datasets that are used together, as in mmengine's ``ConcatDataset``, share people and cameras
    only if they are of one ``identity_source``; else their numbers are kept apart by
    :func:`keep_identities_apart`.

    Labels are held once, in a matrix of the smallest integer type that has their values; a sample
    is joined when it is asked for.

    A sample carries the ``schema``: ``PackAttributeInputs`` exchanges labels of left and right in a
    mirrored picture, and packs labels as upstream reads them too.

    Args:
        data_root: Folder that every other path is relative to.
        split: Name of the split; None takes every image of the files.
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted; None keeps all.
        file_schema: The attributes the files label, in the files' order; None is ``SCHEMA``.
        data_prefix: ``img_path``, the image folder; None is the first of ``IMAGE_FOLDERS`` that is
            there.
        annotations: The split, if it is read already; else :meth:`read_annotations` is called.
        metainfo: Further meta information.
        identity_source: Name of the numbering that identities and cameras belong to, the same for
            datasets that show the same people; None stands for the class and its annotation.
        **kwargs: See :class:`mmengine.dataset.BaseDataset`. ``serialize_data`` has nothing to do:
            samples are a :class:`SampleTable`, which processes share as it is.

    Raises:
        InputError: If the split or an attribute name is unknown, a label is outside its
            attribute's values, the numbers of images and labels differ, an image has no usable
            name, or the split is empty.
    """

    SPLITS: ClassVar[Mapping[str, Sequence[str]]] = {}
    """By the name of a split the official parts that it joins; empty where files name splits."""

    SCHEMA: ClassVar[AttributeSchema]
    data_list: SampleTable
    _indices: Sequence[int] | int | None
    IMAGE_FOLDERS: ClassVar[Sequence[str]] = ('',)
    """Where the images may be; the first that exists is taken."""

    def __init__(
        self,
        data_root: str = '',
        split: str | None = 'train',
        pipeline: Sequence[dict | Callable] = (),
        attributes: Sequence[str] | None = None,
        *,
        file_schema: AttributeSchema | None = None,
        data_prefix: dict[str, str] | None = None,
        annotations: Annotations | None = None,
        metainfo: dict[str, Any] | None = None,
        identity_source: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.split = split
        self.pid_offset = self.camid_offset = 0
        self._identity_source = identity_source
        self.parts = self.parts_of(split) or list(dict.fromkeys(chain(*self.SPLITS.values())))
        self.file_schema = file_schema = file_schema or self.SCHEMA
        self._annotations = annotations
        schema = file_schema if attributes is None else file_schema.subset(attributes)
        kwargs['serialize_data'] = False
        super().__init__(
            data_root=str(data_root),
            pipeline=pipeline,
            data_prefix=data_prefix or {'img_path': first_existing(data_root, self.IMAGE_FOLDERS)},
            metainfo={**(metainfo or {}), 'schema': schema},
            **kwargs,
        )
        if schema.flip_pairs:
            require_known_flips(self.pipeline.transforms)

    @property
    def identity_source(self) -> str:
        """What identities and cameras are numbered by."""
        if self._identity_source is not None:
            return self._identity_source
        return f'{type(self).__name__} {os.path.realpath(self.ann_file or self.data_root)}'

    @classmethod
    def parts_of(cls, split: str | None) -> Sequence[str] | None:
        """Return the official parts that a split joins, None for every image of the files.

        Raises:
            InputError: If there is no such split.
        """
        if split is None or not cls.SPLITS:
            return None
        if split not in cls.SPLITS:
            raise InputError(
                f'{cls.__name__} has no split {split!r}; it has {", ".join(cls.SPLITS)}'
            )
        return cls.SPLITS[split]

    @property
    def split_names(self) -> Sequence[str]:
        """The splits that the files themselves name; empty where the class does."""
        return ()

    def read_annotations(self) -> Annotations:
        """Read ``self.split`` from the official files, opening no image."""
        raise NotImplementedError(f'{type(self).__name__} neither reads nor was given annotations')

    def load_data_list(self) -> SampleTable:
        """Check the annotations and lay out the samples."""
        read = self._annotations or self.read_annotations()
        self._annotations = None  # no second copy of what follows
        source = f'{read.source}, split {self.split!r}'
        if len(read.image_names) != len(read.targets):
            raise InputError(
                f'{source}: {len(read.image_names)} image names but {len(read.targets)} rows of '
                'labels'
            )
        if len(read.targets) == 0:
            raise InputError(f'{source}: there is no image in it')
        for row, name in enumerate(read.image_names):
            if not name or '\0' in name:
                raise InputError(f'{source}: image {row} has the name {name!r}')
        self.file_schema.check_targets(read.targets, source=source)
        column_of = {name: column for column, name in enumerate(self.file_schema.names)}
        columns = [column_of[name] for name in self.metainfo['schema'].names]
        # A byte a label, if that is enough: DeepFashion has 289 million of them.
        smallest = np.min_scalar_type(-max(self.file_schema.num_values))
        fields: dict[str, Any] = {
            'img_path': SampleTable.paths(read.image_names),
            'gt_attributes': read.targets.astype(smallest)[:, columns],
        }
        for key, numbers in (('gt_pid', read.pids), ('gt_camid', read.camids)):
            if numbers is not None:
                fields[key] = numbers
        return SampleTable({**fields, **read.extras}, self.data_prefix['img_path'])

    def get_data_info(self, index: int) -> dict[str, Any]:
        """Return a sample, with ``gt_attributes`` as int64."""
        sample = super().get_data_info(index)
        sample['gt_attributes'] = sample['gt_attributes'].astype(np.int64)
        for key, offset in (('gt_pid', self.pid_offset), ('gt_camid', self.camid_offset)):
            if offset and sample.get(key, UNKNOWN) != UNKNOWN:
                sample[key] += offset
        sample['schema'] = self._metainfo['schema']
        return sample

    def get_cat_ids(self, idx: int) -> list[int]:
        """Return what mmengine's ``ClassBalancedDataset`` balances: the values that an image has.

        Args:
            idx: Index of the image.

        Returns:
            A number for each binary attribute that is positive, and for the value of each
            categorical one that is known: the columns of packed logits.
        """
        schema = self.metainfo['schema']
        return [
            logits.start + (0 if binary else int(label))
            for logits, binary, label in zip(
                schema.logit_slices,
                schema.binary,
                self.get_data_info(idx)['gt_attributes'],
                strict=True,
            )
            if label > 0 or (label == 0 and not binary)
        ]

    def prepare_data(self, idx: int) -> Any:
        """Return a sample after the pipeline.

        Raises:
            InputError: If the pipeline does; of an image that is missing where the class looks in
                several folders, with their names.
        """
        try:
            return super().prepare_data(idx)
        except InputError as error:
            several = len(self.IMAGE_FOLDERS) > 1
            if not several or Path(self.get_data_info(idx)['img_path']).exists():
                raise
            folders = ', '.join(f'{folder}/' for folder in self.IMAGE_FOLDERS)
            raise InputError(
                f'{error}; {type(self).__name__} has its images in one of {folders} below data_root'
            ) from error

    @property
    def targets(self) -> np.ndarray:
        """``(N, A)`` targets in the order of the samples, -1 unknown, in a small integer type."""
        return self._entries('gt_attributes')

    @property
    def pids(self) -> np.ndarray:
        """``(N,)`` int64 identities in the order of the samples."""
        return _moved(self._entries('gt_pid').astype(np.int64), self.pid_offset)

    @property
    def camids(self) -> np.ndarray:
        """``(N,)`` int64 cameras in the order of the samples."""
        return _moved(self._entries('gt_camid').astype(np.int64), self.camid_offset)

    @property
    def image_paths(self) -> np.ndarray:
        """``(N,)`` strings: where each image is, in the order of the samples."""
        return np.array(list(map(self.data_list.path, self._entries('img_path'))), dtype=object)

    @force_full_init
    def numbers_in_files(self, name: str) -> np.ndarray:
        """Return ``pids`` or ``camids`` as the files have them, ``(0,)`` where they have none."""
        key = {'pids': 'gt_pid', 'camids': 'gt_camid'}[name]
        return np.asarray(self.data_list.columns.get(key, np.empty(0, np.int64)))

    def full_init(self) -> None:
        """Read the annotations, once.

        Raises:
            InputError: See :class:`AttributeDataset`; also if ``indices`` leave nothing.
        """
        indices, self._indices = self._indices, None
        super().full_init()
        if indices is not None:
            self.data_list = self.data_list[_chosen(indices, len(self.data_list))]

    def get_subset_(self, indices: Sequence[int] | int) -> None:
        """Keep these samples only."""
        self.full_init()
        self.data_list = self.data_list[_chosen(indices, len(self))]

    def get_subset(self, indices: Sequence[int] | int) -> 'AttributeDataset':
        """Return a copy with these samples only."""
        subset = super().get_subset(len(self))  # all of them, which share the table
        subset.get_subset_(indices)
        return subset

    @force_full_init
    def _entries(self, key: str) -> np.ndarray:
        if key not in self.data_list.columns:
            raise InputError(f'{type(self).__name__} in {self.data_root} has no {key}')
        return np.asarray(self.data_list.columns[key])


def _chosen(indices: Sequence[int] | int, num_samples: int) -> np.ndarray | slice:
    """What an index of samples is, as mmengine counts: the first so many, or the last.

    Raises:
        InputError: If it leaves nothing, or is no whole number or numbers of samples: a mask would
            be read as numbers by lists, and as a mask by arrays.
    """
    numbers = np.asarray(indices)
    if numbers.size == 0 or (numbers.ndim == 0 and not numbers):
        raise InputError(f'indices={indices!r}: there is no image in this subset')
    if numbers.dtype.kind not in 'iu' or numbers.ndim > 1:
        raise InputError(
            f'indices must be a whole number, or numbers of samples, got {indices!s:.60}'
        )
    if numbers.ndim == 0:
        return slice(int(numbers)) if numbers > 0 else slice(int(numbers), None)
    outside = numbers[(numbers < -num_samples) | (numbers >= num_samples)]
    if len(outside):
        raise InputError(f'indices have {outside[0]}, but there are {num_samples} samples')
    return numbers


def _moved(numbers: np.ndarray, offset: int) -> np.ndarray:
    return np.where(numbers == UNKNOWN, UNKNOWN, numbers + offset)
