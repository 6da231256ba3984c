"""HOG + kNN: classes of small images by gradient histograms, without any network.

A baseline for class rectification (Dong, Gong and Zhu, TPAMI 2019) on CIFAR-100. **Ours**, since
its settings are in no text: scikit-image's histograms, cells of 8 x 8 pixels, blocks of 2 x 2; and
the number of neighbours with the best class-balanced accuracy on the validation split.

    python -m projects.paper_studies.crl.hog_knn data/cifar-100-binary

Needs scikit-image, which nothing else of this project does: pip install scikit-image
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from sklearn.neighbors import KNeighborsClassifier

from par_plugins.apis import stop_on_input_error
from par_plugins.datasets import LongTailedCIFAR100
from par_plugins.evaluation.functional import balanced_accuracy
from par_plugins.structures import InputError


@dataclass(frozen=True)
class HOGResult:
    """What came out.

    Attributes:
        num_neighbours: The number that was best on the validation split; the smallest of equals.
        val: Class-balanced accuracy on the validation split in percent, by number of neighbours.
        test: Class-balanced accuracy on the test split in percent, with the best number.
    """

    num_neighbours: int
    val: dict[int, float]
    test: float


def hog_features(images: Sequence[np.ndarray]) -> np.ndarray:
    """Histograms of oriented gradients (9 orientations, L2-Hys blocks).

    Args:
        images: Of one size, at least 16 x 16, each ``(H, W, 3)``; at every pixel the channel with
            the largest gradient counts.

    Returns:
        ``(N, F)`` float64; F = 324 of 32 x 32 images.

    Raises:
        InputError: If scikit-image is not installed.
    """
    try:
        from skimage.feature import hog
    except ImportError as error:
        raise InputError(
            'HOG needs scikit-image, which is not installed: pip install scikit-image'
        ) from error
    return np.stack(
        [
            hog(
                image,
                orientations=9,
                pixels_per_cell=(8, 8),
                cells_per_block=(2, 2),
                block_norm='L2-Hys',
                channel_axis=-1,
            )
            for image in images
        ]
    )


def hog_knn(
    train: BaseDataset, val: BaseDataset, test: BaseDataset, *, neighbours: Sequence[int]
) -> HOGResult:
    """Classify the images of a dataset with one attribute by their nearest neighbours.

    Args:
        train: Images to compare with; samples with ``img`` and ``gt_attributes``.
        val: Images to choose the number of neighbours on.
        test: Images to score.
        neighbours: Numbers to choose from.

    Raises:
        InputError: If a number is not between 1 and the number of training images, there is more
            than one attribute, or scikit-image is not installed.
    """
    if not neighbours or not all(1 <= k <= len(train) for k in neighbours):
        raise InputError(
            f'neighbours must be numbers between 1 and {len(train)}, got {list(neighbours)}'
        )
    schema = train.metainfo['schema']
    if len(schema) != 1:
        raise InputError(f'HOG + kNN is for one attribute, but there are {schema}')
    features = {split: _features_of(split) for split in (train, val, test)}

    def score(split: BaseDataset, num_neighbours: int) -> float:
        classifier = KNeighborsClassifier(num_neighbours).fit(features[train], train.targets[:, 0])
        predicted = torch.from_numpy(classifier.predict(features[split]))[:, None]
        found = balanced_accuracy(predicted, split.targets, schema.num_values)
        return float(found['balanced_accuracy'])

    scores = {k: score(val, k) for k in sorted(set(neighbours))}
    best = max(scores, key=lambda k: (scores[k], -k))
    return HOGResult(best, scores, score(test, best))


def _features_of(dataset: BaseDataset) -> np.ndarray:
    return hog_features([dataset[index]['img'] for index in range(len(dataset))])


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('root', help='folder of train.bin and test.bin')
    parser.add_argument('--gamma', type=float, default=1.0, help='how steep the head is (1)')
    parser.add_argument('--balanced', action='store_true', help='the balanced twin instead')
    parser.add_argument(
        '--neighbours',
        type=int,
        nargs='+',
        default=[1, 2, 3, 5, 10, 20],
        help='numbers to choose from on the validation split (1 2 3 5 10 20)',
    )
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    train, val, test = (
        LongTailedCIFAR100(
            data_root=args.root, split=split, gamma=args.gamma, balanced=args.balanced
        )
        for split in ('train', 'val', 'test')
    )
    result = hog_knn(train, val, test, neighbours=args.neighbours)
    for num_neighbours, score in result.val.items():
        print(f'validation, k = {num_neighbours}: {score:.2f}')
    print(f'test, k = {result.num_neighbours}: class-balanced accuracy {result.test:.2f}')


if __name__ == '__main__':
    main()
