"""Every hot part beside its floor and its strongest peers, in one run: the table of docs/speed.md.

    python tools/benchmarks/speed.py --document docs/speed.md

Rounds of all contestants of a row are interleaved and their processor times compared round by
round: on a machine that others use, medians of such ratios say more than any time. Optional peers
(Clarabel, faiss, SCS, simplejpeg, torchmetrics) are left out where they are not installed, and the
command that installs them is printed. Growth is the exponent of ours, fitted over three sizes: 1 is
linear, so that a quadratic cannot hide.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Work = Callable[[], Any]

PEERS = {'faiss': 'faiss-cpu'}
"""Packages whose name is not that of the module."""
missing: set[str] = set()
"""Packages of peers that were left out."""


@dataclass
class Row:
    """One line of the table.

    Attributes:
        work: What is done, with its size.
        contestants: Seconds of processor time of each round by name; the first is the floor, the
            last is ours.
        growth: Exponents of ours by what grows.
    """

    work: str
    contestants: dict[str, list[float]]
    growth: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        (floor, base), *others = self.contestants.items()
        cells = [f'{floor} {shown(statistics.median(base))}']
        for name, times in others:
            ratio = statistics.median(mine / first for mine, first in zip(times, base, strict=True))
            cells.append(f'{name} {shown(statistics.median(times))} ({ratio:.2f})')
        growth = ', '.join(f'{name}^{power:.1f}' for name, power in self.growth.items())
        return f'| {self.work} | {cells[0]} | {"; ".join(cells[1:-1])} | {cells[-1]} | {growth} |'


def shown(seconds: float) -> str:
    """Seconds in a unit that suits them."""
    return f'{seconds:.2f} s' if seconds >= 0.1 else f'{1000 * seconds:.2f} ms'


def compete(work: str, contestants: Mapping[str, Work], rounds: int) -> Row:
    """Time all contestants in turn, after a first round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for counted in range(rounds + 1):
        for name, run in contestants.items():
            start = time.process_time()
            run()
            if counted:
                times[name].append(time.process_time() - start)
    return Row(work, times)


def installed(module: str) -> bool:
    """Whether there is a peer; remember to say how to get one that there is not."""
    there = find_spec(module) is not None
    if not there:
        missing.add(PEERS.get(module, module))
    return there


def up_to(size: int) -> tuple[int, int, int]:
    """A quarter, a half, and all of a size."""
    return size // 4, size // 2, size


