"""Pictures packed for a network: what upstream's packing makes of them, sooner."""

import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmpretrain.datasets import PackInputs

from par_plugins.datasets.transforms import PackAttributeInputs

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 20, 3), np.uint8)
VIEWS = {
    'as it is': PICTURE,
    'cropped': PICTURE[3:30, 2:15],
    'mirrored': PICTURE[:, ::-1],
    'mirrored after a crop': PICTURE[3:30, 2:15][:, ::-1],
    'upside down': PICTURE[::-1],
    'turned by 180 degrees': PICTURE[::-1, ::-1],
    'one column': PICTURE[:, :1],
    'channels exchanged': PICTURE[..., ::-1],
    'grey': PICTURE[..., 0],
    'grey with a channel': PICTURE[..., :1],
    'four channels': np.concatenate([PICTURE, PICTURE[..., :1]], axis=2),
    'float': PICTURE[:, ::-1].astype(np.float32),
}


@pytest.mark.parametrize('view', VIEWS)
def test_every_layout_is_packed_as_upstream_packs_it(view):
    before = VIEWS[view].copy()
    expected, packed = (
        pack({'img': VIEWS[view]})['inputs'] for pack in (PackInputs(), PackAttributeInputs())
    )
    assert packed.dtype == expected.dtype and packed.is_contiguous()
    assert torch.equal(packed, expected)
    np.testing.assert_array_equal(VIEWS[view], before)


@pytest.mark.parametrize('seed', range(6))
def test_after_crop_and_flip_the_pixels_are_upstreams(seed):
    changes = [
        dict(type='mmpretrain.Resize', scale=(24, 48)),
        dict(type='mmpretrain.RandomCrop', crop_size=(48, 24), padding=5),
        dict(type='mmpretrain.RandomFlip', prob=0.5, direction='horizontal'),
    ]
    inputs = []
    for pack in (PackInputs(), PackAttributeInputs()):
        np.random.seed(seed)  # noqa: NPY002  (upstream's transforms draw from it)
        inputs.append(Compose([*changes, pack])({'img': PICTURE})['inputs'])
    assert torch.equal(*inputs)
