"""Table 3 of the paper: deactivation on small subsets of MNIST, and controls.

    python -m projects.paper_studies.habp.mnist mnist_short --jobs 2

``mnist`` is as the paper: 500,000 images in batches of 64 for each classifier, 1,000,000 in
batches of 128 for the generators (whose largest maps have half the paper's channels).
``mnist_full_length`` has classifiers of the paper's length with the generators, and the number of
synthetic images, of ``mnist_short``; weights and sigma_p were found anew at that length.
``mnist_short`` is for a CPU: 500 steps of 64 images with 16 synthetic ones, generators of 1,000
steps of 64; its weights and sigma_p are those that ``mnist_tuning`` found on the 10,000 training
images that MNISTDigits holds out.

All arms of a size, subset and seed have the same images, first weights and batches. The standard
error takes the runs of a subset for independent. Centred deactivation (ours) is what a shift of all
logits does not satisfy. What has been run is not run again; results and table go into this folder.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from mmengine.config import Config

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.experiment import Training, scores_of, train_all
from par_plugins.apis.published_results import publish
from projects.paper_studies.mrgan.decorrelation import (
    CHECKPOINT,
    CONFIGS,
    LENET,
    NO_VALIDATION,
    extractor,
    small_generator,
)

DEACT = CONFIGS / 'habp/deact_lenet5_1xb64-1e_mnist100-28x28.py'
FOLDER = Path(__file__).parent
SCORES = ['attribute/label_accuracy']
GAN_EPOCHS = 2  # of an epoch of `times` the subset
GENERATED = {'type': 'MRGANGeneratorHook'}
BLOBS = {'type': 'RandomBlobsHook'}
DISTORTED = {'type': 'DistortedImagesHook'}

Arm = Mapping[str, Any]
"""Changes of deactivation's leaf: ``weight`` and ``centred`` of its loss, ``ac`` the weight of
synthetic images in an auxiliary class instead of it, ``images`` the hook that makes them."""


@dataclass(frozen=True)
class Study:
    """Settings of the arms and of the generators.

    Attributes:
        arms: By name; None is the plain network.
        sizes: By number of images how many times they make an epoch, and the paper's sigma_p.
        subsets: Seeds of the images.
        seeds: Of the trainings of each subset.
        split: Of the test.
        synthetic: Images in a batch; None for as many as real ones.
        gan_batch: Images in a batch of the generators.
        gan_rate: Their learning rate.
        gan_average: Share of the new weights in the averaged generator.
        gan_images: Of an epoch of the generators; None for as many as the classifiers see.
    """

    arms: Mapping[str, Arm | None]
    sizes: Mapping[int, tuple[int, float]]
    subsets: tuple[int, ...] = (0, 1, 2)
    seeds: tuple[int, ...] = (0, 1, 2)
    split: str = 'test'
    synthetic: int | None = 16
    gan_batch: int = 64
    gan_rate: float = 4e-4
    gan_average: float = 0.01
    gan_images: int | None = None


def all_arms(
    *, weight: float, fake_weight: float, centred_weight: float | None = None
) -> dict[str, Arm | None]:
    """LeNet, AC, deactivation as printed and centred, and their controls."""
    printed, centred = {'weight': weight}, {'weight': centred_weight or weight, 'centred': True}
    images: dict[str, dict[str, Any]] = {
        '': GENERATED,
        ', sigma_p 0': {**GENERATED, 'sigma_p': 0.0},
        ', random blobs': BLOBS,
        ', distorted images': DISTORTED,
    }
    arms: dict[str, Arm | None] = {'LeNet': None, 'AC': {'ac': fake_weight, 'images': GENERATED}}
    arms |= {f'Deact{name}': {**printed, 'images': hook} for name, hook in images.items()}
    arms |= {f'centred Deact{name}': {**centred, 'images': hook} for name, hook in images.items()}
    # Bent by less than a pixel.
    unchanged = {**DISTORTED, 'strength': 1e-6}
    return arms | {'centred Deact, real images': {**centred, 'images': unchanged}}


def full_length_arms() -> dict[str, Arm | None]:
    """Those that were trained at the paper's length, with weights found at that length."""
    arms = all_arms(weight=0.005, fake_weight=0.5, centred_weight=0.5)
    left_out = ('AC', 'Deact, ', 'centred Deact, real')
    return {name: arm for name, arm in arms.items() if not name.startswith(left_out)}


def tuning_arms() -> dict[str, Arm | None]:
    """The weights and sigma_p that were tried."""
    weights, sigmas = (0.005, 0.05, 0.5), (1.2, 2.4, 4.8)
    tried = [('', {'weight': weight}, weight, sigma) for weight in weights for sigma in sigmas]
    tried += [('AC, ', {'ac': weight}, weight, 2.4) for weight in weights]
    tried += [
        ('centred, ', {'weight': weight, 'centred': True}, weight, sigma)
        for weight, sigma in ((0.005, 2.4), (0.05, 2.4), (0.5, 2.4), (0.005, 1.2), (0.005, 4.8))
    ]
    return {'LeNet': None} | {
        f'{name}weight {weight:g}, sigma_p {sigma:g}': {
            **changes,
            'images': {**GENERATED, 'sigma_p': sigma},
        }
        for name, changes, weight, sigma in tried
    }


