"""What a model saw in a set of pictures, kept in a file to search in."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmengine.config import Config

from par_plugins.apis.runner import build_predictor, predicted_samples
from par_plugins.datasets.files.npz_file import read_npz
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import AttributeSchema, InputError, printable

ARRAYS = {
    'names': ('U', 'texts'),
    'embeddings': ('f', 'floating numbers'),
    'probabilities': ('f', 'floating numbers'),
}
"""With the kind of NumPy's type that each must have."""
LONGEST_REASON = 200


@dataclass(frozen=True, eq=False)
class ImageIndex:
    """Embeddings and attribute probabilities of N pictures.

    Attributes:
        names: ``(N,)`` paths of the pictures.
        embeddings: ``(N, F)`` float32.
        probabilities: ``(N, C)`` float32, packed as the schema's logits are.
        schema: The attributes.

    Raises:
        InputError: If the shapes do not fit each other.
    """

    names: np.ndarray
    embeddings: np.ndarray
    probabilities: np.ndarray
    schema: AttributeSchema

    def __post_init__(self) -> None:
        shapes = {name: getattr(self, name).shape for name in ARRAYS}
        size = len(self.names)
        if (
            shapes['names'] != (size,)
            or len(shapes['embeddings']) != 2
            or shapes['embeddings'][0] != size
            or shapes['probabilities'] != (size, self.schema.num_logits)
        ):
            raise InputError(
                f'{shapes} do not fit each other and {self.schema.num_logits} probabilities'
            )

    def save(self, path: str | Path) -> None:
        """Write an ``.npz`` file that holds no objects."""
        arrays = {name: getattr(self, name) for name in ARRAYS}
        with written_aside(Path(path)) as part, part.open('wb') as file:
            np.savez(file, schema=json.dumps(self.schema.to_dict()), **arrays)

    @classmethod
    def load(cls, path: str | Path) -> 'ImageIndex':
        """Read what :meth:`save` has written; nothing in the file can run.

        Raises:
            InputError: If it is no such file, or one of its entries is not what it must be.
        """
        content = read_npz(path, (*ARRAYS, 'schema'))
        try:
            for name, (kind, what) in ARRAYS.items():
                if content[name].dtype.kind != kind:
                    raise InputError(f'{name}: of type {content[name].dtype}, not {what}')
            for name in ('embeddings', 'probabilities'):
                if not np.isfinite(content[name]).all():
                    raise InputError(f'{name}: with a NaN or infinite number')
            if content['schema'].dtype.kind != 'U' or content['schema'].ndim:
                raise InputError('schema: not a text')
            try:
                schema = AttributeSchema.from_dict(json.loads(content['schema'].item()))
            except (ValueError, TypeError, RecursionError) as error:
                reason = printable(str(error), longest=LONGEST_REASON)
                raise InputError(f'schema: {reason or type(error).__name__}') from error
            return cls(**{name: content[name] for name in ARRAYS}, schema=schema)
        except InputError as error:
            raise InputError(f'{path}: not an image index: {error}') from error


def embed_images(
    cfg: Config,
    checkpoint: str,
    folder: str | Path,
    *,
    on_images: Callable[[int, int], object] = lambda done, total: None,
    on_unreadable: Callable[[str], object] = lambda problem: None,
) -> ImageIndex:
    """Look at every picture below a folder; those that cannot be read are not in the index.

    Args:
        cfg: A full config, whose test pipeline the pictures go through.
        checkpoint: Weights, with the schema they were trained on.
        folder: The pictures.
        on_images: Called after every batch with the number done and their total.
        on_unreadable: Called for every picture that cannot be read, with what is wrong with it.

    Raises:
        InputError: If the checkpoint names no schema, the head gives no embedding, or no picture
            can be read.
    """
    meta = load_checkpoint_file(checkpoint).get('meta', {}).get('dataset_meta') or {}
    if 'schema' not in meta:
        raise InputError(f'{checkpoint} does not say which attributes it was trained on')
    pipeline = [dict(step) for step in cfg.test_dataloader.dataset.pipeline]
    for step in pipeline:
        if step['type'] == 'LoadPersonImage':
            step['on_error'] = 'skip'
    cfg.test_dataloader.dataset = dict(
        type='UnlabelledImages',
        data_root=str(folder),
        schema=meta['schema'],
        pipeline=pipeline,
    )
    runner = build_predictor(cfg, checkpoint)
    names: list[str] = []
    unreadable: list[str] = []
    embeddings: list[np.ndarray] = []
    probabilities: list[np.ndarray] = []
    for sample in predicted_samples(runner, on_images):
        if 'image_error' in sample:
            unreadable.append(sample.image_error)
            on_unreadable(sample.image_error)
            continue
        if 'pred_embedding' not in sample:
            raise InputError(
                f'{type(runner.model.head).__name__} gives no pred_embedding to search by'
            )
        names.append(sample.img_path)
        embeddings.append(sample.pred_embedding.float().cpu().numpy())
        probabilities.append(sample.pred_probabilities.float().cpu().numpy())
    if not names:
        raise InputError(f'{folder}: no picture in it can be read, first {unreadable[0]}')
    schema = runner.test_loop.dataloader.dataset.metainfo['schema']
    return ImageIndex(np.array(names), np.stack(embeddings), np.stack(probabilities), schema)
