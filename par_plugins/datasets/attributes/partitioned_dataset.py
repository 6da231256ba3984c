"""Benchmarks with all images in one MATLAB file and five random partitions over them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.attributes.image_partition import one_partition, partitioned_annotations
from par_plugins.datasets.files.matlab_file import MatlabValue
from par_plugins.structures import Attribute, AttributeSchema, InputError, checked_choice


class PartitionedFile(NamedTuple):
    """What such a file says of all its N images.

    Attributes:
        struct: The struct that holds everything.
        names: The attributes to keep.
        targets: ``(N, A)`` their labels.
        image_names: Relative to the image folder.
        partitions: The cell array of the partitions.
        pids: ``(N,)`` identities, or None.
        left_out: See :func:`partitioned_annotations`.
    """

    struct: MatlabValue
    names: Sequence[str]
    targets: np.ndarray
    image_names: Sequence[str]
    partitions: MatlabValue
    pids: np.ndarray | None = None
    left_out: np.ndarray | None = None


class PartitionedDataset(AttributeDataset):
    """One partition of such a benchmark.

    A subclass reads its file in :meth:`read_file`, and says in ``PARTS`` which field of a partition
    has the images of each part and in ``GROUPS`` how the names of a group of attributes begin;
    ``ONE_OF`` and ``MOMENTARY`` as in :func:`schema_by_prefix`.

    Args:
        data_root: Folder of the benchmark.
        split: Name of the split; None takes every image, in the order of the file.
        split_index: Which of the five partitions, 0-4.
        attribute_set: ``evaluated``, those of the papers, or ``all`` that the file has.
        **kwargs: See :class:`AttributeDataset`.

    Raises:
        InputError: If the annotation is missing, of another layout or not consistent, or see
            :class:`AttributeDataset`.
    """

    PARTS: ClassVar[Mapping[str, int | str]] = {}
    GROUPS: ClassVar[Mapping[str, str]] = {}
    ONE_OF: ClassVar[Mapping[str, Sequence[str]]] = {}
    MOMENTARY: ClassVar[Sequence[str]] = ()

    def __init__(
        self,
        data_root: str = '',
        split: str | None = 'train',
        *args: Any,
        split_index: int = 0,
        attribute_set: str = 'evaluated',
        **kwargs: Any,
    ) -> None:
        wanted = self.parts_of(split)
        checked_choice('attribute_set', attribute_set, ('evaluated', 'all'))
        file = self.read_file(str(data_root), every=attribute_set == 'all')
        partition = one_partition(file.partitions, split_index)
        try:
            schema = _schema_by_prefix(
                file.names, self.GROUPS, one_of=self.ONE_OF, momentary=self.MOMENTARY
            )
        except InputError as error:
            raise file.struct.error(f'does not name its attributes: {error}') from error
        super().__init__(
            data_root,
            split,
            *args,
            file_schema=schema,
            annotations=partitioned_annotations(
                source=file.struct,
                image_names=file.image_names,
                targets=file.targets,
                parts={part: partition.field(field) for part, field in self.PARTS.items()},
                wanted=wanted,
                pids=file.pids,
                left_out=file.left_out,
            ),
            **kwargs,
        )

    def read_file(self, data_root: str, *, every: bool) -> PartitionedFile:
        """Read the annotation, with every attribute or the evaluated ones."""
        raise NotImplementedError


def _schema_by_prefix(
    names: Sequence[str],
    groups: Mapping[str, str],
    *,
    one_of: Mapping[str, Sequence[str]],
    momentary: Sequence[str],
) -> AttributeSchema:
    """Binary attributes, each in the group of the first prefix that its name has.

    Args:
        names: Attribute names, in column order.
        groups: Name of the group for each prefix.
        one_of: By name of a set, the attributes of which a person has exactly one. A set of which
            one is not among the names is none.
        momentary: Prefixes of attributes that may change while a person is being watched.
    """
    set_of = {
        name: title
        for title, members in one_of.items()
        if set(members) <= set(names)
        for name in members
    }
    return AttributeSchema(
        Attribute(
            name,
            group=next((groups[p] for p in groups if name.startswith(p)), None),
            one_of=set_of.get(name),
            momentary=name.startswith(tuple(momentary)),
        )
        for name in names
    )