SHORT_SIZES = {size: (32_000 // size, 2.4) for size in (25, 50, 100, 500, 1000)}
PAPER_SIGMAS = {25: 3.6, 50: 2.2, 100: 2.4, 500: 2.4, 1000: 2.2}
STUDIES = {
    'mnist': Study(
        all_arms(weight=0.05, fake_weight=0.05),
        {size: (500_000 // size, sigma) for size, sigma in PAPER_SIGMAS.items()},
        synthetic=None,
        gan_batch=128,
        gan_rate=1e-4,
        gan_average=0.001,
    ),
    'mnist_full_length': Study(
        full_length_arms(),
        {size: (500_000 // size, 1.0) for size in (50, 500)},
        seeds=(0,),
        gan_images=32_000,
    ),
    'mnist_short': Study(all_arms(weight=0.005, fake_weight=0.5), SHORT_SIZES),
    'mnist_tuning': Study(tuning_arms(), {100: SHORT_SIZES[100]}, subsets=(3,), split='val'),
}


def classifier(study: Study, arm: Arm | None, generator: Training, *, size: int) -> Config:
    """The config of an arm on the images of a generator.

    Args:
        study: Its settings.
        arm: What it changes; None for the plain network.
        generator: Trained on the same images.
        size: Number of images.
    """
    config = Config.fromfile(LENET if arm is None else DEACT)
    config.merge_from_dict(
        {
            'train_dataloader.num_workers': 0,
            'train_dataloader.dataset': {
                '_delete_': True,
                **generator.config.train_dataloader.dataset,
            },
            'train_cfg.max_epochs': 1,
            'test_dataloader.num_workers': 0,
            'test_dataloader.dataset.split': study.split,
            'test_evaluator': {'_delete_': True, 'type': 'AttributeAccuracyMetric'},
            'default_hooks.checkpoint': {**CHECKPOINT, 'interval': 1},
            'visualizer.vis_backends': [],
            **NO_VALIDATION,
        }
    )
    if arm is None:
        return config
    head = config.model.head
    head.losses.deact.update(
        loss_weight=arm.get('weight', 0.0), **({'centred': True} if arm.get('centred') else {})
    )
    if 'ac' in arm:
        head.update(type='AuxiliaryClassHead', synthetic_weight=arm['ac'])
    images = config.default_hooks.generator
    images.clear()
    images.update(interval=1, num_images=study.synthetic, **arm['images'])
    if images.type == 'MRGANGeneratorHook':
        images.setdefault('sigma_p', study.sizes[size][1])
        images.config = generator.config.model
        images.checkpoint = str(generator.folder / f'epoch_{GAN_EPOCHS}.pth')
    return config


def generators(study: Study, folder: Path) -> dict[tuple[int, int], Training]:
    """The generator of every size and subset."""
    trainings = {}
    for size, subset in product(study.sizes, study.subsets):
        config = small_generator(
            extractor(folder),
            batch_size=study.gan_batch,
            rate=study.gan_rate,
            average=study.gan_average,
            epochs=GAN_EPOCHS,
        )
        config.train_dataloader.dataset = {
            'type': 'mmengine.RepeatDataset',
            'times': (study.gan_images or size * study.sizes[size][0]) // size,
            'dataset': {
                **config.train_dataloader.dataset,
                'num_images': size,
                'subset_seed': subset,
            },
        }
        config.default_hooks.sample_grid.update(interval=2000, num_images=20, columns=10)
        place = folder / 'generator' / f'images_{size}' / f'subset_{subset}'
        trainings[size, subset] = Training(config, place)
    return trainings


def trainings(study: Study, folder: Path) -> dict[str, dict[str, Training]]:
    """The classifiers of every arm, by size, subset and seed."""
    made = generators(study, folder)
    return {
        name: {
            f'images {size}, subset {subset}, seed {seed}': Training(
                classifier(study, arm, generator, size=size),
                folder / name / f'images_{size}' / f'subset_{subset}' / f'seed_{seed}',
                seed,
            )
            for (size, subset), generator in made.items()
            for seed in study.seeds
        }
        for name, arm in study.arms.items()
    }


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('study', choices=list(STUDIES))
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<study>')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    study, folder = STUDIES[args.study], args.work_dir or Path('work_dirs', args.study)
    train_all([extractor(folder)], jobs=args.jobs)
    train_all(generators(study, folder).values(), jobs=args.jobs)
    arms = trainings(study, folder)
    train_all([run for of_arm in arms.values() for run in of_arm.values()], jobs=args.jobs)
    runs = scores_of(arms, SCORES)
    publish(
        FOLDER / 'results' / f'{args.study}.json',
        {'baseline': 'LeNet', 'scores': SCORES, 'spread': 'standard error', 'runs': runs},
    )


if __name__ == '__main__':
    main()
