"""Class rectification beside a loop over attributes, classes and images, and beside a network.

Times are of forward and backward, of 40 binary attributes with embeddings of 64 numbers (CelebA)
and of 9 categorical ones with 178 values (X-Domain; the split into 6 to 55 values is made up). On a
CPU they are processor time on one thread, which other programs disturb least. The step of ResNet-50
is measured on a smaller batch and scaled up, unless ``--step-images`` is as many as ``--images``.
"""

import argparse
import ctypes
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torchvision.models import resnet50

from par_plugins.models.losses import (
    ClassRectificationLoss,
    ClassRectificationLossICCV2017,
    ClassRectificationLossTPAMI2019,
)

SCHEMAS = {
    '40 binary': (2,) * 40,
    '9 categorical, 178 values': (16, 55, 25, 12, 27, 10, 6, 21, 6),
}
EMBEDDING = 64
DESIGNS = list(
    product(
        (ClassRectificationLossTPAMI2019, ClassRectificationLossICCV2017),
        ('ClassMiner', 'InstanceMiner', 'RandomMiner'),
        ('RelativeComparison', 'AbsoluteComparison', 'DistributionComparison'),
    )
)


@dataclass(frozen=True)
class Batch:
    """A batch with probabilities twice, each way as it is read best.

    Attributes:
        num_values: Number of values of every attribute.
        table: ``(N, A, K)`` probabilities.
        columns: The same as a list of ``(N, K_j)``.
        targets: ``(N, A)``.
        features: ``(N, A, E)`` embeddings.
    """

    num_values: Sequence[int]
    table: Tensor
    columns: list[Tensor]
    targets: Tensor
    features: Tensor


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--images', type=int, default=256, help='in a batch')
    parser.add_argument('--growth', type=int, nargs='+', default=[64, 128, 256, 512])
    parser.add_argument('--step-images', type=int, default=16, help='in a step of ResNet-50')
    parser.add_argument('--size', type=int, default=224, help='height and width of its images')
    parser.add_argument('--rounds', type=int, default=20, help='the fastest of which counts')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def random_batch(num_images: int, num_values: Sequence[int], seed: int, device: str) -> Batch:
    """Labels long-tailed, the tails of different length; the first value is the most frequent."""
    generator = torch.Generator().manual_seed(seed)
    columns, targets = [], []
    for index, values in enumerate(num_values):
        steepness = 0.3 + 2.5 * index / len(num_values)
        shares = torch.arange(1, values + 1) ** -steepness
        targets.append(torch.multinomial(shares, num_images, True, generator=generator))
        logits = torch.randn(num_images, values, generator=generator)
        columns.append(logits.softmax(dim=1).to(device))
    features = torch.randn(num_images, len(num_values), EMBEDDING, generator=generator).relu()
    table = pad_sequence(
        [probabilities.t() for probabilities in columns], batch_first=True
    ).permute(2, 0, 1)
    return Batch(
        num_values,
        table.contiguous().requires_grad_(),
        [probabilities.requires_grad_() for probabilities in columns],
        torch.stack(targets, dim=1).to(device),
        features.to(device).requires_grad_(),
    )


def ours(batch: Batch, preset: type[ClassRectificationLoss], miner: str, comparison: str) -> Tensor:
    """The loss of the package; all pairs without mining."""
    loss = preset(dict(type=miner, k=None if miner == 'RandomMiner' else 25), comparison)
    return loss.rectify(batch.table, batch.targets, batch.features, batch.num_values).sum()


def relative(batch: Batch, miner: str) -> Tensor:
    """Relative comparison of TPAMI 2019."""
    return ours(batch, ClassRectificationLossTPAMI2019, miner, 'RelativeComparison')


