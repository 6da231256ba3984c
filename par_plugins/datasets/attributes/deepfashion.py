"""DeepFashion's category and attribute prediction benchmark: 289,222 images of clothes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import (
    TRAIN_VAL_TEST,
    Annotations,
    AttributeDataset,
    first_existing,
)
from par_plugins.datasets.files.deepfashion_files import (
    ELSEWHERE,
    Entry,
    align_by_line,
    decoded,
    fill_labels,
    join_by_image,
    read_lines,
    read_names,
    read_parts,
    whole_numbers,
)
from par_plugins.structures import UNKNOWN, Attribute, AttributeSchema, InputError, checked_choice

CATEGORY = 'category'
PARTS = ('train', 'val', 'test')
COARSE_GROUPS = ('texture', 'fabric', 'shape', 'part', 'style')
FINE_GROUPS = ('texture', 'sleeve', 'length', 'neckline', 'fabric', 'fit')


@DATASETS.register_module()
class DeepFashion(AttributeDataset):
    """DeepFashion, category and attribute prediction, from its official text files.

    Source: Z. Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
    Annotations", CVPR 2016; https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html. For
    non-commercial research only, after signing an agreement.

    .. code-block:: text

        data_root/
            Anno_coarse/ (or Anno/)  list_attr_cloth.txt, list_attr_img.txt, list_bbox.txt,
                                     list_category_cloth.txt, list_category_img.txt
            Anno_fine/               list_attr_cloth.txt, list_category_cloth.txt,
                                     train.txt, train_attr.txt, train_cate.txt, train_bbox.txt, ...
            Eval/list_eval_partition.txt
            Img/img/.../img_00000001.jpg ...     (or img/)

    The coarse annotation has 209,222 training, 40,000 validation and 40,000 test images and 1,000
    binary attributes in five groups; its lists are joined by the name of the image. The fine one
    has 26 other attributes of some of the images, in groups of its own, in files that are aligned
    line by line. ``category`` comes first: one attribute of 50 values, four of which have no image
    since they were merged into Dress. Labels are 1, -1 (no) and 0, which is unknown; the fine
    annotation has no -1 and means no by 0.

    Every sample has ``gt_box`` (x1, y1, x2, y2) in pixels of the image, which the transform
    ``CropBox`` cuts out.

    >>> DeepFashion(data_root='data/DeepFashion', split='train')[0]
    {'img_path': 'data/DeepFashion/Img/img/.../img_00000001.jpg', 'gt_attributes': array([...]),
    'gt_box': (72, 79, 232, 273), ...}

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val``, ``test`` or a union of :data:`TRAIN_VAL_TEST`; None takes all.
            Images keep the order of the partition.
        annotation: ``coarse`` or ``fine``.
        with_category: Whether ``category`` is an attribute; without it the files of categories
            are not read.
        with_box: The same for the boxes.
        unknown: What a label 0 beside labels -1 becomes: ``unknown`` (-1), or ``negative``, as
            much of the published code has it.
        *args: Pipeline and attributes to keep (``category`` may be among them), see
            :class:`AttributeDataset`.
        **kwargs: The same; without ``data_prefix`` images are looked for in the places above.

    Raises:
        InputError: If a file is missing or not of its form, files that are joined list different
            images, or see :class:`AttributeDataset`.
    """

    SPLITS = TRAIN_VAL_TEST

    def __init__(
        self,
        data_root: str = '',
        *args: Any,
        annotation: str = 'coarse',
        with_category: bool = True,
        with_box: bool = True,
        unknown: str = 'unknown',
        **kwargs: Any,
    ) -> None:
        self.annotation = checked_choice('annotation', annotation, ('coarse', 'fine'))
        self.unknown = checked_choice('unknown', unknown, ('unknown', 'negative'))
        self.with_category = with_category
        self.with_box = with_box
        root = Path(data_root)
        coarse = first_existing(root, ['Anno_coarse', 'Anno'])
        self._folder = root / (coarse if annotation == 'coarse' else 'Anno_fine')
        has_images_beside = not (root / 'Img').exists() and (root / 'img').exists()
        kwargs.setdefault('data_prefix', {'img_path': '' if has_images_beside else 'Img'})
        super().__init__(data_root, *args, file_schema=self._read_schema(), **kwargs)

    def _read_schema(self) -> AttributeSchema:
        named = read_names(self._folder / 'list_attr_cloth.txt')
        groups: tuple[str, ...] = COARSE_GROUPS
        if self.annotation == 'fine' and any(type_ == len(FINE_GROUPS) for _, type_ in named):
            groups = FINE_GROUPS
        attributes: list[tuple[str, tuple[str, ...] | None, str]] = []
        if self.with_category:
            categories = read_names(self._folder / 'list_category_cloth.txt')
            values = tuple(name for name, _ in categories)
            attributes.append((CATEGORY, values, CATEGORY))
        for name, type_ in named:
            if not 1 <= type_ <= len(groups):
                raise InputError(
                    f'{self._folder / "list_attr_cloth.txt"}: type {type_} of {name!r} is not one '
                    f'of 1..{len(groups)}'
                )
            attributes.append((name, None, groups[type_ - 1]))
        try:
            return AttributeSchema(Attribute(*attribute) for attribute in attributes)
        except InputError as error:
            raise InputError(f'{self._folder}: {error}') from error

    def read_annotations(self) -> Annotations:
        """Read the coarse or the fine files of the split."""
        if self.annotation == 'coarse':
            return self._read_coarse()
        read = [self._read_fine(part) for part in self.parts]
        return Annotations(
            image_names=[name for part in read for name in part.image_names],
            targets=np.concatenate([part.targets for part in read]),
            source=str(self._folder),
            extras={
                key: [value for part in read for value in part.extras[key]]
                for key in read[0].extras
            },
        )

    def _read_coarse(self) -> Annotations:
        """Join the lists by the names of the images."""
        partition = Path(self.data_root) / 'Eval/list_eval_partition.txt'
        part_of = read_parts(partition, PARTS)
        names = [name for name, part in part_of.items() if part in self.parts]
        row_of = dict.fromkeys(part_of, ELSEWHERE) | {name: row for row, name in enumerate(names)}
        files = {
            what: self._folder / f'list_{suffix}.txt'
            for what, suffix in (
                ('labels', 'attr_img'),
                (CATEGORY, 'category_img'),
                ('box', 'bbox'),
            )
        }
        return self._read_split(
            [decoded(partition, name) for name in names],
            files,
            lambda path: join_by_image(path, row_of),
        )

    def _read_fine(self, part: str) -> Annotations:
        """Align the files of a part line by line."""
        listing = self._folder / f'{part}.txt'
        names = [decoded(listing, name) for _, name in read_lines(listing)]
        files = {
            what: self._folder / f'{part}_{suffix}.txt'
            for what, suffix in (('labels', 'attr'), (CATEGORY, 'cate'), ('box', 'bbox'))
        }
        return self._read_split(names, files, lambda path: align_by_line(path, len(names)))

    def _read_split(
        self,
        names: Sequence[str],
        files: Mapping[str, Path],
        entries_of: Callable[[Path], Iterable[Entry]],
    ) -> Annotations:
        """Labels, categories and boxes of images.

        Args:
            names: The images.
            files: Where their ``labels``, ``category`` and ``box`` are.
            entries_of: The lines of such a file that are about these images.
        """
        targets = np.full((len(names), len(self.file_schema)), UNKNOWN, np.int8)
        labels = targets[:, int(self.with_category) :]
        path = files['labels']
        fill_labels(path, entries_of(path), labels)
        without_negatives = self.annotation == 'fine' and not (labels == 0).any()
        if self.unknown == 'negative' or without_negatives:
            labels[labels == UNKNOWN] = 0
        if self.with_category:
            path = files[CATEGORY]
            numbers = whole_numbers(path, entries_of(path), (len(names), 1))[:, 0]
            targets[:, 0] = self._checked_categories(path, numbers, names)
        boxes = {}
        if self.with_box:
            path = files['box']
            corners = whole_numbers(path, entries_of(path), (len(names), 4))
            boxes['gt_box'] = list(map(tuple, _checked_boxes(path, corners, names).tolist()))
        return Annotations(names, targets, source=str(path), extras=boxes)

    def _checked_categories(
        self, path: Path, numbers: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """Categories counted from 0, which the file counts from 1."""
        num_categories = self.file_schema.num_values[0]
        outside = (numbers < 1) | (numbers > num_categories)
        if outside.any():
            row = int(np.argmax(outside))
            raise InputError(
                f'{path}: category {numbers[row]} of {names[row]!r} is not one of '
                f'1..{num_categories}'
            )
        return numbers - 1


def _checked_boxes(path: Path, corners: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """``(N, 4)`` corners, the first left of and above the second."""
    empty = (corners[:, :2] >= corners[:, 2:]).any(axis=1)
    if empty.any():
        row = int(np.argmax(empty))
        raise InputError(
            f'{path}: box {corners[row].tolist()} of {names[row]!r} has no area: the corners are '
            'x_1 y_1 x_2 y_2'
        )
    return corners
