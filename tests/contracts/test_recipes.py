"""Leaves hold to the recipes of the papers and of their peers: one table, with its sources."""

from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.contracts.config_leaves import LEAVES, name_of, read_leaf


@dataclass(frozen=True)
class Recipe:
    """What every leaf of a pattern has.

    Attributes:
        leaves: Patterns of ``folder/stem``.
        source: Where it is printed, or that it is ours.
        facts: Values by their dotted keys; a key that the leaf lacks has the value None.
    """

    leaves: str
    source: str
    facts: dict[str, Any]


LR, DECAY = 'optim_wrapper.optimizer.lr', 'optim_wrapper.optimizer.weight_decay'
OPTIMIZER, MOMENTUM = 'optim_wrapper.optimizer.type', 'optim_wrapper.optimizer.momentum'
BATCH, EPOCHS = 'train_dataloader.batch_size', 'train_cfg.max_epochs'
STEPS = 'param_scheduler.milestones'
LOSSES = 'model.head.losses'
SGD = {OPTIMIZER: 'SGD', MOMENTUM: 0.9}


def sgd(lr: float, decay: float, batch: int, epochs: int) -> dict[str, Any]:
    """Stochastic gradient descent with momentum 0.9."""
    return {**SGD, LR: lr, DECAY: decay, BATCH: batch, EPOCHS: epochs}


