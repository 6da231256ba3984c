"""Is a benchmark on this disk complete, readable and what its files promise?"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.build_attribute_dataset import (
    attribute_dataset_class,
    build_attribute_dataset,
)
from par_plugins.datasets.label_indicators import LabelIndicators
from par_plugins.datasets.picture_file import decode_picture, picture_bytes
from par_plugins.datasets.transforms import CropBox
from par_plugins.structures import UNKNOWN, InputError


@dataclass
class DatasetReport:
    """What was found.

    Attributes:
        problems: Sentences about what is wrong: files that are missing, damaged or inconsistent,
            images that cannot be read, are listed twice, or are copies across splits.
        notes: Sentences about what is worth knowing, but may be meant so.
        sizes: Images of each split that could be read.
        labels: Labels of each of these splits.
        unreadable: For each image that cannot be read, why.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    labels: dict[str, LabelIndicators] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def check_dataset(
    name: str,
    data_root: str,
    *,
    splits: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    read_images: bool = True,
    num_threads: int = 8,
    on_start: Callable[[int], object] | None = None,
    on_image: Callable[[], object] | None = None,
) -> DatasetReport:
    """Check the files of a dataset.

    Args:
        name: As it is registered.
        data_root: Folder of its files.
        splits: Splits to look at; none given means each official part, where there are none
            each that the files name, and where they name none every image.
        options: Other arguments of the dataset.
        read_images: Read every image as a training would, else look at the annotation alone.
        num_threads: Images read at a time.
        on_start: Called with the number of images before they are read.
        on_image: Called after every image.

    Returns:
        What was found; no file's content makes this function raise.

    Raises:
        InputError: If there is no such dataset.
    """
    report = DatasetReport()
    datasets = {}
    wanted: list[str | None] = list(splits or _official_parts(attribute_dataset_class(name)))
    while wanted:
        split = wanted.pop(0)
        try:
            dataset = build_attribute_dataset(name, data_root, split, options or {})
        except InputError as error:
            if str(error) not in report.problems:
                report.problems.append(str(error))
            continue
        if split is None and dataset.split_names:
            wanted.extend(dataset.split_names)
        else:
            datasets[split or 'all'] = dataset
    names = {title: _image_paths(dataset) for title, dataset in datasets.items()}
    _check_duplicates(names, report)
    for title, dataset in datasets.items():
        report.sizes[title] = len(dataset)
        report.labels[title] = LabelIndicators.from_targets(
            dataset.targets, dataset.metainfo['schema']
        )
        _note_labels(title, report.labels[title], report)
    _note_identities(datasets, report)
    if read_images:
        boxes = {path: box for dataset in datasets.values() for path, box in _files(dataset)}
        if on_start:
            on_start(len(boxes))
        digests = _check_images(dict(sorted(boxes.items())), num_threads, on_image, report)
        _check_copies(names, digests, report)
    return report


def _official_parts(cls: type[AttributeDataset]) -> list[str | None]:
    return [split for split, parts in cls.SPLITS.items() if list(parts) == [split]] or [None]


def _image_paths(dataset: AttributeDataset) -> list[str]:
    return [dataset.get_data_info(index)['img_path'] for index in range(len(dataset))]


def _files(dataset: AttributeDataset) -> Iterator[tuple[str, Sequence[int] | None]]:
    """The image files of a dataset with the box in each, if it gives boxes."""
    for index in range(len(dataset)):
        sample = dataset.get_data_info(index)
        if 'img' not in sample:  # else the annotation is the image, and read already
            yield sample['img_path'], sample.get('gt_box')


def _check_duplicates(names: Mapping[str, Sequence[str]], report: DatasetReport) -> None:
    for title, paths in names.items():
        twice = [path for path, count in Counter(paths).items() if count > 1]
        if twice:
            report.problems.append(
                f'{title}: {len(twice)} images are listed more than once, the first: {twice[0]}'
            )
    for (one, paths), (other, others) in combinations(names.items(), 2):
        shared = set(paths) & set(others)
        if shared:
            report.problems.append(
                f'{one} and {other} share {len(shared)} images, the first: {min(shared)}'
            )


def _note_labels(title: str, labels: LabelIndicators, report: DatasetReport) -> None:
    for ratio, what in ((0.0, 'nobody'), (1.0, 'everybody')):
        absent = [n for n, r in zip(labels.names, labels.ratios, strict=True) if r == ratio]
        if absent:
            report.notes.append(f'{title}: {what} has {", ".join(absent)}')
    unknown = int((~labels.known).sum())
    if unknown:
        share = 100 * unknown / labels.known.size
        report.notes.append(f'{title}: {unknown} labels ({share:.2g} %) are unknown')


def _note_identities(datasets: Mapping[str, AttributeDataset], report: DatasetReport) -> None:
    identities = {
        title: set(np.unique(dataset.pids).tolist()) - {UNKNOWN}
        for title, dataset in datasets.items()
        if 'gt_pid' in dataset.get_data_info(0)
    }
    for title, people in identities.items():
        report.notes.append(f'{title}: {len(people)} identities')
    for (one, people), (other, others) in combinations(identities.items(), 2):
        if people & others:
            report.notes.append(f'{one} and {other} share {len(people & others)} identities')


def _check_images(
    boxes: Mapping[str, Sequence[int] | None],
    num_threads: int,
    on_image: Callable[[], object] | None,
    report: DatasetReport,
) -> dict[str, bytes]:
    """Read the images; the digest of each that can be read, by its path."""
    crop, digests = CropBox(), {}

    def digest_or_problem(path: str) -> bytes | str:
        try:
            content = picture_bytes(path)
            image = decode_picture(content, path)
            if boxes[path] is not None:
                crop({'img_path': path, 'img': image, 'gt_box': boxes[path]})
        except InputError as error:
            return str(error)
        return hashlib.blake2b(content, digest_size=16).digest()

    with ThreadPoolExecutor(num_threads) as pool:
        for path, found in zip(boxes, pool.map(digest_or_problem, boxes), strict=True):
            if isinstance(found, str):
                report.unreadable[path] = found
            else:
                digests[path] = found
            if on_image:
                on_image()
    if report.unreadable:
        first = next(iter(report.unreadable.values()))
        report.problems.append(
            f'{len(report.unreadable)} of {len(boxes)} images cannot be read, the first: {first}'
        )
    return digests


def _check_copies(
    names: Mapping[str, Sequence[str]], digests: Mapping[str, bytes], report: DatasetReport
) -> None:
    """Name files of equal bytes: a problem across splits, worth a note within one."""
    originals = {
        title: {digests[path]: path for path in sorted(paths, reverse=True) if path in digests}
        for title, paths in names.items()
    }
    for title, paths in names.items():
        files = {path for path in paths if path in digests}
        copies = len(files) - len(originals[title])
        if copies:
            report.notes.append(f'{title}: {copies} images are copies of others, byte for byte')
    for (one, first), (other, second) in combinations(originals.items(), 2):
        pairs = [(first[d], second[d]) for d in first.keys() & second.keys()]
        pairs = sorted((a, b) for a, b in pairs if a != b)
        if pairs:
            report.problems.append(
                f'{one} and {other} share {len(pairs)} images byte for byte under different '
                f'names, the first: {pairs[0][0]} is {pairs[0][1]}'
            )
