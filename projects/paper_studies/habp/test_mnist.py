"""The arms of table 3 are what their names say, on the same images."""

import json
from pathlib import Path

import pytest
from mmengine.registry import MODELS, init_default_scope

import par_plugins  # noqa: F401  (registers everything)
from projects.paper_studies.habp import mnist

IMAGES = {
    'random blobs': 'RandomBlobsHook',
    'distorted images': 'DistortedImagesHook',
    'real images': 'DistortedImagesHook',
}


@pytest.fixture(scope='module')
def short():
    """The runs on the smallest subset, and its generator."""
    study = mnist.STUDIES['mnist_short']
    smallest = mnist.Study(**{**vars(study), 'sizes': {25: study.sizes[25]}, 'subsets': (2,)})
    (generator,) = mnist.generators(smallest, Path('runs')).values()
    return generator, mnist.trainings(smallest, Path('runs'))


def test_all_arms_and_the_generator_have_the_same_images(short):
    generator, arms = short
    repeated = generator.config.train_dataloader.dataset
    assert repeated.times * 25 == 32_000 and len(arms) == 11
    assert (repeated.dataset.num_images, repeated.dataset.subset_seed) == (25, 2)
    for runs in arms.values():
        assert [run.seed for run in runs.values()] == [0, 1, 2]
        assert all(run.config.train_dataloader.dataset == repeated for run in runs.values())
    folders = {run.folder for runs in arms.values() for run in runs.values()}
    assert len(folders) == 33 and generator.folder not in folders


def test_an_arm_is_what_its_name_says(short):
    generator, arms = short
    for name, runs in arms.items():
        config = runs['images 25, subset 2, seed 0'].config
        init_default_scope(config.default_scope)
        loss = MODELS.build(config.model).head.losses
        if name == 'LeNet':
            assert 'deact' not in loss
            continue
        images = config.default_hooks.generator
        assert images.type == IMAGES.get(name.partition(', ')[2], 'MRGANGeneratorHook')
        assert images.interval == 1 and images.num_images == 16
        if images.type == 'MRGANGeneratorHook':
            assert images.sigma_p == (0 if name.endswith('sigma_p 0') else 2.4)
            assert images.checkpoint == str(generator.folder / 'epoch_2.pth')
            assert images.config == generator.config.model
        assert images.get('strength') == (1e-6 if name.endswith('real images') else None)
        assert loss['deact'].centred == name.startswith('centred')
        assert loss['deact'].loss_weight == (0 if name == 'AC' else 0.005)
        assert (config.model.head.type == 'AuxiliaryClassHead') == (name == 'AC')


@pytest.mark.parametrize('name', ['mnist_short', 'mnist_tuning'])
def test_the_published_runs_are_those_of_the_script(name):
    study = mnist.STUDIES[name]
    runs = json.loads((mnist.FOLDER / 'results' / f'{name}.json').read_text(encoding='utf-8'))[
        'runs'
    ]
    assert list(runs) == list(study.arms)
    assert list(runs['LeNet']) == [
        f'images {size}, subset {subset}, seed {seed}'
        for size in study.sizes
        for subset in study.subsets
        for seed in study.seeds
    ]
