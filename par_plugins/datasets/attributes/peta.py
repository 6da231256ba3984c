"""PETA: 19,000 pedestrians from ten public data sets, 105 binary attributes, 35 evaluated."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import TRAIN_VAL_TEST
from par_plugins.datasets.attributes.partitioned_dataset import PartitionedDataset, PartitionedFile
from par_plugins.datasets.files.matlab_file import MatlabValue, read_matlab_file
from par_plugins.structures import InputError, checked_choice

EVALUATED = tuple(
    """
    personalLess30 personalLess45 personalLess60 personalLarger60 carryingBackpack carryingOther
    lowerBodyCasual upperBodyCasual lowerBodyFormal upperBodyFormal accessoryHat upperBodyJacket
    lowerBodyJeans footwearLeatherShoes upperBodyLogo hairLong personalMale carryingMessengerBag
    accessoryMuffler accessoryNothing carryingNothing upperBodyPlaid carryingPlasticBags
    footwearSandals footwearShoes lowerBodyShorts upperBodyShortSleeve lowerBodyShortSkirt
    footwearSneaker upperBodyThinStripes accessorySunglasses lowerBodyTrousers upperBodyTshirt
    upperBodyOther upperBodyVNeck
    """.split()
)
"""The 35 attributes that papers evaluate, in the order of the official file."""

GROUPS = {
    'personal': 'person',
    'accessory': 'accessory',
    'carrying': 'bag',
    'hair': 'hair',
    'upperBody': 'upper body',
    'lowerBody': 'lower body',
    'footwear': 'footwear',
}
AGES = ('Less15', 'Less30', 'Less45', 'Less60', 'Larger60')
"""Of all five a person has exactly one; the 35 evaluated attributes lack the youngest."""
HELD = tuple(
    f'carrying{thing}'
    for thing in """
    BabyBuggy Folder LuggageCase Nothing Other PlasticBags ShoppingTro Suitcase Umbrella
    """.split()
)
"""Not worn as a backpack is: it is taken up and put down."""
NUM_ATTRIBUTES = 105
METADATA_COLUMNS = 4  # before the attributes
IDENTITY_COLUMN = 1
SOURCE_COLUMN = 2
SOURCE_SETS = {
    '3DPeS': 1012,
    'CAVIAR4REID': 1220,
    'CUHK': 4563,
    'GRID': 1275,
    'i-LIDS': 477,
    'MIT': 888,
    'PRID': 1134,
    'SARC3D': 200,
    'TownCentre': 6967,
    'VIPeR': 1264,
}
"""The ten data sets and their images, in the order of the numbers 1-10 that stand for them."""
MISSING = 'PETA needs PETA.mat and images/ of the processed release in data_root'


@DATASETS.register_module()
class PETA(PartitionedDataset):
    """PETA from the processed release that every paper's splits belong to.

    Source: Y. Deng et al., "Pedestrian Attribute Recognition At Far Distance", ACM MM 2014;
    http://mmlab.ie.cuhk.edu.hk/projects/PETA.html. For research only, no commercial use. The
    processed release (``PETA.mat`` with the five random splits) comes from the authors of DeepMAR,
    https://github.com/dangweili/pedestrian-attribute-recognition-pytorch. The page of PETA itself
    distributes one folder for each source data set with a ``Label.txt`` and without splits; that
    layout is recognised and refused.

    .. code-block:: text

        data_root/
            PETA.mat
            images/00001.png ... 19000.png

    Each of the five partitions has 9,500 training, 1,900 validation and 7,600 test images; papers
    report partition 0 or the mean of all. Every label is 0 or 1, none is unknown. Columns are
    found by the names in the file, whatever their order. The partitions are drawn over images, so
    that people in the test set are also in the training set; ``tools/dataset/split.py`` makes
    splits without shared people, and ``leave_out`` tests on a place that training has not seen.

    >>> PETA(data_root='data/PETA', split='train')[0]
    {'img_path': 'data/PETA/images/03311.png', 'gt_attributes': array([...]), 'sample_idx': 0}

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val``, ``test``, or two of them joined: ``trainval``, ``valtest``; None
            takes every image, in the order of their numbers.
        identities: Also give each image's identity. No paper documents the four columns before
            the attributes; public code describes the second as the identity over all source data
            sets, which is what is taken. It is refused if it cannot be one: entries that are no
            whole numbers of at least 0, or the same everywhere, or different everywhere.
        leave_out: One of the ten source data sets, ``VIPeR`` for example: its images are the test
            split, whatever the partition says, and those of the nine others the rest, the
            partition's test images among the training images. The third column before the
            attributes numbers the sets; in the official file they must have their known sizes.
        ann_file: The annotation, relative to ``data_root``.
        *args: See :class:`PartitionedDataset`.
        **kwargs: See :class:`PartitionedDataset`; ``attribute_set`` is ``evaluated``, the 35 of
            the papers, or ``all`` 105, in the file's order: the evaluated ones, 44 colours, 26
            rare ones.

    Raises:
        InputError: See :class:`PartitionedDataset`.
    """

    SPLITS = TRAIN_VAL_TEST
    IMAGE_FOLDERS = ('images',)
    PARTS: ClassVar = {'train': 0, 'val': 1, 'test': 2}
    GROUPS = GROUPS
    ONE_OF: ClassVar = {'age': [f'personal{age}' for age in AGES]}
    MOMENTARY = HELD

    def __init__(
        self,
        *args: Any,
        identities: bool = False,
        leave_out: str | None = None,
        ann_file: str = 'PETA.mat',
        **kwargs: Any,
    ) -> None:
        self._with_identities = identities
        if leave_out is not None:
            checked_choice('leave_out', leave_out, tuple(SOURCE_SETS))
        self._leave_out = leave_out
        self._file = ann_file
        super().__init__(*args, ann_file=ann_file, **kwargs)

    def read_file(self, data_root: str, *, every: bool) -> PartitionedFile:
        """Read ``PETA.mat``."""
        peta = _read_struct(Path(data_root), self._file)
        columns = _columns(peta.field(1), every=every)
        data = peta.field(0)
        num_columns = METADATA_COLUMNS + len(peta.field(1).names())
        labels = data.labels(num_columns, [METADATA_COLUMNS + c for c in columns.values()], (0, 1))
        return PartitionedFile(
            struct=peta,
            names=list(columns),
            targets=labels,
            image_names=[f'{number:05d}.png' for number in range(1, len(labels) + 1)],
            partitions=peta.field(3),
            pids=_identities(data) if self._with_identities else None,
            left_out=None if self._leave_out is None else _images_of_set(data, self._leave_out),
        )


def _read_struct(root: Path, ann_file: str) -> MatlabValue:
    if not (root / ann_file).is_file() and any(root.glob('**/Label.txt')):
        raise InputError(
            f'{root}: this is PETA as its page distributes it, folders with Label.txt, which has '
            f'no official splits; {MISSING}'
        )
    return read_matlab_file(root / ann_file, ['peta'], missing=MISSING).field('peta')


def _columns(cells: MatlabValue, *, every: bool) -> dict[str, int]:
    """The attributes to keep, and where the file has them."""
    names = cells.names()
    absent = [name for name in EVALUATED if name not in names]
    if absent:
        raise cells.error(f'are the attributes, without {", ".join(absent)} of PETA')
    if every and len(names) != NUM_ATTRIBUTES:
        raise cells.error(f'are {len(names)} attributes, expected the {NUM_ATTRIBUTES} of PETA')
    return {name: names.index(name) for name in (names if every else EVALUATED)}


def _identities(data: MatlabValue) -> np.ndarray:
    column = data.column(IDENTITY_COLUMN)
    identities = column.whole_numbers()
    different = len(np.unique(identities))
    if not 1 < different < len(identities) or identities.min() < 0:
        raise column.error(
            f'is taken for the identities, but it has {different} different entries from '
            f'{identities.min()} to {identities.max()} for {len(identities)} images'
        )
    return identities


def _images_of_set(data: MatlabValue, name: str) -> np.ndarray:
    column = data.column(SOURCE_COLUMN)
    numbers = column.whole_numbers()
    sizes = [int((numbers == number).sum()) for number in range(1, len(SOURCE_SETS) + 1)]
    official = list(SOURCE_SETS.values())
    if sum(sizes) != len(numbers) or (sum(sizes) == sum(official) and sizes != official):
        raise column.error(
            f'is taken for the source data sets, 1-{len(SOURCE_SETS)}, but they have {sizes} of '
            f'{len(numbers)} images, where PETA has {official}'
        )
    images: np.ndarray = numbers == 1 + list(SOURCE_SETS).index(name)
    if not images.any():
        raise column.error(f'has no image of {name}')
    return images
