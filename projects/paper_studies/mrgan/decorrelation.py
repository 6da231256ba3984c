"""What the decorrelation of the noise's kernels does, on the whole of MNIST.

    python -m projects.paper_studies.mrgan.decorrelation --jobs 2

Shortened: 2 epochs of 25,000 images in batches of 64 (780 steps; the paper's are 1M images in
batches of 128), half the channels, four times the rate. FID of 10,000 images. What has been run is
not run again; the results and their table go into this folder.
"""

import argparse
from pathlib import Path

from mmengine.config import Config

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.experiment import Training, scores_of, train_all
from par_plugins.apis.published_results import publish

CONFIGS = Path(__file__).parents[3] / 'configs'
LENET = CONFIGS / 'mrgan/cross-entropy_lenet5_1xb64-10e_mnist-28x28.py'
MRGAN = CONFIGS / 'mrgan/mrgan_c64_1xb128-20e_mnist-28x28.py'
RESULTS = Path(__file__).parent / 'results/decorrelation_mnist.json'
SEEDS = (0, 1)
SCORES = ['gan/fid']
ARMS = {
    'without': {'decorrelation_weight': 0.0},
    'mean, as printed': {'decorrelation_reduction': 'mean'},
    'sum': {'decorrelation_reduction': 'sum'},
    'sum, weight 1e-4': {'decorrelation_reduction': 'sum', 'decorrelation_weight': 1e-4},
}
CHECKPOINT = {'_delete_': True, 'type': 'CheckpointHook'}
NO_VALIDATION = dict.fromkeys(('val_cfg', 'val_dataloader', 'val_evaluator'))


def extractor(folder: Path) -> Training:
    """LeNet-5 on MNIST, whose features FID is taken of."""
    config = Config.fromfile(LENET)
    config.merge_from_dict({'train_cfg.max_epochs': 3, 'visualizer.vis_backends': []})
    return Training(config, folder / 'extractor')


def small_generator(
    features: Training, *, batch_size: int, rate: float, average: float, epochs: int
) -> Config:
    """MR-GAN with half the paper's channels, for a CPU.

    Args:
        features: The :func:`extractor`, which must be trained before.
        batch_size: Images in a batch.
        rate: Learning rate of both networks.
        average: Share of the new weights in the averaged generator.
        epochs: Of training; the last is the one that is saved.
    """
    config = Config.fromfile(MRGAN)
    config.merge_from_dict(
        {
            'model.channels': 32,
            'model.ema_momentum': average,
            'optim_wrapper.type': 'BFloat16OptimWrapper',
            'optim_wrapper.parts.generator.optimizer.lr': rate,
            'optim_wrapper.parts.discriminator.optimizer.lr': rate,
            'train_dataloader.batch_size': batch_size,
            'train_dataloader.num_workers': 0,
            'train_cfg.max_epochs': epochs,
            'test_evaluator.checkpoint': str(features.folder / 'epoch_3.pth'),
            'default_hooks.checkpoint': {**CHECKPOINT, 'interval': epochs},
            'visualizer.vis_backends': [],
            **NO_VALIDATION,
        }
    )
    return config


def trainings(folder: Path) -> dict[str, dict[str, Training]]:
    """The generators of every arm and seed."""
    runs: dict[str, dict[str, Training]] = {arm: {} for arm in ARMS}
    for arm, options in ARMS.items():
        config = small_generator(
            extractor(folder), batch_size=64, rate=4e-4, average=0.01, epochs=2
        )
        config.train_dataloader.dataset.num_images = 25_000
        config.model.update(options)
        config.default_hooks.sample_grid.update(interval=390, num_images=40, columns=20)
        for seed in SEEDS:
            runs[arm][str(seed)] = Training(config, folder / arm / f'seed_{seed}', seed)
    return runs


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/decorrelation_mnist'))
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    arms = trainings(args.work_dir)
    train_all([extractor(args.work_dir)], jobs=args.jobs)
    train_all([run for runs in arms.values() for run in runs.values()], jobs=args.jobs)
    runs = scores_of(arms, SCORES)
    publish(RESULTS, {'baseline': 'without', 'scores': SCORES, 'runs': runs})


if __name__ == '__main__':
    main()
