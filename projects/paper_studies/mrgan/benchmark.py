"""MR-GAN: time of its decorrelation, images a second, and what deactivation costs a training step.

The decorrelation is timed beside its pairwise form, eq. 7 as it is printed, each with its gradient.
Deactivation is timed on a classifier with as many synthetic images as real ones in every
``--interval``-th batch: what they add to that step, shared by all.
"""

import argparse
import math
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import HOOKS, MODELS, init_default_scope
from mmpretrain.structures import DataSample
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn.functional import normalize

import par_plugins  # noqa: F401  (registers everything)
from par_plugins.models.gan import decorrelation_loss
from par_plugins.structures import AttributeSchema

PAPERS = {28: 64, 64: 32, 224: 32}
"""Channels of the largest feature maps by size of the images; the paper has no 64."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--maps', type=int, default=256, help='first feature maps')
    parser.add_argument('--batch-size', type=int, default=16)
    parser.add_argument('--attributes', type=int, default=26)
    parser.add_argument('--size', type=int, default=64, help='of the images of the classifier')
    parser.add_argument('--depth', type=int, default=18, help='of the ResNet that classifies')
    parser.add_argument('--interval', type=int, default=20)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    return parser.parse_args()


def best_of(rounds: int, device: str, run: Callable[[], Any]) -> float:
    """Seconds of the fastest run, after one that does not count."""
    run()
    seconds = math.inf
    for _ in range(rounds):
        if device == 'cuda':
            torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        if device == 'cuda':
            torch.cuda.synchronize()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


def cheap_form(weight: Tensor) -> Tensor:
    """The decorrelation of all kernels, as training has it."""
    return decorrelation_loss(weight, num_noise=len(weight), reduction='sum')


def pairwise_form(weight: Tensor) -> Tensor:
    """The sum over pairs of kernels of their squared cosines."""
    unit = normalize(weight.flatten(2).transpose(0, 1), dim=2)
    cosines = unit @ unit.transpose(1, 2)
    return cosines.square().sum() - cosines.diagonal(dim1=1, dim2=2).square().sum()


def with_gradient(form: Callable[[Tensor], Tensor], weight: Tensor) -> None:
    """Value and gradient of a form of the decorrelation."""
    form(weight).backward()


def table_of(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify='right', no_wrap=True)
    return table


def decorrelation_table(args: argparse.Namespace) -> Table:
    title = f'Decorrelation of {args.maps} first maps, value and gradient'
    table = table_of(title, 'N_Z', 's', 'ms', 'pairwise ms', 'ratio', 'difference')
    for num_noise in (128, 512):
        for side in (4, 7):
            shape = (num_noise, args.maps, side, side)
            weight = torch.randn(shape, device=args.device, requires_grad=True)
            forms = (cheap_form, pairwise_form)
            times = [
                best_of(args.rounds, args.device, partial(with_gradient, form, weight))
                for form in forms
            ]
            values = [form(weight).item() for form in forms]
            difference = abs(values[0] / values[1] - 1)
            cells = [f'{num_noise}', f'{side}', *(f'{1e3 * t:.2f}' for t in times)]
            table.add_row(*cells, f'{times[1] / times[0]:.1f}', f'{difference:.0e}')
    return table


def build_gan(size: int, args: argparse.Namespace) -> Any:
    config = dict(image_size=size, channels=PAPERS.get(size, 32), num_conditions=args.attributes)
    gan = MODELS.build(dict(type='MRGAN', **config)).to(args.device)
    gan.label_vectors.set_schema(AttributeSchema.unnamed(args.attributes))
    return gan.eval()


def generator_table(args: argparse.Namespace) -> Table:
    table = table_of(f'Generator, batches of {args.batch_size}', 'size', 'parameters', 'images/s')
    for size in PAPERS:
        gan = build_gan(size, args)
        noise = torch.randn(args.batch_size, gan.num_noise, device=args.device)
        labels = torch.zeros(args.batch_size, args.attributes, dtype=torch.long)
        seconds = best_of(args.rounds, args.device, partial(gan.generate, noise, labels))
        number = sum(parameter.numel() for parameter in gan.generator.parameters())
        table.add_row(f'{size}', f'{number:,}', f'{args.batch_size / seconds:,.0f}')
    return table


def deactivation_table(args: argparse.Namespace) -> Table:
    init_default_scope('mmpretrain')
    losses = {'ce': dict(type='AttributeCrossEntropyLoss'), 'deact': dict(type='DeactivationLoss')}
    channels = 512 if args.depth < 50 else 2048
    head = dict(type='AttributeHead', in_channels=channels, num_attributes=args.attributes)
    model = MODELS.build(
        dict(
            type='DeactivationClassifier',
            data_preprocessor=dict(mean=[127.5] * 3, std=[127.5] * 3),
            backbone=dict(type='ResNet', depth=args.depth),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(**head, losses=losses),
        )
    ).to(args.device)
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.01))
    hook: Any = HOOKS.build(
        dict(type='MRGANGeneratorHook', config={}, checkpoint='', interval=args.interval)
    )
    hook.gan, hook.hard_labels = build_gan(args.size, args), model.head.losses.deact.hard_labels
    hub = SimpleNamespace(update_scalar=lambda name, value: None)

    def step(*, deactivate: bool) -> None:
        samples = [DataSample() for _ in range(args.batch_size)]
        for sample in samples:
            sample.set_field(np.zeros(args.attributes, np.int64), 'gt_attributes')
        images = torch.zeros(args.batch_size, 3, args.size, args.size, dtype=torch.uint8)
        batch: dict[str, Any] = {'inputs': images, 'data_samples': samples}
        if deactivate:
            run = SimpleNamespace(iter=args.interval - 1, message_hub=hub)
            hook.before_train_iter(run, 0, batch)
        model.train_step(batch, wrapper)

    plain, deact = (
        best_of(args.rounds, args.device, partial(step, deactivate=on)) for on in (False, True)
    )
    share = (deact - plain) / args.interval
    title = f'ResNet-{args.depth} at {args.size}, {args.batch_size} images a batch'
    headings = ('step ms', 'step with synthetic images ms', 'added a step ms', 'added %')
    table = table_of(f'{title}, synthetic ones every {args.interval} steps', *headings)
    cells = [f'{1e3 * seconds:.1f}' for seconds in (plain, deact, share)]
    table.add_row(*cells, f'{100 * share / plain:.1f}')
    return table


def main() -> None:
    args = parse_args()
    console = Console(width=100)
    threads = f', {torch.get_num_threads()} threads' if args.device == 'cpu' else ''
    console.print(f'torch {torch.__version__}, {args.device}{threads}')
    for make in (decorrelation_table, generator_table, deactivation_table):
        console.print(make(args))


if __name__ == '__main__':
    main()
