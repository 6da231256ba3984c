"""New splits of any dataset."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.label_indicators import LabelIndicators
from par_plugins.datasets.stratified_parts import stratified_parts
from par_plugins.structures import UNKNOWN, InputError


def split_dataset(
    dataset: AttributeDataset, shares: Mapping[str, float], *, seed: int, by_identity: bool
) -> list[str | None]:
    """Divide the images of a dataset, each part with its share of every attribute.

    Args:
        dataset: The images.
        shares: Share of each part: of the images or, by identity, of the identities.
        seed: Same seed, same parts.
        by_identity: Put all images of an identity into the same part: the zero-shot protocol
            (Jia et al., "Rethinking of Pedestrian Attribute Recognition", 2021). Images without
            a known identity belong to no part then, since they may show anyone.

    Returns:
        The part of each image, or None.

    Raises:
        InputError: If a share is not positive, a part stays empty, or there are no identities.
    """
    schema = dataset.metainfo['schema']
    labels = LabelIndicators.from_targets(dataset.targets, schema)
    positive, known_labels = labels.positive, labels.known
    if not by_identity:
        return list(stratified_parts(positive, shares, seed=seed, known=known_labels))
    pids = _identities(dataset)
    known = pids != UNKNOWN
    parts = np.full(len(pids), None, dtype=object)
    parts[known] = stratified_parts(
        positive[known], shares, seed=seed, known=known_labels[known], groups=pids[known]
    )
    return list(parts)


class PartSummary(NamedTuple):
    """A part of a divided dataset.

    Attributes:
        name: The part.
        num_images: Its images.
        num_identities: Its known identities, None where the dataset has none.
        deviation: The largest difference, over attributes, of the share of positives (0-1) in the
            part from that in all parts together.
        nobody: Labels that no image of the part has, though others have.
        everybody: Labels that every image of the part has of which that is known, though not all
            others have.
    """

    name: str
    num_images: int
    num_identities: int | None
    deviation: float
    nobody: list[str]
    everybody: list[str]


def summarise_parts(
    dataset: AttributeDataset, parts: Sequence[str | None], names: Sequence[str]
) -> list[PartSummary]:
    """Return sizes of parts, and how well they are stratified.

    Args:
        dataset: The images.
        parts: The part of each image, or None.
        names: The parts to summarise.
    """
    schema, part_of = dataset.metainfo['schema'], np.array(parts, dtype=object)
    targets, divided = dataset.targets, part_of != None  # noqa: E711 (element by element)
    together = LabelIndicators.from_targets(targets[divided], schema)
    whole = together.ratios
    pids = dataset.pids if 'gt_pid' in dataset.get_data_info(0) else None
    summaries = []
    for name in names:
        rows = part_of == name
        ratios = LabelIndicators.from_targets(targets[rows], schema).ratios
        people = None if pids is None else len(set(pids[rows].tolist()) - {UNKNOWN})
        deviation = float(np.nanmax(abs(ratios - whole)))
        nobody, everybody = (
            [label for label, named in zip(together.names, columns, strict=True) if named]
            for columns in ((np.nan_to_num(ratios) == 0) & (whole > 0), (ratios == 1) & (whole < 1))
        )
        summaries.append(PartSummary(name, int(rows.sum()), people, deviation, nobody, everybody))
    return summaries


def _identities(dataset: AttributeDataset) -> np.ndarray:
    if 'gt_pid' not in dataset.get_data_info(0):
        raise InputError(
            f'{type(dataset).__name__} in {dataset.data_root} gives no identities: PETA does with '
            'identities=True, AttributeCSV with pid_column=..., CelebA with identity_CelebA.txt, '
            'RAPv2 always; the other benchmarks have none'
        )
    return dataset.pids