DAI = 'Hu et al., ICIP 2020, section 4.3; batch, epochs, momentum, decay and drops are ours'
CRL = 'Dong et al., ICCV 2017, section 3'
CRL2 = 'Dong et al., TPAMI 2019, section 4'
APR = 'Lin et al., 2017, section 5.2; momentum and decay are ours'
HABP = 'Ye et al., 2019, section 4.1; momentum and decay are ours'
DROPS = [20, 23, 26, 29, 31, 34, 37]
RECIPES = [
    Recipe(
        'baseline/strong-baseline*',
        "Jia et al., 'Rethinking of Pedestrian Attribute Recognition', 2021, and its code",
        {
            **{OPTIMIZER: 'Adam', LR: 1e-4, DECAY: 5e-4, BATCH: 64, EPOCHS: 30},
            'optim_wrapper.clip_grad.max_norm': 10.0,
            'param_scheduler.type': 'ReduceOnPlateauLR',
            'param_scheduler.factor': 0.1,
            'param_scheduler.patience': 4,
            f'{LOSSES}.ce.weighting': 'exp',
        },
    ),
    Recipe('*-ema_*', 'the same code', {'default_hooks.ema.momentum': 2e-4}),
    Recipe('baseline/cross-entropy_resnet50*', 'ours', {OPTIMIZER: 'Adam', LR: 1e-4}),
    Recipe('baseline/cross-entropy_resnet18*', 'ours', {OPTIMIZER: 'AdamW', LR: 2e-3}),
    Recipe(
        'baseline/cross-entropy_efficientnet-lite0*',
        'ours',
        {OPTIMIZER: 'AdamW', LR: 2e-3, BATCH: 64, EPOCHS: 10},
    ),
    Recipe(
        'baseline/cross-entropy_*40e*',
        DAI,
        {**sgd(0.1, 5e-4, 64, 40), STEPS: DROPS, f'{LOSSES}.ce.reduction': 'mean'},
    ),
    Recipe('dai/*', DAI, {**sgd(0.1, 5e-4, 64, 40), STEPS: DROPS}),
    Recipe(
        'dai/dai_*pa100k*', f'{DAI}: 33,982 of 80,000', {'train_dataloader.sampler.size': 0.424775}
    ),
    Recipe('dai/dai_*peta*', f'{DAI}: 4,705 of 9,500', {'train_dataloader.sampler.size': 0.49526}),
    Recipe(
        'dai/dai_*rapv1*', f'{DAI}: 14,038 of 33,268', {'train_dataloader.sampler.size': 0.42197}
    ),
    Recipe(
        'dai/weighted_*', DAI, {f'{LOSSES}.ce.weighting': 'exp', f'{LOSSES}.ce.reduction': 'mean'}
    ),
    Recipe('crl/*1xb128-200e_celeba*', CRL, sgd(0.001, 5e-4, 128, 200)),
    Recipe('crl/*1xb256-921e_celeba*', CRL2, sgd(0.001, 5e-4, 256, 921)),
    Recipe('crl/*1xb256-150e_xdomain*', CRL, sgd(0.001, 5e-4, 256, 150)),
    Recipe('crl/*1xb128-256e_xdomain*', CRL2, sgd(0.001, 5e-4, 128, 256)),
    Recipe('crl/*deepfashion*', CRL2, sgd(0.01, 4e-5, 64, 141)),
    Recipe('crl/*cifar100*', CRL2, sgd(0.1, 5e-4, 256, 200)),
    Recipe('crl/crl-*cifarnet*lt-*', CRL2, {f'{LOSSES}.crl.eta': 0.01}),
    Recipe('crl/crl-*net[34]*lt-*', CRL2, {f'{LOSSES}.crl.eta': 0.5}),
    Recipe('crl/crl-*_cifar100-*', CRL2, {f'{LOSSES}.crl.alpha': 0.5}),
    Recipe('crl/cost-*', f'{CRL2}: exp(-r)', {f'{LOSSES}.ce.loss_weight': 0.3679}),
    Recipe('apr/*resnet50*', APR, {**sgd(1e-3, 5e-4, 64, 55), STEPS: [50]}),
    Recipe(
        'apr/*caffenet*',
        f'{APR}; a tenth of the printed rate',
        {**sgd(0.01, 5e-4, 128, 110), STEPS: [100]},
    ),
    Recipe('*/baseline1_*', f'{APR}: L_id itself', {'model.head.lambda_id': 1, LOSSES: {}}),
    Recipe('*/baseline2_*', APR, {'model.head.lambda_id': 0}),
    Recipe(
        'apr/apr_*',
        f'{APR}: lambda 8 and dropout 0.9, the defaults of APRHead',
        {'model.head.lambda_id': None, 'model.head.dropout': None},
    ),
    Recipe(
        'apr/*', f'{APR}; one rate for all layers is ours', {'optim_wrapper.paramwise_cfg': None}
    ),
    Recipe(
        'habp/*deepfashion*', HABP, {DECAY: 5e-4, **SGD, BATCH: 16, EPOCHS: 15, STEPS: [6, 9, 12]}
    ),
    Recipe('habp/focal*', HABP, {LR: 0.2}),
    Recipe('habp/weighted-focal*', HABP, {LR: 0.15}),
    Recipe('habp/[!fw]*deepfashion*', HABP, {LR: 0.01}),
    Recipe('habp/weighted-ce*', HABP, {LR: 0.01}),
    Recipe('habp/habp*resnet50*', HABP, {f'{LOSSES}.habp.gamma': 0.1}),
    Recipe('habp/*deact_vgg16*', HABP, {f'{LOSSES}.deact.loss_weight': 1e-4}),
    Recipe('habp/*deact_resnet50*', HABP, {f'{LOSSES}.deact.loss_weight': 1e-3}),
    Recipe('habp/*mnist*', HABP, {**SGD, LR: 0.01, BATCH: 64, EPOCHS: 1}),
    Recipe('habp/deact_*mnist*', HABP, {f'{LOSSES}.deact.loss_weight': 0.05}),
    Recipe('mrgan/cross-entropy*', HABP, {**SGD, LR: 0.01, BATCH: 64}),
    Recipe(
        'mrgan/mrgan*',
        HABP,
        {
            'optim_wrapper.parts.generator.optimizer.lr': 1e-4,
            'optim_wrapper.parts.discriminator.optimizer.lr': 1e-4,
        },
    ),
    Recipe('mrgan/mrgan_*', HABP, {'model.decorrelation_weight': 2e-6}),
    Recipe('mrgan/*deepfashion*', HABP, {BATCH: 128, EPOCHS: 30, 'model.channels': 32}),
    Recipe('mrgan/*celebahq*', HABP, {BATCH: 64, EPOCHS: 50, 'model.channels': 12}),
    Recipe('mrgan/mrgan*mnist*', HABP, {BATCH: 128, 'model.channels': 64}),
    Recipe('toy/*', 'ours: short enough for a CPU', {}),
]

