"""Write any dataset as the table that :class:`AttributeCSV` reads."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError

IMAGE, SPLIT, PERSON, CAMERA, ROLE = 'image', 'split', 'person', 'camera', 'role'


def write_attribute_csv(
    path: str | Path,
    parts: Iterable[tuple[AttributeDataset, Sequence[str | None]]],
    *,
    roles: Sequence[str] | None = None,
) -> None:
    """Write images with their split, identity and camera where known, and labels.

    Columns are ``image`` (relative to the dataset's ``data_root``), ``split``, ``person`` and
    ``camera`` where every dataset has them, ``role`` where roles are given, and one for each
    attribute. An unknown label is a blank cell.

    Args:
        path: The file; it is overwritten.
        parts: Datasets of one schema and root, each with the split of each of its images; None
            leaves an image out.
        roles: For each image of the one dataset ``query``, ``gallery`` or nothing.

    Raises:
        InputError: If the schemas differ, or an attribute is called like one of the other columns.
    """
    parts = list(parts)
    schema: AttributeSchema = parts[0][0].metainfo['schema']
    for dataset, _ in parts:
        schema.require_equal(dataset.metainfo['schema'], source=type(dataset).__name__)
    keys = {
        column: key
        for column, key in ((PERSON, 'gt_pid'), (CAMERA, 'gt_camid'))
        if all(key in dataset.get_data_info(0) for dataset, _ in parts)
    }
    header = [IMAGE, SPLIT, *keys, *([] if roles is None else [ROLE])]
    taken = set(header) & set(schema.names)
    if taken:
        raise InputError(f'{path}: attribute {min(taken)!r} would share its name with a column')
    with Path(path).open('w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow([*header, *schema.names])
        for dataset, splits in parts:
            for index, split in enumerate(splits):
                if split is None:
                    continue
                sample = dataset.get_data_info(index)
                image = os.path.relpath(sample['img_path'], dataset.data_root or '.')
                entries = [sample[key] for key in keys.values()]
                if roles is not None:
                    entries.append(roles[index])
                writer.writerow([image, split, *entries, *_cells(sample['gt_attributes'], schema)])


def _cells(targets: Sequence[int], schema: AttributeSchema) -> list[str]:
    return [
        '' if target == UNKNOWN else (attribute.values or ('0', '1'))[target]
        for attribute, target in zip(schema.attributes, targets, strict=True)
    ]
