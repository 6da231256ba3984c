"""Benchmarks with all images in one MATLAB file and five random partitions over them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.datasets.attribute_groups import schema_by_prefix
from par_plugins.datasets.image_partition import one_partition, partitioned_annotations
from par_plugins.datasets.matlab_file import MatlabValue
from par_plugins.datasets.one_of import one_of


class PartitionedFile(NamedTuple):
    """What such a file says of all its N images.

    Attributes:
        struct: The struct that holds everything.
        names: The attributes to keep.
        targets: ``(N, A)`` their labels.
        image_names: Relative to the image folder.
        partitions: The cell array of the partitions.
        pids: ``(N,)`` identities, or None.
    """

    struct: MatlabValue
    names: Sequence[str]
    targets: np.ndarray
    image_names: Sequence[str]
    partitions: MatlabValue
    pids: np.ndarray | None = None


class PartitionedDataset(AttributeDataset):
    """One partition of such a benchmark.

    A subclass reads its file in :meth:`read_file`, and says in ``PARTS`` which field of a partition
    has the images of each part and in ``GROUPS`` how the names of a group of attributes begin;
    ``ONE_OF`` and ``MOMENTARY`` as in :func:`schema_by_prefix`.

    Args:
        data_root: Folder of the benchmark.
        split: Name of the split; None takes every image, in the order of the file.
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted; None keeps all of
            ``attribute_set``.
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
        pipeline: Sequence[dict | Callable] = (),
        attributes: Sequence[str] | None = None,
        *,
        split_index: int = 0,
        attribute_set: str = 'evaluated',
        **kwargs: Any,
    ) -> None:
        wanted = self.parts_of(split)
        one_of('attribute_set', attribute_set, ('evaluated', 'all'))
        file = self.read_file(str(data_root), every=attribute_set == 'all')
        partition = one_partition(file.partitions, split_index)
        super().__init__(
            file_schema=schema_by_prefix(
                file.names, self.GROUPS, one_of=self.ONE_OF, momentary=self.MOMENTARY
            ),
            data_root=data_root,
            split=split,
            pipeline=pipeline,
            attributes=attributes,
            annotations=partitioned_annotations(
                source=file.struct,
                image_names=file.image_names,
                targets=file.targets,
                parts={part: partition.field(field) for part, field in self.PARTS.items()},
                wanted=wanted,
                pids=file.pids,
            ),
            **kwargs,
        )

    def read_file(self, data_root: str, *, every: bool) -> PartitionedFile:
        """Read the annotation, with every attribute or the evaluated ones."""
        raise NotImplementedError