IMAGENET = {'mean': [123.675, 116.28, 103.53], 'std': [58.395, 57.12, 57.375], 'to_rgb': True}
"""What the weights of mmpretrain and torchvision for ImageNet were trained with."""
LITE = {'mean': [127] * 3, 'std': [128] * 3, 'to_rgb': True}
"""What those of EfficientNet-Lite were trained with."""
SGD_ON_MEANS = ('dai/*', 'baseline/*40e*', 'habp/*deepfashion*')
NUM_SAMPLES = {'habp': 500_000, 'mrgan': 1_000_000}


def fact(cfg: Any, key: str) -> Any:
    """The value at a dotted key, None where there is none."""
    for part in key.split('.'):
        cfg = cfg.get(part) if cfg is not None else None
    return cfg


def departures(name: str, cfg: Any) -> list[str]:
    """Where a leaf departs from a recipe or from the normalisation of its weights."""
    recipes = [recipe for recipe in RECIPES if fnmatch(name, recipe.leaves)]
    found = [
        f'{key} is {fact(cfg, key)!r}, not {value!r} ({recipe.source})'
        for recipe in recipes
        for key, value in recipe.facts.items()
        if fact(cfg, key) != value
    ]
    if (fact(cfg, 'model.backbone.init_cfg') or {}).get('type') == 'Pretrained':
        preprocessor = cfg.model.get('data_preprocessor') or cfg.get('data_preprocessor') or {}
        lite = 'lite' in cfg.model.backbone.get('model_name', '')
        found += [
            f'data_preprocessor.{key} is {preprocessor.get(key)!r} under ImageNet weights'
            for key, value in (LITE if lite else IMAGENET).items()
            if preprocessor.get(key) != value
        ]
    return found


@pytest.mark.parametrize('path', LEAVES, ids=name_of)
def test_a_leaf_holds_to_its_recipe(path):
    assert departures(name_of(path), read_leaf(path)) == []


def test_every_leaf_has_a_recipe_and_every_recipe_a_leaf():
    names = [name_of(path) for path in LEAVES]
    assert [n for n in names if not any(fnmatch(n, recipe.leaves) for recipe in RECIPES)] == []
    assert [r.leaves for r in RECIPES if not any(fnmatch(n, r.leaves) for n in names)] == []


def leaf(name: str) -> Any:
    """A copy of a leaf's config, to be changed."""
    (path,) = [path for path in LEAVES if name_of(path) == name]
    return deepcopy(read_leaf(path))


STRONG = 'baseline/strong-baseline_resnet50_1xb64-30e_pa100k-256x192'


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('data_preprocessor.to_rgb', False),
        ('data_preprocessor', None),
        ('model.data_preprocessor', {'mean': [0.0] * 3, 'std': [1.0] * 3, 'to_rgb': True}),
        ('model.head.losses.ce.weighting', 'none'),
        ('optim_wrapper.optimizer.lr', 1e-3),
    ],
)
def test_the_table_notices_what_no_training_would(key, value):
    cfg = leaf(STRONG)
    assert departures(STRONG, cfg) == []
    cfg.merge_from_dict({key: value})
    assert departures(STRONG, cfg)


def test_a_rate_for_means_meets_means():
    for path in LEAVES:
        if not any(fnmatch(name_of(path), pattern) for pattern in SGD_ON_MEANS):
            continue
        for name, loss in read_leaf(path).model.head.losses.items():
            if loss.type == 'AttributeCrossEntropyLoss':
                assert loss.reduction == 'mean', path
            if loss.type == 'AttributeFocalLoss':
                assert loss.get('reduction', 'mean') == 'mean', path
            assert name != 'ce' or loss.type == 'AttributeCrossEntropyLoss', path


def test_subsets_of_mnist_are_repeated_to_the_papers_number_of_samples():
    leaves = [path for path in LEAVES if '-1e_mnist' in path.stem]
    assert len(leaves) == 20
    for path in leaves:
        repeated = read_leaf(path).train_dataloader.dataset
        assert repeated.times * repeated.dataset.num_images == NUM_SAMPLES[path.parent.name], path
