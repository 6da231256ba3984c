"""Pictures that are trained on and tested on."""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mmengine.logging import print_log

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.training_labels import labels_of, sources_of
from par_plugins.structures import InputError

OPTION = 'allow_shared_images'
"""The entry of a config which says that it is meant."""


def refuse_shared_images(training: Any, others: Mapping[str, Any]) -> None:
    """Refuse a training set that has images of the sets that judge what comes out of it.

    A split that joins another by its name, ``trainval`` with ``val``, says itself that it is meant;
    the log says it too. Datasets of other projects, whose files are not known, are passed over.

    Args:
        training: The training set, whatever wraps it.
        others: The other sets by what the message shall call them.

    Raises:
        InputError: If an image is in the training set and in another.
    """
    trained = set(_paths(training))
    for name, other in others.items():
        shared = trained.intersection(_paths(other))
        if not shared:
            continue
        share = f'train_dataloader and {name} share {len(shared)} images, the first: {min(shared)}'
        if not _joins(training, other):
            raise InputError(
                f'{share}: scores on what was trained on say nothing; set {OPTION}=True in the '
                'config if that is meant'
            )
        print_log(f'{share}: the training split is meant to have them', logger='current')


def _paths(dataset: Any) -> Iterator[str]:
    """Where the images are, whatever way leads there, once each."""
    real_folder = lru_cache(maxsize=None)(os.path.realpath)
    if all(isinstance(source, AttributeDataset) for source in sources_of(dataset)):
        for path in labels_of(dataset, 'image_paths', repeated=False).tolist():
            folder, file = os.path.split(path)
            yield os.path.join(real_folder(folder), file)


def _joins(training: Any, other: Any) -> bool:
    """Whether the training split is made of official parts, those of the other split among them."""

    def parts(dataset: Any) -> set[tuple[str, str]]:
        return {
            (source.identity_source, part)
            for source in sources_of(dataset)
            for part in type(source).SPLITS.get(source.split, ())
        }

    def splits(dataset: Any) -> set[tuple[str, str]]:
        return {(source.identity_source, source.split) for source in sources_of(dataset)}

    same = splits(training) & splits(other)
    return not same and bool(parts(other)) and parts(other) <= parts(training)
