"""CelebA: 202,599 faces of celebrities, 40 binary attributes."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import (
    TRAIN_VAL_TEST,
    Annotations,
    AttributeDataset,
    first_existing,
)
from par_plugins.datasets.files.numbered_rows import numbered_rows, whole_number
from par_plugins.structures import AttributeSchema, InputError

SCHEMA = AttributeSchema(
    """
    5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose
    Black_Hair Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee
    Gray_Hair Heavy_Makeup High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard
    Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair
    Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace Wearing_Necktie Young
    """.split()
)
"""The 40 attributes in the order of the official file."""

LABELS = {'-1': 0, '1': 1}
PARTS = ('train', 'val', 'test')  # numbered 0, 1, 2 in the partition file

ATTRIBUTE_FILES = ('Anno/list_attr_celeba.txt', 'list_attr_celeba.txt', 'list_attr_celeba.csv')
PARTITION_FILES = (
    'Eval/list_eval_partition.txt',
    'list_eval_partition.txt',
    'list_eval_partition.csv',
)
IDENTITY_FILES = ('Anno/identity_CelebA.txt', 'identity_CelebA.txt', 'identity_CelebA.csv')


@DATASETS.register_module()
class CelebA(AttributeDataset):
    """CelebA, aligned and cropped, from its official text files or their CSV variant.

    Source: Z. Liu et al., "Deep Learning Face Attributes in the Wild", ICCV 2015;
    https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html. For non-commercial research only.

    .. code-block:: text

        data_root/                                   data_root/
            Anno/list_attr_celeba.txt                    list_attr_celeba.csv
            Anno/identity_CelebA.txt (optional)          list_eval_partition.csv
            Eval/list_eval_partition.txt                 img_align_celeba/img_align_celeba/
            Img/img_align_celeba/000001.jpg ...              000001.jpg ...

    162,770 training, 19,867 validation and 19,962 test images of 178 x 218 pixels, 10,177
    identities. Labels are 1 and -1: here -1 means no, and none is unknown. The files are joined by
    the name of the image, and columns found by their names.

    >>> CelebA(data_root='data/CelebA', split='train')[0]
    {'img_path': 'data/CelebA/Img/img_align_celeba/000001.jpg', 'gt_attributes': array([...]), ...}

    Args:
        data_root: Folder of one of the layouts above, or with the text files beside each other.
        split: ``train``, ``val``, ``test``, ``trainval`` (train, then val) or ``valtest`` (val,
            then test); None takes every image. Images keep the order of the partition file.
        ann_file: The file of attributes, relative to ``data_root``; None looks in the places above.
        partition_file: The same for the partition.
        identity_file: The same for the identities; without such a file there are none.
        *args: Pipeline and attributes to keep, see :class:`AttributeDataset`.
        **kwargs: The same; without ``data_prefix`` images are looked for in the places above.

    Raises:
        InputError: If a file is missing or not of its form, or the files list different images,
            or see :class:`AttributeDataset`.
    """

    SPLITS = TRAIN_VAL_TEST
    SCHEMA = SCHEMA
    IMAGE_FOLDERS = (
        'Img/img_align_celeba/img_align_celeba',
        'Img/img_align_celeba',
        'img_align_celeba/img_align_celeba',
        'img_align_celeba',
    )

    def __init__(
        self,
        data_root: str = '',
        *args: Any,
        ann_file: str | None = None,
        partition_file: str | None = None,
        identity_file: str | None = None,
        **kwargs: Any,
    ) -> None:
        root = Path(data_root)
        self._partition_path = root / (partition_file or first_existing(root, PARTITION_FILES))
        self._identity_path = root / (identity_file or first_existing(root, IDENTITY_FILES))
        self._has_identities = identity_file is not None or self._identity_path.is_file()
        super().__init__(
            data_root,
            *args,
            ann_file=ann_file or first_existing(root, ATTRIBUTE_FILES),
            **kwargs,
        )

    def read_annotations(self) -> Annotations:
        """Join the files by the names of the images."""
        paths = [Path(self.ann_file), self._partition_path]
        if self._has_identities:
            paths.append(self._identity_path)
        read = _read_files(*((path, _version_of(path)) for path in paths))
        rows = np.flatnonzero(np.isin(read.parts, [PARTS.index(part) for part in self.parts]))
        return Annotations(
            image_names=[read.image_names[row] for row in rows.tolist()],
            targets=read.targets[rows].astype(np.int64),
            source=self.ann_file,
            pids=None if read.pids is None else read.pids[rows],
        )


class _Files(NamedTuple):
    """All N images, in the order of the partition file."""

    image_names: list[str]
    parts: np.ndarray
    targets: np.ndarray
    pids: np.ndarray | None


@lru_cache(maxsize=1)
def _read_files(
    attributes: tuple[Path, Any], partition: tuple[Path, Any], *identity: tuple[Path, Any]
) -> _Files:
    """Join the files by the names of the images, once for all splits.

    Args:
        attributes: Path and version of the file of attributes.
        partition: The same of the partition.
        identity: The same of the identities, if there are any.
    """
    labels, columns = _read_labels(attributes[0])
    part_of = _read_numbers(partition[0], labels, range(len(PARTS)))
    names = list(part_of)
    rows = np.frombuffer(b''.join(labels[name] for name in names), np.uint8)
    pids = None
    for path, _ in identity:
        identities = _read_numbers(path, labels)
        pids = np.array([identities[name] for name in names], np.int64)
    targets = rows.reshape(-1, len(SCHEMA))[:, columns]
    return _Files(names, np.array(list(part_of.values())), targets, pids)


def _version_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written anew."""
    if not path.exists():
        return None
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_labels(path: Path) -> tuple[dict[str, bytes], list[int]]:
    """For each image a byte for each column, and where the columns of the schema are."""
    rows = _rows(path)
    announced = None
    if path.suffix != '.csv':
        line, cells = next(rows, (1, []))
        announced = whole_number(' '.join(cells))
        if announced is None:
            raise _error(path, line, f'{" ".join(cells)!r} is no number of images')
    line, names = next(rows, (2, []))
    if path.suffix == '.csv':
        names = _without_image_id(path, line, names)
    if sorted(names) != sorted(SCHEMA.names):
        raise _error(path, line, f'attributes are {names}, expected the 40: {list(SCHEMA.names)}')
    labels: dict[str, bytes] = {}
    for line, (image, *entries) in rows:
        if len(entries) != len(names):
            raise _error(path, line, f'{len(entries)} labels for {len(names)} attributes')
        if image in labels:
            raise _error(path, line, f'image {image!r} for the second time')
        try:
            labels[image] = bytes(map(LABELS.__getitem__, entries))
        except KeyError as error:
            raise _error(path, line, f'label {error} is neither 1 nor -1') from None
    if announced not in (None, len(labels)):
        raise InputError(f'{path}: line 1 announces {announced} images, but {len(labels)} follow')
    return labels, [names.index(name) for name in SCHEMA.names]