def loop(batch: Batch, miner: str) -> Tensor:
    """Relative comparison of TPAMI 2019, by attribute, class and image."""
    total = batch.features.new_zeros(())
    for attribute, probabilities in enumerate(batch.columns):
        labels = batch.targets[:, attribute]
        features = batch.features[:, attribute]
        hinges = []
        for value in minority(labels, probabilities.shape[1]):
            same = (labels == value).nonzero()[:, 0]
            others = (labels != value).nonzero()[:, 0]
            scores = probabilities[:, value]
            for anchor in same:
                if miner == 'ClassMiner':
                    positives = same[scores[same].argsort()[:25]]
                    positives = positives[positives != anchor]
                    negatives = others[scores[others].argsort(descending=True)[:25]]
                    near = (scores[anchor] - scores[positives]).abs()
                    far = scores[anchor] - scores[negatives]
                    margin = 0.5
                else:
                    rest = same[same != anchor]
                    near = (features[anchor] - features[rest]).norm(dim=1)
                    far = (features[anchor] - features[others]).norm(dim=1)
                    near = near.sort(descending=True).values[:25]
                    far = far.sort().values[:25]
                    margin = 2 * math.pi / probabilities.shape[1]
                hinges.append((margin + near[:, None] - far[None, :]).clamp(min=0).flatten())
        if hinges:
            total = total + torch.cat(hinges).mean()
    return total


def minority(labels: Tensor, num_values: int) -> list[int]:
    """The smallest classes that have half of the labels together, of two images at least."""
    counts = [int((labels == value).sum()) for value in range(num_values)]
    chosen, together = [], 0
    for value in sorted(range(num_values), key=lambda value: (counts[value], value)):
        together += counts[value]
        if 2 * together > len(labels):
            break
        chosen.append(value)
    return [value for value in chosen if counts[value] >= 2]


def seconds(run: Callable[[], object], rounds: int, device: str) -> float:
    """Seconds of the fastest of some runs, the first not counted."""
    if device == 'cpu':
        clock = time.process_time
    else:

        def clock() -> float:
            torch.cuda.synchronize()
            return time.perf_counter()

    times = []
    for _ in range(rounds + 1):
        start = clock()
        run()
        times.append(clock() - start)
    return min(times[1:])


def peak_memory(run: Callable[[], object], device: str) -> float:
    """MiB that a run holds at most beyond what is held before it (CPU: Linux alone)."""
    if device != 'cpu':
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    ctypes.CDLL('libc.so.6').malloc_trim(0)  # what is free goes back, and is counted anew
    Path('/proc/self/clear_refs').write_text('5', encoding='utf-8')  # resets the peak
    before = status('VmRSS')
    run()
    return (status('VmHWM') - before) / 2**10


def status(key: str) -> int:
    """A number of /proc/self/status, in KiB."""
    lines = Path('/proc/self/status').read_text(encoding='utf-8').splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f'{key}:'))


def backward(loss: Callable[[], Tensor], batch: Batch) -> Tensor:
    """Forward and backward; the loss."""
    for leaf in (batch.table, *batch.columns, batch.features):
        leaf.grad = None
    value = loss()
    value.backward()
    return value.detach()


def resnet_step(num_images: int, size: int, rounds: int, device: str) -> float:
    """Seconds of a training step of ResNet-50 with 40 logits."""
    network = resnet50(num_classes=40).to(device)
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.randn(num_images, 3, size, size, device=device)
    targets = torch.rand(num_images, 40, device=device).round()

    def step() -> None:
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(network(images), targets).backward()
        optimiser.step()

    return seconds(step, rounds, device)


def table_of(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify='right' if number else 'left', no_wrap=True)
    return table


def loop_table(args: argparse.Namespace, step: float) -> Table:
    title = f'{args.images} images: forward and backward, relative comparison, TPAMI 2019'
    table = table_of(
        title, 'attributes', 'miner', 'ms', 'MiB', 'loop ms', 'loop MiB', 'ratio', '% of step'
    )
    for (name, num_values), miner in product(SCHEMAS.items(), ('ClassMiner', 'InstanceMiner')):
        batch = random_batch(args.images, num_values, args.seed, args.device)
        fast = partial(backward, partial(relative, batch, miner), batch)
        slow = partial(backward, partial(loop, batch, miner), batch)
        torch.testing.assert_close(fast(), slow(), rtol=1e-4, atol=1e-5)
        memory = peak_memory(fast, args.device), peak_memory(slow, args.device)
        times = seconds(fast, args.rounds, args.device), seconds(slow, 2, args.device)
        table.add_row(
            name,
            miner,
            f'{times[0] * 1e3:.1f}',
            f'{memory[0]:.0f}',
            f'{times[1] * 1e3:.0f}',
            f'{memory[1]:.0f}',
            f'{times[1] / times[0]:.0f}',
            f'{100 * times[0] / step:.2f}',
        )
    return table


