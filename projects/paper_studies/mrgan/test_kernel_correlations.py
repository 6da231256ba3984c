"""The correlations of an MR-GAN's kernels, from its checkpoint to the table."""

import math
import sys

import pytest
import torch
from mmengine.registry import MODELS

from par_plugins.models.gan import decorrelation_loss
from projects.paper_studies.mrgan.kernel_correlations import main, welch_floor

CONFIG = """
custom_imports = dict(imports=['par_plugins'])
model = dict(type='MRGAN', image_size=(8, 4), channels=2, num_noise=8, num_conditions=0)
"""


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, 'argv', ['kernel_correlations.py', *map(str, arguments)])
    main()


def test_orthogonal_kernels_have_none_and_equal_ones_are_far_above_the_floor(
    tmp_path, monkeypatch, capsys
):
    config = tmp_path / 'gan.py'
    config.write_text(CONFIG, encoding='utf-8')
    gan = MODELS.build(
        dict(type='MRGAN', image_size=(8, 4), channels=2, num_noise=8, num_conditions=0)
    )
    state = gan.state_dict()
    name = 'generator_ema.module.projection.weight'
    for file, kernels in (('orthogonal', torch.eye(8)), ('equal', torch.ones(8, 8))):
        state[name] = kernels.view(8, 1, 4, 2).expand_as(state[name]).contiguous()
        torch.save({'state_dict': state}, tmp_path / f'{file}.pth')
    run(monkeypatch, config, tmp_path / 'orthogonal.pth', tmp_path / 'equal.pth')
    rows = {
        line.split('│')[1].strip().rpartition('/')[2]: [x.strip() for x in line.split('│')[2:4]]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith('│')
    }
    # 8 kernels of length 8 fit orthogonally: the floor is 0. Equal: (64 - 8) / 64 of the pairs.
    assert rows['orthogonal.pth'] == ['0.0000', '0.0000']
    assert rows['equal.pth'] == ['0.8750', '0.8750']


def test_no_kernels_get_below_the_welch_floor_and_a_tight_frame_is_on_it():
    # Three vectors at 120 degrees in the plane: every squared cosine is 1/4.
    angles = [0, 2 * math.pi / 3, 4 * math.pi / 3]
    frame = torch.tensor([[math.cos(a), math.sin(a)] for a in angles]).reshape(3, 1, 1, 2)
    mean = decorrelation_loss(frame, num_noise=3, reduction='mean')
    assert mean.item() == pytest.approx(welch_floor(3, 2))
    assert welch_floor(128, 16) == pytest.approx(0.0547, abs=5e-5)
    assert welch_floor(128, 49) == pytest.approx(0.0126, abs=5e-5)
    assert welch_floor(8, 16) == 0
    weight = torch.randn(128, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    start = decorrelation_loss(weight, num_noise=128, reduction='mean').item()
    # Random directions: 1/d for each pair of different kernels.
    assert start == pytest.approx((1 - 1 / 128) / 16, rel=0.02)
    assert start > welch_floor(128, 16)
