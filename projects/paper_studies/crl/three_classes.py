"""Draw what networks make of two frequent classes and a rare one (TPAMI 2019, figure 2).

    python -m projects.paper_studies.crl.three_classes CONFIG balanced=CHECKPOINT \\
        long-tailed=CHECKPOINT CRL=CHECKPOINT --name three_classes \\
        --figure projects/paper_studies/crl/three_classes.png

The classes are the two most frequent of the long tail and its rarest; t-SNE, seed 0, of the
features of their test images. The table between the marks of its name in the README of this folder
says, beside these three, what happens to each of the 25 rarest between the two most frequent.
"""

import argparse
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from mmengine.config import Config
from mmpretrain.datasets.categories import CIFAR100_CATEGORIES
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_samples

from par_plugins.apis import RUNNER_OPTIONS, build_predictor, load_config, stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.datasets.small_images.long_tailed_cifar100 import long_tailed_sizes
from projects.paper_studies.lines_figure import Line, lines_figure

README = Path(__file__).with_name('README.md')
RAREST = 25


@dataclass(frozen=True)
class Features:
    """What a network makes of test images.

    Attributes:
        features: ``(N, F)``, what is classified.
        logits: ``(N, C)``.
        labels: ``(N,)``.
    """

    features: np.ndarray
    logits: np.ndarray
    labels: np.ndarray

    def of(self, classes: Sequence[int]) -> 'Features':
        """The images of some classes."""
        rows = np.isin(self.labels, classes)
        return Features(self.features[rows], self.logits[rows], self.labels[rows])


def features_of(cfg: Config, checkpoint: str, classes: Sequence[int]) -> Features:
    """Compute the features of the test images of some classes.

    Args:
        cfg: Of the network and the test set.
        checkpoint: The weights.
        classes: Their numbers.
    """
    runner = build_predictor(deepcopy(cfg), checkpoint)
    loader, model = runner.test_loop.dataloader, runner.model
    labels = loader.dataset.targets[:, 0]
    rows = np.flatnonzero(np.isin(labels, classes))
    features = []
    with torch.inference_mode():
        for start in range(0, len(rows), loader.batch_size):
            some = [loader.dataset[row] for row in rows[start : start + loader.batch_size]]
            inputs = model.data_preprocessor(loader.collate_fn(some), False)['inputs']
            features.append(model.head.pre_logits(model.extract_feat(inputs)).cpu())
        logits = model.head.cpu().classify(torch.cat(features))
    return Features(torch.cat(features).numpy(), logits.numpy(), labels[rows])


def told_apart(images: Features, frequent: Sequence[int], rare: int) -> tuple[float, float, float]:
    """Say how well a rare class is told from frequent ones.

    Args:
        images: Of these classes at least.
        frequent: Their numbers.
        rare: Its number.

    Returns:
        In percent the accuracy of the rare class and the mean one of the frequent classes, where
        only these may be answered; and the mean silhouette of the rare class's features, from -1
        to 1.
    """
    classes = [*frequent, rare]
    some = images.of(classes)
    right = np.array(classes)[some.logits[:, classes].argmax(1)] == some.labels
    accuracies = [100 * float(right[some.labels == value].mean()) for value in classes]
    silhouettes = silhouette_samples(some.features, some.labels)[some.labels == rare]
    return accuracies[-1], mean(accuracies[:-1]), float(silhouettes.mean())


def told_apart_table(
    arms: Mapping[str, Features], frequent: Sequence[int], rare: Sequence[int]
) -> str:
    """Means of :func:`told_apart` for the rarest class and for all rare ones, as Markdown.

    Args:
        arms: Features by name of the arm.
        frequent: Numbers of classes.
        rare: The same, the rarest last.
    """
    names = ('accuracy', 'that of the frequent', 'silhouette')
    groups = {CIFAR100_CATEGORIES[rare[-1]]: rare[-1:], f'{len(rare)} rarest': rare}
    heads = [f'{group}: {name}' for group in groups for name in names]
    lines = ['| arm | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|']
    for arm, images in arms.items():
        cells = []
        for group in groups.values():
            scores = zip(*(told_apart(images, frequent, value) for value in group), strict=True)
            accuracy, others, silhouette = map(mean, scores)
            cells += [f'{accuracy:.1f}', f'{others:.1f}', f'{silhouette:+.3f}']
        lines.append(f'| {arm} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def planes(images: Features, names: Mapping[int, str], *, seed: int = 0) -> dict[str, Line]:
    """Bring the features of some classes to two dimensions by t-SNE.

    Args:
        images: Of these classes at least.
        names: Of the classes, by their numbers.
        seed: Of t-SNE.

    Returns:
        Both coordinates of the images, by the name of their class.
    """
    some = images.of(list(names))
    points = TSNE(random_state=seed).fit_transform(some.features)
    found: dict[str, Line] = {}
    for value, name in names.items():
        x, y = points[some.labels == value].T.tolist()
        found[name] = (x, y)
    return found


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoints', nargs='+', metavar='NAME=CHECKPOINT', help='one a panel')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--name', help='of the marks in the README to put the table between')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}/features')
    cfg.default_hooks.checkpoint = None  # nothing is trained
    by_size = np.argsort(-long_tailed_sizes(1.0), kind='stable').tolist()
    frequent, rare = by_size[:2], by_size[-RAREST:]
    arms = {}
    for pair in args.checkpoints:
        name, _, checkpoint = pair.partition('=')
        arms[name] = features_of(cfg, checkpoint, frequent + rare)
    table = told_apart_table(arms, frequent, rare)
    print(table)
    if args.name:
        put_table(README, table, name=args.name)
    if args.figure:
        names = {value: CIFAR100_CATEGORIES[value] for value in (*frequent, rare[-1])}
        panels = {arm: planes(images, names) for arm, images in arms.items()}
        figure = lines_figure(panels, axis='t-SNE', style='o', size=(3.4, 3.4))
        figure.savefig(args.figure, dpi=90)


if __name__ == '__main__':
    main()
