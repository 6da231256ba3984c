"""How correlated the kernels are that project the noise of MR-GANs, beside the least possible.

python -m projects.paper_studies.mrgan.kernel_correlations CONFIG CHECKPOINT [CHECKPOINT ...]
"""

import argparse

from mmengine.config import Config
from mmengine.registry import MODELS
from rich.console import Console
from rich.table import Table

import par_plugins  # noqa: F401  (registers everything)
from par_plugins.apis import stop_on_input_error
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.models.gan import decorrelation_loss
from par_plugins.structures import InputError

WEIGHT = 'generator_ema.module.projection.weight'


def welch_floor(num_kernels: int, kernel_size: int) -> float:
    """Least value of the ``mean`` of :func:`decorrelation_loss` (Welch, 1974).

    ``num_kernels`` vectors cannot all be orthogonal in fewer dimensions: the mean squared cosine
    over all ordered pairs, an equal pair counting 0, is at least ``1/d - 1/N_Z``.

    Args:
        num_kernels: Number N_Z of kernels.
        kernel_size: Their length d: height times width.

    Returns:
        The floor; 0 where the kernels fit orthogonally.
    """
    return max(0.0, 1 / kernel_size - 1 / num_kernels)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='of an MR-GAN')
    parser.add_argument('checkpoints', nargs='+', help='of that config')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    gan = MODELS.build(Config.fromfile(args.config).model)
    gan.init_weights()
    weights = {'before training': gan.state_dict()[WEIGHT]}
    for path in args.checkpoints:
        state = load_checkpoint_file(path, map_location='cpu')['state_dict']
        if WEIGHT not in state or state[WEIGHT].shape != weights['before training'].shape:
            raise InputError(f'{path}: not a checkpoint of {args.config}')
        weights[path] = state[WEIGHT]
    table = Table('checkpoint', 'mean squared cosine', 'above the Welch floor')
    for name, weight in weights.items():
        value = decorrelation_loss(weight, num_noise=gan.num_noise, reduction='mean').item()
        floor = welch_floor(gan.num_noise, weight[0, 0].numel())
        table.add_row(name, f'{value:.4f}', f'{value - floor:.4f}')
    Console(width=140, markup=False, emoji=False).print(table)


if __name__ == '__main__':
    main()
