"""Pictures about which nothing is known."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError

SUFFIXES = {'.jpg', '.jpeg', '.png', '.bmp', '.webp'}


@DATASETS.register_module()
class UnlabelledImages(AttributeDataset):
    """All pictures below a folder, sorted by path, with every label unknown.

    What a model says of pictures that nobody has labelled comes through the same pipeline and
    the same checks as everything else.

    Args:
        data_root: The folder; folders in it are looked into too. Or a single picture.
        schema: The attributes of the model, as :class:`AttributeSchema` or its plain dict.
        **kwargs: See :class:`AttributeDataset`.

    Raises:
        InputError: If there is no such folder or picture, or no picture in the folder.
    """

    def __init__(
        self,
        data_root: str,
        schema: AttributeSchema | Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        if not isinstance(schema, AttributeSchema):
            schema = AttributeSchema.from_dict(schema)
        # As a path it is no address, which upstream would join, and look for, in its own way.
        super().__init__(str(Path(data_root)), split=None, file_schema=schema, **kwargs)

    def read_annotations(self) -> Annotations:
        """List the pictures."""
        root = Path(self.data_root)
        if not root.exists():
            raise InputError(f'{root}: there is no such folder or picture')
        names = sorted(
            str(path.relative_to(root))
            for path in (root.rglob('*') if root.is_dir() else [root])
            if path.suffix.lower() in SUFFIXES and path.is_file()
        )
        if not names:
            raise InputError(f'{root}: no picture in it ({", ".join(sorted(SUFFIXES))})')
        targets = np.full((len(names), len(self.file_schema)), UNKNOWN)
        return Annotations(names, targets, source=str(root))
