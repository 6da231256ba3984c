"""HOG + kNN on long-tailed CIFAR-100 (or its balanced twin): class-balanced accuracy.

    tools/analysis/hog_knn.py data/cifar-100-binary

Needs scikit-image, which nothing else of this project does: pip install scikit-image
"""

import argparse

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.hog_knn import hog_knn
from par_plugins.datasets import LongTailedCIFAR100


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