def growth(make: Callable[[int], Work], sizes: tuple[int, int, int]) -> float:
    """Fit the exponent by which processor time grows with a size: the best of three each."""
    import numpy as np

    seconds = []
    for size in sizes:
        run = make(size)
        run()
        seconds.append(min(compete('', {'ours': run}, 3).contestants['ours']))
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def label_losses(quick: bool, rounds: int) -> Iterator[Row]:
    """Losses of binary labels, forward and backward, beside torch's own cross-entropy."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    from par_plugins.models.losses import AttributeCrossEntropyLoss, AttributeFocalLoss, HABPLoss

    def make(loss: Any, images: int, attributes: int) -> Work:
        logits = torch.randn(images, attributes, requires_grad=True)
        targets = torch.randint(0, 2, (images, attributes))
        loss = loss() if isinstance(loss, type) else loss
        given = targets if isinstance(loss, torch.nn.Module) else targets.float()

        def step() -> None:
            logits.grad = None
            loss(logits, given).backward()

        return step

    images, attributes = (32, 50) if quick else (256, 1000)
    for loss in (AttributeCrossEntropyLoss, HABPLoss, AttributeFocalLoss):
        contestants = {
            "torch's BCE": make(binary_cross_entropy_with_logits, images, attributes),
            'ours': make(loss, images, attributes),
        }
        row = compete(f'{loss.__name__}, {images} x {attributes}', contestants, 20 * rounds)
        sizes = (images, 2 * images, 4 * images)
        row.growth['N'] = growth(partial(make, loss, attributes=attributes), sizes)
        sizes = (attributes, 2 * attributes, 4 * attributes)
        row.growth['A'] = growth(partial(make, loss, images), sizes)
        yield row


def class_rectification(quick: bool, rounds: int) -> Iterator[Row]:
    """Class rectification by instance, beside the double-precision products of its features."""
    import torch

    from par_plugins.models.losses import ClassRectificationLossTPAMI2019

    def make(images: int, attributes: int) -> Work:
        logits = torch.randn(images, attributes, requires_grad=True)
        targets = (torch.rand(images, attributes) < torch.linspace(0.05, 0.5, attributes)).long()
        features = torch.randn(images, 256, requires_grad=True)
        loss = ClassRectificationLossTPAMI2019('InstanceMiner', alpha=0.5)
        return lambda: loss(logits, targets, features=features).backward()

    images, attributes = (32, 5) if quick else (256, 40)
    points = torch.randn(images, 256, dtype=torch.float64)
    contestants = {
        'product of features': lambda: points @ points.T,
        'ours': make(images, attributes),
    }
    row = compete(f'CRL, instances, {images} x {attributes}', contestants, rounds)
    row.growth['N'] = growth(lambda n: make(n, attributes), (images, 2 * images, 4 * images))
    row.growth['A'] = growth(
        lambda a: make(images, a), (attributes, 2 * attributes, 4 * attributes)
    )
    yield row


def scores(quick: bool, rounds: int) -> Iterator[Row]:
    """Average precision and the other scores of attributes."""
    import numpy as np
    import torch
    from mmpretrain.evaluation import AveragePrecision
    from sklearn.metrics import average_precision_score

    from par_plugins.evaluation.functional import attribute_scores, average_precision
    from tools.benchmarks.metrics import loop_scores, random_matrices

    def columns(score: Callable[[Any, Any], Any], matrices: tuple[Any, Any]) -> Work:
        pairs = list(zip(matrices[1].T, matrices[0].T, strict=True))
        return lambda: [score(*pair) for pair in pairs]

    rows, attributes = (500, 4) if quick else (200_000, 40)
    matrices = random_matrices(rows, attributes, 0.0, seed=0)
    tensors = tuple(torch.from_numpy(matrix) for matrix in matrices)
    contestants: dict[str, Work] = {
        'argsort of the columns': columns(lambda _, own: np.argsort(own), matrices),
        'scikit-learn': columns(average_precision_score, matrices),
        'mmpretrain': lambda: AveragePrecision.calculate(*tensors),
    }
    if installed('torchmetrics'):
        from torchmetrics.functional.classification import multilabel_average_precision

        contestants['torchmetrics'] = lambda: multilabel_average_precision(
            tensors[0], tensors[1], num_labels=attributes
        )
    contestants['ours'] = lambda: average_precision(*matrices)
    row = compete(f'average precision, {rows:,} x {attributes}', contestants, rounds)
    row.growth['N'] = growth(
        lambda n: lambda: average_precision(*(matrix[:n] for matrix in matrices)),
        up_to(rows),
    )
    row.growth['A'] = growth(
        lambda a: lambda: average_precision(*(matrix[:, :a] for matrix in matrices)),
        up_to(attributes),
    )
    yield row
    contestants = {
        'comparison with 0.5': lambda: matrices[0] >= 0.5,
        'NumPy, column by column': lambda: loop_scores(*matrices),
        'ours': lambda: attribute_scores(*matrices),
    }
    row = compete(f'mA and instance scores, {rows:,} x {attributes}', contestants, rounds)
    row.growth['N'] = growth(
        lambda n: lambda: attribute_scores(*(matrix[:n] for matrix in matrices)),
        up_to(rows),
    )
    row.growth['A'] = growth(
        lambda a: lambda: attribute_scores(*(matrix[:, :a] for matrix in matrices)),
        up_to(attributes),
    )
    yield row


def retrieval(quick: bool, rounds: int) -> Iterator[Row]:
    """Scores of re-identification beside the bare product, faiss and sorting everything."""
    import numpy as np
    import torch

    from par_plugins.evaluation.functional import retrieval_scores

    queries, gallery, width = (20, 200, 16) if quick else (500, 20_000, 512)

    def make(gallery: int, positives: int) -> dict[str, Work]:
        generator = np.random.default_rng(0)
        people = max(2, gallery // positives)
        pids = [np.arange(n) % people for n in (queries, gallery)]
        camids = [generator.integers(0, 6, n) for n in (queries, gallery)]
        features = [torch.randn(n, width) for n in (queries, gallery)]
        runs: dict[str, Work] = {'product': lambda: features[0] @ features[1].T}
        if installed('faiss'):
            import faiss

            index = faiss.IndexFlatL2(width)
            index.add(features[1].numpy())
            runs['faiss, top 50'] = lambda: index.search(features[0].numpy(), 50)
        runs['sorting all'] = lambda: (features[0] @ features[1].T).argsort(dim=1)
        runs['ours'] = lambda: retrieval_scores(*features, *pids, *camids)
        return runs

    def ours(positives: int, gallery: int) -> Work:
        return make(gallery, positives)['ours']

    for positives in (20, gallery // 10):
        work = f'retrieval, {queries} x {gallery:,} x {width}, {positives:,} positives'
        row = compete(work, make(gallery, positives), rounds)
        row.growth['gallery'] = growth(partial(ours, positives), up_to(gallery))
        row.growth['positives'] = growth(lambda p: ours(p, gallery), up_to(positives))
        yield row


def search(quick: bool, rounds: int) -> Iterator[Row]:
    """One query among many embeddings, beside one product and faiss."""
    import numpy as np

    from par_plugins.search.nearest_rows import nearest_rows

    rows, width = (2_000, 16) if quick else (200_000, 512)
    embeddings = np.random.default_rng(0).standard_normal((rows, width), dtype=np.float32)
    squares, query = np.square(embeddings).sum(axis=1), embeddings[0] + np.float32(0.1)
    contestants: dict[str, Work] = {'product': lambda: embeddings @ query}
    if installed('faiss'):
        import faiss

        index = faiss.IndexFlatL2(width)
        index.add(embeddings)
        contestants['faiss, flat'] = lambda: index.search(query[None], 10)
    contestants['ours'] = lambda: nearest_rows(embeddings, squares, query, 10)
    row = compete(f'query in {rows:,} x {width}, exact', contestants, rounds)
    row.growth['rows'] = growth(
        lambda n: lambda: nearest_rows(embeddings[:n], squares[:n], query, 10), up_to(rows)
    )
    yield row


def dai(quick: bool, rounds: int) -> Iterator[Row]:
    """DAI from labels, beside finding different rows, and solvers that get these for nothing."""
    from par_plugins.datasets.samplers import solve_dai
    from par_plugins.datasets.samplers.label_rows import LabelRows
    from tools.benchmarks.general_solvers import (
        SOLVERS,
        TARGET,
        generated_labels,
        solve_generally,
    )

    images, attributes = (1_000, 8) if quick else (80_000, 26)
    labels = generated_labels(images, attributes, rank=4, seed=0)
    options: dict[str, Any] = dict(target=TARGET, max_repeat=5, diversity=0.05)

    def ours(images: int, attributes: int) -> Work:
        chosen = labels[:images, -attributes:]  # the last are the frequent ones
        return lambda: solve_dai(chosen, size=images // 2, **options)

    equal = LabelRows.from_labels(labels)
    contestants: dict[str, Work] = {'different rows': lambda: LabelRows.from_labels(labels)}
    for module, name in SOLVERS.items():
        if installed(module):
            contestants[name] = solve_generally(module, equal, size=images // 2, **options)
    contestants['ours'] = ours(images, attributes)
    row = compete(f'DAI, weights from {images:,} x {attributes} labels', contestants, rounds)
    row.growth['N'] = growth(lambda n: ours(n, attributes), up_to(images))
    row.growth['A'] = growth(partial(ours, images), up_to(attributes))
    yield row


def datasets(quick: bool, rounds: int) -> Iterator[Row]:
    """A dataset object and the matrix of its labels."""
    import numpy as np
    from mmengine.dataset import BaseDataset

    from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
    from par_plugins.structures import AttributeSchema

    rows, attributes = (1_000, 4) if quick else (1_000_000, 40)
    names = [f'{row:07d}.jpg' for row in range(rows)]
    targets = np.random.default_rng(0).integers(-1, 2, (rows, attributes))

    class Listed(BaseDataset):
        def load_data_list(self) -> list[dict[str, Any]]:
            pairs = zip(names, targets.astype(np.int8), strict=True)
            return [{'img_path': name, 'gt_attributes': labels} for name, labels in pairs]

    def ours(size: int) -> np.ndarray:
        read = Annotations(names[:size], targets[:size], 'generated')
        schema = AttributeSchema.unnamed(attributes)
        return AttributeDataset('', None, file_schema=schema, annotations=read).targets

    contestants = {
        'copy of the labels': lambda: targets.astype(np.int8),
        "mmengine's BaseDataset": Listed,
        'ours': lambda: ours(rows),
    }
    row = compete(f'dataset and its labels, {rows:,} x {attributes}', contestants, 1)
    row.growth['N'] = growth(lambda n: lambda: ours(n), up_to(rows))
    yield row


def pipeline(quick: bool, rounds: int) -> Iterator[Row]:
    """Pictures of the size of PA-100K's, from files to uint8 tensors, one core."""
    import cv2
    import numpy as np
    from mmengine.dataset import Compose
    from mmengine.registry import init_default_scope

    from par_plugins.datasets.transforms import PackAttributeInputs  # noqa: F401

    init_default_scope('mmpretrain')
    cv2.setNumThreads(0)
    number = 10 if quick else 300
    after = [
        dict(type='Resize', scale=(192, 256)),
        dict(type='RandomCrop', crop_size=(256, 192), padding=10),
        dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    ]
    ours = Compose([dict(type='LoadPersonImage'), *after, dict(type='PackAttributeInputs')])
    theirs = Compose([dict(type='LoadImageFromFile'), *after, dict(type='PackInputs')])
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        contents = []
        for index in range(number):
            coarse = generator.integers(0, 256, (20, 8, 3), np.uint8)
            picture = cv2.resize(coarse, (80, 200), interpolation=cv2.INTER_CUBIC)
            contents.append(cv2.imencode('.jpg', picture)[1])
            contents[-1].tofile(f'{folder}/{index}.jpg')
        labels = np.zeros(26, np.int64)
        samples = [
            {'img_path': f'{folder}/{i}.jpg', 'gt_attributes': labels} for i in range(number)
        ]
        scored = [{'img_path': s['img_path'], 'gt_score': labels} for s in samples]
        contestants: dict[str, Work] = {
            'decoding alone, cv2': lambda: [cv2.imdecode(c, cv2.IMREAD_COLOR) for c in contents]
        }
        if installed('simplejpeg'):
            import simplejpeg

            encoded = [content.tobytes() for content in contents]
            contestants['decoding alone, simplejpeg'] = lambda: [
                simplejpeg.decode_jpeg(content, 'BGR') for content in encoded
            ]
        contestants['mmpretrain'] = lambda: [theirs(dict(sample)) for sample in scored]
        contestants['ours'] = lambda: [ours(dict(sample)) for sample in samples]
        yield compete(f'pipeline, {number} pictures of 200 x 80 to 256 x 192', contestants, rounds)


