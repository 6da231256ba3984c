"""PA-100K: 100,000 pedestrians from outdoor surveillance cameras, 26 binary attributes."""

from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import (
    TRAIN_VAL_TEST,
    Annotations,
    AttributeDataset,
    first_existing,
)
from par_plugins.datasets.files.matlab_file import MatlabValue, read_matlab_file
from par_plugins.structures import Attribute, AttributeSchema

GROUPS = {
    'gender': 'Female',
    'age': 'AgeOver60 Age18-60 AgeLess18',
    'view': 'Front Side Back',
    'accessory': 'Hat Glasses',
    'bag': 'HandBag ShoulderBag Backpack HoldObjectsInFront',
    'upper body': 'ShortSleeve LongSleeve UpperStride UpperLogo UpperPlaid UpperSplice',
    'lower body': 'LowerStripe LowerPattern LongCoat Trousers Shorts Skirt&Dress boots',
}
ONE_OF = ('age', 'view')
"""Groups of which each of the 100,000 images has exactly one."""
MOMENTARY = ('Front', 'Side', 'Back', 'HoldObjectsInFront')
SCHEMA = AttributeSchema(
    Attribute(
        name,
        group=group,
        one_of=group if group in ONE_OF else None,
        momentary=name in MOMENTARY,
    )
    for group, names in GROUPS.items()
    for name in names.split()
)
"""The 26 attributes in the order of the official file; the groups are this project's."""

NUM_IMAGES = {'train': 80_000, 'val': 10_000, 'test': 10_000}


@DATASETS.register_module()
class PA100K(AttributeDataset):
    """PA-100K from its official files.

    Source: X. Liu et al., "HydraPlus-Net: Attentive Deep Features for Pedestrian Analysis",
    ICCV 2017; https://github.com/xh-liu/HydraPlus-Net links the download. Licence CC-BY 4.0.

    .. code-block:: text

        data_root/
            annotation.mat        (or annotation/annotation.mat)
            data/000001.jpg ... 100000.jpg   (or release_data/release_data/, as in the archive)

    80,000 training, 10,000 validation and 10,000 test images. Every label is 0 or 1, none is
    unknown. Columns are found by the names in the file, whatever their order. Samples and toys in
    this layout have other numbers of images, which the log then says.

    >>> PA100K(data_root='data/PA-100K', split='train')[0]
    {'img_path': 'data/PA-100K/data/000001.jpg', 'gt_attributes': array([...]), 'sample_idx': 0}

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val``, ``test``, ``trainval`` (train, then val) or ``valtest`` (val,
            then test); None takes all.
        ann_file: The annotation, relative to ``data_root``; None tries both places above.
        *args: Pipeline and attributes to keep, see :class:`AttributeDataset`.
        **kwargs: The same; the image folder is looked for in the places above.

    Raises:
        InputError: If the annotation is missing or not of the official form, or see
            :class:`AttributeDataset`.
    """

    SPLITS = TRAIN_VAL_TEST
    SCHEMA = SCHEMA
    IMAGE_FOLDERS = ('data', 'release_data/release_data', 'release_data')

    def __init__(
        self,
        data_root: str = '',
        *args: Any,
        ann_file: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            data_root,
            *args,
            ann_file=ann_file
            or first_existing(data_root, ['annotation/annotation.mat', 'annotation.mat']),
            **kwargs,
        )

    def read_annotations(self) -> Annotations:
        """Read the split's names and labels, columns put into the order of the schema."""
        kinds = ('images_name', 'label')
        content = read_matlab_file(
            self.ann_file,
            ['attributes', *(f'{part}_{kind}' for part in self.parts for kind in kinds)],
            missing='PA-100K needs annotation.mat in data_root or in data_root/annotation',
        )
        columns = _columns(content.field('attributes'))
        names: list[str] = []
        labels: list[np.ndarray] = []
        for part in self.parts:
            cells = content.field(f'{part}_images_name')
            strings = cells.strings()
            rows = content.field(f'{part}_label').labels(len(columns), columns, (0, 1))
            if len(strings) != len(rows):
                raise cells.error(f'has {len(strings)} names but {part}_label {len(rows)} rows')
            if len(rows) != NUM_IMAGES[part]:
                print_log(
                    f'{self.ann_file}: {len(rows)} images for {part}, where PA-100K itself has '
                    f'{NUM_IMAGES[part]}',
                    logger='current',
                )
            names += strings
            labels.append(rows)
        return Annotations(names, np.concatenate(labels), source=self.ann_file)


def _columns(attributes: MatlabValue) -> list[int]:
    """Where the file keeps each attribute of the schema."""
    names = attributes.names()
    if sorted(names) != sorted(SCHEMA.names):
        raise attributes.error(
            f'are {names}, expected the {len(SCHEMA)} of PA-100K: {list(SCHEMA.names)}'
        )
    return [names.index(name) for name in SCHEMA.names]
