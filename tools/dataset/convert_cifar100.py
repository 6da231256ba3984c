"""Write arrays of CIFAR-100 in an .npz file as the official binary version, train.bin and test.bin.

The file has x_train and x_test (N, 32, 32, 3) uint8 in red-green-blue, y_train and y_test (N,), and
classes, the 100 names in order. It is read without unpickling. Not all images need to be there:
LongTailedCIFAR100 needs as many of each class as its gamma asks for, in the order of the original.
"""

import argparse


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('npz', help='file of the arrays')
    parser.add_argument('root', help='folder for train.bin and test.bin')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.datasets.files.cifar100_binary import convert_cifar100_npz

    written = convert_cifar100_npz(args.npz, args.root)
    print(f'Wrote {written["train"]} train, {written["test"]} test images to {args.root}.')


if __name__ == '__main__':
    main()