def mixed_precision(quick: bool, rounds: int) -> Iterator[Row]:
    """Training steps on the CPU, in float32 and as ``--amp`` takes them."""
    import torch
    from torchvision.models import resnet18, resnet50

    def make(network: Callable[[], torch.nn.Module], amp: bool, size: int) -> Work:
        model: Any = network()
        if amp:
            model.to(memory_format=torch.channels_last)
        images = torch.randn(2 if quick else 16, 3, size, size // 2)

        def step() -> None:
            with torch.autocast('cpu', torch.bfloat16, enabled=amp):
                loss = model(images).float().square().mean()
            loss.backward()

        return step

    size = 64 if quick else 128
    for network in (resnet18,) if quick else (resnet18, resnet50):
        contestants = {'float32': make(network, False, size), 'ours': make(network, True, size)}
        yield compete(
            f'step of {network.__name__}, {size} x {size // 2}, --amp', contestants, rounds
        )


def imports(quick: bool, rounds: int) -> Iterator[Row]:
    """Importing the package beside torch, and beside what of upstream it stands on."""
    upstream = 'import mmpretrain.datasets, mmpretrain.models, mmpretrain.evaluation'
    times: dict[str, list[float]] = {}
    for _ in range(1 if quick else rounds):
        for name, code in {
            'torch': 'import torch',
            'torch and upstream': upstream,
            'ours': f'{upstream}; import par_plugins',
        }.items():
            timed = f'import time; {code}; print(time.process_time())'
            done = subprocess.run(
                [sys.executable, '-c', timed], capture_output=True, text=True, check=True
            )
            times.setdefault(name, []).append(float(done.stdout.split()[-1]))
    yield Row('import par_plugins', times)


AREAS = {
    area.__name__: area
    for area in (
        label_losses,
        class_rectification,
        scores,
        retrieval,
        search,
        dai,
        datasets,
        pipeline,
        mixed_precision,
        imports,
    )
}


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--areas', nargs='+', choices=AREAS, default=list(AREAS))
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--quick', action='store_true', help='tiny sizes, to see that it runs')
    parser.add_argument('--document', type=Path, help='file whose table is replaced')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    import torch

    from par_plugins.apis.published_results import put_table

    torch.set_num_threads(1)
    torch.manual_seed(0)
    lines = ['| work | floor | peers | ours | growth |', '|---|---|---|---|---|']
    print('\n'.join(lines))
    for area in args.areas:
        for row in AREAS[area](args.quick, args.rounds):
            lines.append(str(row))
            print(row, flush=True)
    if missing:
        print(f'peers left out: pip install {" ".join(sorted(missing))}', file=sys.stderr)
    if args.document:
        put_table(args.document, '\n'.join(lines), name='speed')


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
