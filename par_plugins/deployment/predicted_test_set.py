"""The test set of a config, predicted by the weights that are released."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from par_plugins.datasets.training_labels import schema_of
from par_plugins.inference.load_model import LoadedModel, scope_of
from par_plugins.structures import InputError

UNKNOWN_CAMERA = -1


@dataclass(frozen=True, eq=False)
class PredictedTestSet:
    """What a network says of the pictures of a test set, and what is known of them.

    Attributes:
        probabilities: Packed ``(N, C)`` float32.
        targets: ``(N, A)`` int64, -1 for unknown.
        heights: ``(N,)`` of the pictures, in pixels.
        cameras: ``(N,)``, -1 where it is unknown.
        paths: Files of the pictures, in order; empty where they are none.
        fingerprint: Numbers and hashes that tell this test set from others.
    """

    probabilities: np.ndarray
    targets: np.ndarray
    heights: np.ndarray
    cameras: np.ndarray
    paths: list[str]
    fingerprint: dict[str, Any]


def require_test_set(cfg: Config) -> None:
    """Refuse a config without a test set.

    Args:
        cfg: The config.

    Raises:
        InputError: If it has none.
    """
    if not cfg.get('test_dataloader'):
        raise InputError('the config has no test_dataloader to measure the weights on')


def predict_test_set(
    loaded: LoadedModel, cfg: Config, progress: Callable[[int, int], object] = lambda *_: None
) -> PredictedTestSet:
    """Predict the test set of a config.

    Args:
        loaded: The network.
        cfg: With ``test_dataloader``.
        progress: Called with the numbers of pictures done and in all.

    Raises:
        InputError: If there is no test set, it has no labels or another schema.
    """
    require_test_set(cfg)
    settings = cfg.test_dataloader.to_dict()
    settings['persistent_workers'] = False
    with scope_of(cfg):
        loader = Runner.build_dataloader(settings, seed=0)
    dataset: Any = loader.dataset
    schema = schema_of(dataset)
    if schema is None:
        raise InputError(f'{type(dataset).__name__} does not say which attributes it labels')
    schema.require_equal(loaded.schema, source=loaded.source)
    probabilities, targets, heights, cameras = [], [], [], []
    paths: list[str] = []
    for batch in loader:
        samples = loaded.predict(batch)
        probabilities.append(loaded.probabilities(samples).numpy())
        for sample in samples:
            targets.append(np.asarray(torch.as_tensor(sample.gt_attributes).cpu()))
            heights.append(sample.ori_shape[0])
            paths += [sample.img_path] if Path(sample.get('img_path') or '').is_file() else []
            cameras.append(int(sample.get('gt_camid', UNKNOWN_CAMERA)))
        progress(len(targets), len(dataset))
    labels = np.stack(targets).astype(np.int64)
    return PredictedTestSet(
        np.concatenate(probabilities),
        labels,
        np.array(heights),
        np.array(cameras),
        paths,
        {
            'pictures': len(labels),
            'sha256_of_labels': hashlib.sha256(labels.astype('<i8').tobytes()).hexdigest(),
            'sha256_of_pictures': _sha256_of_pictures(dataset),
        },
    )


def _sha256_of_pictures(dataset: Any) -> str:
    """The hash of the files' hashes, in the order of the test set."""
    whole = hashlib.sha256()
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        pixels = info.get('img')
        content = Path(info['img_path']).read_bytes() if pixels is None else pixels.tobytes()
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()
