"""A made-up benchmark: pedestrians, each with the names of what is seen on it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets import Annotations, AttributeDataset
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError

SCHEMA = AttributeSchema(['Female', 'ShortSleeve', 'Hat', 'Glasses', 'Backpack', 'HandBag'])


@DATASETS.register_module()
class TaggedPedestrians(AttributeDataset):
    """Pedestrians with tags, as ``write_tagged_pedestrians`` writes them.

    .. code-block:: text

        data_root/
            train.txt  val.txt  test.txt
            data/000001.jpg ...

    A line is the path of an image and its tags: ``data/000001.jpg Female ?Hat Backpack``. An
    attribute that is named shows, one behind a question mark is unknown, all others do not show.

    >>> TaggedPedestrians(data_root='data/tagged_pedestrians', split='train')[0]
    {'img_path': 'data/tagged_pedestrians/data/000001.jpg', 'gt_attributes': array([1, 0, -1, ...

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val`` or ``test``.
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted; None keeps all six.
        **kwargs: See :class:`mmengine.dataset.BaseDataset`.

    Raises:
        InputError: If the file is missing or a tag is no attribute, or see
            :class:`AttributeDataset`.
    """

    SPLITS = {'train': ['train'], 'val': ['val'], 'test': ['test']}  # noqa: RUF012

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        pipeline: Sequence[dict | Callable] = (),
        attributes: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        (part,) = self.parts_of(split) or ()
        super().__init__(
            file_schema=SCHEMA,
            data_root=data_root,
            split=split,
            pipeline=pipeline,
            attributes=attributes,
            ann_file=f'{part}.txt',
            data_prefix={'img_path': ''},
            **kwargs,
        )

    def read_annotations(self) -> Annotations:
        """Read the lines of the split."""
        try:
            lines = Path(self.ann_file).read_text(encoding='utf-8').splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f'{self.ann_file}: cannot be read ({error})') from error
        names = []
        targets = np.zeros((len(lines), len(SCHEMA)), dtype=np.int64)
        for row, line in enumerate(lines):
            name, *tags = line.split() or ['']
            names.append(name)
            for tag in tags:
                if tag.removeprefix('?') not in SCHEMA.names:
                    raise InputError(f'{self.ann_file}, line {row + 1}: no attribute named {tag!r}')
                targets[row, SCHEMA.index(tag.removeprefix('?'))] = UNKNOWN if '?' in tag else 1
        return Annotations(names, targets, source=self.ann_file)