def _read_numbers(
    path: Path, labels: Collection[str], allowed: range | None = None
) -> dict[str, int]:
    """The number of each image, where the file has the images of ``labels`` and no others."""
    rows = _rows(path)
    if path.suffix == '.csv':
        _without_image_id(path, *next(rows, (1, [])))
    numbers: dict[str, int] = {}
    for line, cells in rows:
        number = whole_number(cells[-1]) if len(cells) == 2 else None
        if number is None or (allowed is not None and number not in allowed):
            expected = '' if allowed is None else f' in 0..{allowed[-1]}'
            raise _error(path, line, f'{cells} is not an image with a whole number{expected}')
        if cells[0] in numbers:
            raise _error(path, line, f'image {cells[0]!r} for the second time')
        numbers[cells[0]] = number
    different = numbers.keys() ^ set(labels)
    if different:
        raise InputError(
            f'{path}: {len(numbers)} images, but {len(labels)} have attributes; '
            f'{min(different)!r} is in one of the files only'
        )
    return numbers


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, with their numbers, split into cells."""
    if not path.exists():
        raise InputError(
            f'{path}: no such file; CelebA needs {ATTRIBUTE_FILES[0]} and {PARTITION_FILES[0]}, '
            'or their CSV variants'
        )
    return numbered_rows(path, ',' if path.suffix == '.csv' else None)


def _without_image_id(path: Path, line: int, header: list[str]) -> list[str]:
    if header[:1] != ['image_id']:
        raise _error(path, line, f'the header is {header}, expected image_id first')
    return header[1:]


def _error(path: Path, line: int, problem: str) -> InputError:
    return InputError(f'{path}, line {line}: {problem}')