def arithmetic_table(args: argparse.Namespace) -> Table:
    """What instance level cannot do without, by itself: products of all features, and rankings.

    Products are in double precision, forward and backward; an anchor is ranked twice, for its 25
    farthest positives and its 25 nearest negatives. Half of the images are anchors.
    """
    title = f'{args.images} images, instance level: the arithmetic alone'
    table = table_of(title, 'attributes', 'products ms', 'rankings ms', 'together ms')
    num_anchors, double = args.images // 2, dict(dtype=torch.float64, device=args.device)
    for name, num_values in SCHEMAS.items():
        points = torch.randn(len(num_values), args.images, EMBEDDING, **double)
        anchors = points[:, :num_anchors].contiguous()
        gradient = torch.randn(len(num_values), num_anchors, args.images, **double)
        keys = gradient.view(torch.int64)

        def products(points: Tensor, anchors: Tensor, gradient: Tensor) -> None:
            torch.matmul(anchors, points.transpose(1, 2))
            torch.matmul(gradient, points)
            torch.matmul(anchors.transpose(1, 2), gradient)

        def rankings(keys: Tensor) -> None:
            for largest in (True, False):
                keys.topk(25, dim=2, largest=largest, sorted=False)

        runs = partial(products, points, anchors, gradient), partial(rankings, keys)
        times = [1e3 * seconds(run, args.rounds, args.device) for run in runs]
        table.add_row(name, *(f'{ms:.1f}' for ms in (*times, sum(times))))
    return table


def growth_table(args: argparse.Namespace) -> Table:
    headings = [f'{n} images' for n in args.growth]
    table = table_of('Growth with the batch: ms, MiB (relative)', 'attributes', 'miner', *headings)
    for (name, num_values), miner in product(SCHEMAS.items(), ('ClassMiner', 'InstanceMiner')):
        cells = []
        for num_images in args.growth:
            batch = random_batch(num_images, num_values, args.seed, args.device)
            run = partial(backward, partial(relative, batch, miner), batch)
            memory = peak_memory(run, args.device)
            cells.append(f'{seconds(run, args.rounds, args.device) * 1e3:.1f}, {memory:.0f}')
        table.add_row(name, miner, *cells)
    return table


def design_table(args: argparse.Namespace) -> Table:
    title = f'All designs, {args.images} images: ms (without mining: all pairs)'
    table = table_of(title, 'preset', 'miner', 'comparison', *SCHEMAS)
    for design in DESIGNS:
        cells = []
        for num_values in SCHEMAS.values():
            batch = random_batch(args.images, num_values, args.seed, args.device)
            run = partial(backward, partial(ours, batch, *design), batch)
            cells.append(f'{seconds(run, args.rounds, args.device) * 1e3:.1f}')
        names = design[0].__name__.removeprefix('ClassRectificationLoss'), *design[1:]
        table.add_row(*names, *cells)
    return table


def main() -> None:
    args = parse_args()
    if args.device == 'cpu':
        torch.set_num_threads(1)
    console = Console(width=110)
    step = resnet_step(args.step_images, args.size, min(args.rounds, 3), args.device)
    scaled = step * args.images / args.step_images
    console.print(
        f'{args.device}: a step of ResNet-50 on {args.step_images} images of '
        f'{args.size}x{args.size}: {step:.2f} s, so {scaled:.1f} s for {args.images}'
    )
    console.print(loop_table(args, scaled))
    console.print(arithmetic_table(args))
    console.print(growth_table(args))
    console.print(design_table(args))


if __name__ == '__main__':
    main()
