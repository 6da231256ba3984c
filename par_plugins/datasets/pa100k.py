"""PA-100K: 100,000 pedestrians from outdoor surveillance cameras, 26 binary attributes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmengine.registry import DATASETS
from scipy.io import loadmat

from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.structures import Attribute, AttributeSchema, InputError

GROUPS = {
    'gender': 'Female',
    'age': 'AgeOver60 Age18-60 AgeLess18',
    'view': 'Front Side Back',
    'accessory': 'Hat Glasses',
    'bag': 'HandBag ShoulderBag Backpack HoldObjectsInFront',
    'upper body': 'ShortSleeve LongSleeve UpperStride UpperLogo UpperPlaid UpperSplice',
    'lower body': 'LowerStripe LowerPattern LongCoat Trousers Shorts Skirt&Dress boots',
}
SCHEMA = AttributeSchema(
    Attribute(name, group=group) for group, names in GROUPS.items() for name in names.split()
)
"""The 26 attributes in the order of the official file; the groups are this project's."""


@DATASETS.register_module()
class PA100K(AttributeDataset):
    """PA-100K from its official files.

    Source: X. Liu et al., "HydraPlus-Net: Attentive Deep Features for Pedestrian Analysis",
    ICCV 2017; https://github.com/xh-liu/HydraPlus-Net links the download. Licence CC-BY 4.0.

    .. code-block:: text

        data_root/
            annotation.mat        (or annotation/annotation.mat)
            data/000001.jpg ... 100000.jpg

    80,000 training, 10,000 validation and 10,000 test images. Every label is 0 or 1, none is
    unknown. Columns are found by the names in the file, whatever their order.

    >>> PA100K(data_root='data/PA-100K', split='train')[0]
    {'img_path': 'data/PA-100K/data/000001.jpg', 'gt_attributes': array([...]), 'sample_idx': 0}

    Args:
        data_root: Folder of the layout above.
        split: ``train``, ``val``, ``test`` or ``trainval`` (train, then val).
        pipeline: Transforms.
        attributes: Names of the attributes to keep, in the order wanted; None keeps all 26.
        ann_file: The annotation, relative to ``data_root``; None tries both places above.
        data_prefix: ``img_path``, the image folder.
        **kwargs: See :class:`mmengine.dataset.BaseDataset`.

    Raises:
        InputError: If the annotation is missing or not of the official form, or see
            :class:`AttributeDataset`.
    """

    SPLITS: ClassVar = {
        'train': ['train'],
        'val': ['val'],
        'test': ['test'],
        'trainval': ['train', 'val'],
    }

    def __init__(
        self,
        data_root: str = '',
        split: str = 'train',
        pipeline: Sequence[dict | Callable] = (),
        attributes: Sequence[str] | None = None,
        ann_file: str | None = None,
        data_prefix: dict[str, str] = {'img_path': 'data'},  # noqa: B006 (BaseDataset copies it)
        **kwargs: Any,
    ) -> None:
        if split not in self.SPLITS:
            raise InputError(f'PA100K has no split {split!r}; it has {", ".join(self.SPLITS)}')
        if ann_file is None:
            nested = 'annotation/annotation.mat'
            ann_file = nested if (Path(data_root) / nested).is_file() else 'annotation.mat'
        super().__init__(
            file_schema=SCHEMA,
            data_root=data_root,
            split=split,
            pipeline=pipeline,
            attributes=attributes,
            ann_file=ann_file,
            data_prefix=data_prefix,
            **kwargs,
        )

    def read_annotations(self) -> Annotations:
        """Read the split's names and labels, columns put into the order of the schema."""
        content = self._load()
        splits = self.SPLITS[str(self.split)]
        parts = [
            (self._cells(content, f'{part}_images_name'), self._labels(content, f'{part}_label'))
            for part in splits
        ]
        for part, (names, labels) in zip(splits, parts, strict=True):
            if len(names) != len(labels):
                raise InputError(
                    f'{self.ann_file}: {len(names)} names in {part}_images_name but '
                    f'{len(labels)} rows in {part}_label'
                )
        columns = self._columns(self._cells(content, 'attributes'))
        return Annotations(
            image_names=[name for names, _ in parts for name in names],
            targets=np.concatenate([labels for _, labels in parts])[:, columns],
            source=self.ann_file,
        )

    def _load(self) -> dict[str, Any]:
        if not Path(self.ann_file).is_file():
            raise InputError(
                f'{self.ann_file}: no such file; PA-100K needs annotation.mat in data_root or in '
                'data_root/annotation'
            )
        try:
            return loadmat(self.ann_file)
        except Exception as error:  # scipy raises whatever the broken bytes lead it to
            raise InputError(
                f'{self.ann_file}: not a readable MATLAB file ({type(error).__name__}: {error})'
            ) from error

    def _cells(self, content: dict[str, Any], key: str) -> list[str]:
        """The strings of an n x 1 cell array, each cell holding one string."""
        try:
            names = [cell[0].item() for cell in content[key]]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            names = [None]
        if not all(isinstance(name, str) for name in names):
            raise InputError(
                f'{self.ann_file}: {key} is missing or is not an n x 1 cell array of names'
            )
        return names

    def _labels(self, content: dict[str, Any], key: str) -> np.ndarray:
        labels = content.get(key)
        if not (
            isinstance(labels, np.ndarray)
            and labels.dtype.kind in 'iufb'
            and labels.ndim == 2
            and labels.shape[1] == len(SCHEMA)
        ):
            found = (
                f'{labels.dtype} of shape {labels.shape}'
                if isinstance(labels, np.ndarray)
                else type(labels).__name__
            )
            raise InputError(
                f'{self.ann_file}: {key} is {found}, expected numbers of shape (N, {len(SCHEMA)})'
            )
        outside = (labels != 0) & (labels != 1)
        if outside.any():
            row, column = np.argwhere(outside)[0]
            raise InputError(
                f'{self.ann_file}: {key} row {row}, column {column}: label '
                f'{labels[row, column]} is neither 0 nor 1'
            )
        return labels.astype(np.int64)

    def _columns(self, names: list[str]) -> list[int]:
        """Where the file keeps each attribute of the schema."""
        if sorted(names) != sorted(SCHEMA.names):
            raise InputError(
                f'{self.ann_file}: attributes are {names}, expected the 26 of PA-100K: '
                f'{list(SCHEMA.names)}'
            )
        return [names.index(name) for name in SCHEMA.names]
