"""The correlations of an MR-GAN's kernels, from its checkpoint to the table."""

import sys

import torch
from mmengine.registry import MODELS

from projects.paper_studies.mrgan.kernel_correlations import main

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
