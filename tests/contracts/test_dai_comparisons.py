"""The options that ``configs/dai/README.md`` gives for the rows of the paper's comparisons work."""

import pytest
import torch

from tests.contracts.documented_rows import build_row, documented_rows

ROWS = documented_rows('dai', "## The rows of the paper's comparisons")
EXPECTED = {
    # type of the classifier, of the backbone, of the loss, of the sampler
    'attention, DenseNet': (
        'ImageClassifier', 'SEDenseNet', 'AttributeCrossEntropyLoss', 'DefaultSampler'),
    'attention, ResNeXt': (
        'ImageClassifier', 'SEResNeXt', 'AttributeCrossEntropyLoss', 'DefaultSampler'),
    'mixup': (
        'AttributeMixupClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'DefaultSampler'),
    'weighted loss': (
        'ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'DefaultSampler'),
    'focal loss': ('ImageClassifier', 'DenseNet', 'AttributeFocalLoss', 'DefaultSampler'),
    'DAI': ('ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'DAISampler'),
    "DAI, the paper's solver": (
        'ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'DAISampler'),
    'over-sampling': (
        'ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'MultiLabelOverSampler'),
    'down-sampling': (
        'ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'MultiLabelDownSampler'),
    'class-balanced sampling': (
        'ImageClassifier', 'DenseNet', 'AttributeCrossEntropyLoss', 'ClassBalancedSampler'),
}  # fmt: skip


def test_the_rows_are_found():
    assert set(ROWS) == set(EXPECTED)


@pytest.mark.filterwarnings('ignore:no image has a positive label')
@pytest.mark.parametrize('row', EXPECTED)
def test_the_options_of_a_row_build_what_it_names(row, tiny_root, monkeypatch):
    monkeypatch.setattr(torch.nn.Conv2d, 'reset_parameters', lambda _: None)  # takes seconds
    leaf = 'resnext101_32x8d_peta' if 'ResNeXt' in row else 'densenet161_pa100k'
    cfg, model, sampler = build_row(f'baseline/{leaf}_256x192', ROWS[row], tiny_root)
    found = (model, model.backbone, model.head.losses['ce'], sampler)
    assert tuple(type(part).__name__ for part in found) == EXPECTED[row]
    if row == 'weighted loss':
        assert cfg.model.head.losses.ce.weighting == 'exp'
    if row == "DAI, the paper's solver":
        assert (sampler.weights % 1 == 0).all() and sampler.diversity == 0
