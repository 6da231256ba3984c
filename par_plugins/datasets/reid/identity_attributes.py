"""Attributes that are labelled once for each identity: Market-1501's and DukeMTMC-reID's files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from par_plugins.datasets.files.matlab_file import MatlabValue, read_matlab_file
from par_plugins.datasets.files.numbered_rows import whole_number
from par_plugins.structures import UNKNOWN, Attribute, InputError

UNLABELLED, NO, YES = 0, 1, 2  # how the files write a binary label


@dataclass(frozen=True)
class FileAttribute:
    """An attribute and the fields of the file that label it.

    One field holds the number of the value, counted from 1. Several fields say no or yes to one
    value each, in the order of the values; an identity with none or several of them is unknown. An
    identity with a 0, which the official files have where nobody labelled it, is unknown too.

    Args:
        attribute: Its name, values and group.
        fields: Names of the fields.
    """

    attribute: Attribute
    fields: tuple[str, ...]

    def split(self) -> tuple['FileAttribute', ...]:
        """Return each field as a binary attribute of its own, of the same name."""
        return tuple(
            FileAttribute(Attribute(field, group=self.attribute.group), (field,))
            for field in self.fields
        )

    def targets(self, struct: MatlabValue, num_identities: int) -> np.ndarray:
        """Return ``(n,)`` int64 targets, -1 for unknown.

        Args:
            struct: The struct with the fields.
            num_identities: How many entries each must have.

        Raises:
            InputError: If a field is missing, of another length, or has a code that it cannot have.
        """
        if len(self.fields) == 1:
            codes = _codes(struct.field(self.fields[0]), num_identities, self.attribute.num_values)
            return np.where(codes == UNLABELLED, UNKNOWN, codes - 1)
        table = np.stack(
            [_codes(struct.field(name), num_identities, YES) for name in self.fields], axis=1
        )
        labelled = (table != UNLABELLED).all(axis=1) & ((table == YES).sum(axis=1) == 1)
        return np.where(labelled, (table == YES).argmax(axis=1), UNKNOWN)


def read_identity_attributes(
    path: str | Path, variable: str, part: str, attributes: Sequence[FileAttribute], *, missing: str
) -> dict[int, np.ndarray]:
    """Read the labels of the identities of one part of a benchmark.

    Fields are found by name, since their order differs between the parts.

    Args:
        path: The MATLAB file.
        variable: The struct in it.
        part: Its field: ``train`` or ``test``.
        attributes: What to read.
        missing: What to do when there is no such file, for the message.

    Returns:
        For each identity its ``(A,)`` int64 targets, -1 for unknown.

    Raises:
        InputError: If the file is missing or not of this form.
    """
    struct = read_matlab_file(path, [variable], missing=missing).field(variable).field(part)
    index = struct.field('image_index')
    rows_of: dict[int, int] = {}
    for row, name in enumerate(index.names()):
        pid = whole_number(name)
        if pid is None or pid in rows_of:
            raise index.error(f'cell {row + 1}, {name!r}, is not the number of one identity')
        rows_of[pid] = row
    if not rows_of:
        raise index.error('is empty')
    targets = np.stack([item.targets(struct, len(rows_of)) for item in attributes], axis=1)
    return {pid: targets[row] for pid, row in rows_of.items()}


def _codes(field: MatlabValue, num_identities: int, largest: int) -> np.ndarray:
    codes = field.whole_numbers()
    if len(codes) != num_identities:
        raise field.error(f'has {len(codes)} entries for {num_identities} identities')
    wrong = (codes < UNLABELLED) | (codes > largest)
    if wrong.any():
        entry = int(np.argmax(wrong))
        raise field.error(f'entry {entry + 1} is {codes[entry]}, expected 0..{largest}')
    return codes


def color_attribute(name: str, group: str, prefix: str, colors: str) -> FileAttribute:
    """Return a colour, of which the file has one yes-or-no field for each value."""
    values = colors.split()
    return FileAttribute(
        Attribute(name, tuple(values), group), tuple(prefix + value for value in values)
    )


def targets_of(
    pids: Sequence[int], labels: dict[int, np.ndarray], images: Sequence[str], *, source: str
) -> np.ndarray:
    """Join images with their targets by the number of the identity.

    Args:
        pids: ``(N,)`` identities, 0 for distractors.
        labels: From :func:`read_identity_attributes`.
        images: Their names, for the message.
        source: The file of the labels, for the message.

    Returns:
        ``(N, A)`` int64, -1 for unknown; all of a distractor's are.

    Raises:
        InputError: If an identity has no labels.
    """
    nobody = np.full_like(next(iter(labels.values())), UNKNOWN)
    rows = []
    for pid, image in zip(pids, images, strict=True):
        if pid != 0 and pid not in labels:
            raise InputError(f'{source}: no attributes of identity {pid}, which {image} shows')
        rows.append(nobody if pid == 0 else labels[pid])
    return np.array(rows, dtype=np.int64).reshape(-1, len(nobody))
