"""A made-up benchmark: pedestrians, each with the names of what is seen on it."""

from pathlib import Path

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

    Arguments: see :class:`AttributeDataset`. Splits: ``train``, ``val`` and ``test``.

    Raises:
        InputError: If the file is missing or a tag is no attribute, or see
            :class:`AttributeDataset`.
    """

    SCHEMA = SCHEMA
    SPLITS = {'train': ['train'], 'val': ['val'], 'test': ['test']}  # noqa: RUF012

    def read_annotations(self) -> Annotations:
        """Read the lines of the split's files."""
        names: list[str] = []
        rows = []
        for path in (Path(self.data_root, f'{part}.txt') for part in self.parts):
            try:
                lines = path.read_text(encoding='utf-8').splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f'{path}: cannot be read ({error})') from error
            for number, line in enumerate(lines, 1):
                name, *tags = line.split() or ['']
                names.append(name)
                labels = np.zeros(len(SCHEMA), dtype=np.int64)
                for tag in tags:
                    attribute = tag.removeprefix('?')
                    if attribute not in SCHEMA.names:
                        raise InputError(f'{path}, line {number}: no attribute named {tag!r}')
                    labels[SCHEMA.index(attribute)] = 1 if tag == attribute else UNKNOWN
                rows.append(labels)
        targets = np.array(rows, dtype=np.int64).reshape(-1, len(SCHEMA))
        return Annotations(names, targets, source=self.data_root)
