"""Divide a dataset into new splits, each with its share of every attribute, as a CSV file.

A validation split for RAP v1, whose test images stay as they are:

    split.py RAPv1 data/RAP data/RAP/with_val.csv --split train --parts train=9 val=1 --keep test

Zero-shot splits of PETA and RAP v2, where no one in the test set is in the training set:

    split.py PETA data/PETA data/PETA/zero_shot.csv --by-identity --options identities=True
    split.py RAPv2 data/RAPv2 data/RAPv2/zero_shot.csv --by-identity

Read the result with dict(type='AttributeCSV', data_root=ROOT, ann_file=CSV, split='train'), by
identity also pid_column='person', and for a search (ReIDMetric) role_column='role': one image of
each identity and camera is a query, the rest is gallery. Where there are cameras, also
camid_column='camera'; where there are none, ReIDMetric needs filter_same_camera=False.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('name', help='dataset as it is registered: PA100K, PETA, RAPv1, ...')
    parser.add_argument('root', help='folder of its files')
    parser.add_argument('csv', type=Path, help='table to write')
    parser.add_argument(
        '--parts',
        nargs='+',
        default=['train=0.6', 'val=0.2', 'test=0.2'],
        metavar='NAME=SHARE',
        help='parts and their shares (default: train=0.6 val=0.2 test=0.2)',
    )
    parser.add_argument('--split', help='the split to divide; every image if not given')
    parser.add_argument('--keep', nargs='+', default=[], help='splits to take over as they are')
    parser.add_argument(
        '--by-identity', action='store_true', help='all images of an identity into the same part'
    )
    parser.add_argument('--seed', type=int, default=0, help='same seed, same parts')
    parser.add_argument(
        '--options',
        nargs='+',
        default=[],
        metavar='KEY=VALUE',
        help='arguments of the dataset, e.g. split_index=2 attribute_set=all',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis.key_values import key_values
    from par_plugins.datasets.attributes.attribute_csv_writer import write_attribute_csv
    from par_plugins.datasets.build_attribute_dataset import build_attribute_dataset
    from par_plugins.datasets.search_roles import search_roles
    from par_plugins.datasets.split_dataset import split_dataset, summarise_parts
    from par_plugins.structures import InputError, shown_name

    shares = key_values(args.parts, '--parts')
    options = key_values(args.options, '--options')
    if args.keep and (args.split is None or args.by_identity):
        raise InputError(
            f'--keep {" ".join(args.keep)} needs --split, as else every image is divided, and goes '
            'with no --by-identity, as people may be in both'
        )
    if set(args.keep) & {*shares, args.split}:
        raise InputError(f'--keep {" ".join(args.keep)}: it is a part or what is divided')
    dataset = build_attribute_dataset(args.name, args.root, args.split, options)
    parts = split_dataset(dataset, shares, seed=args.seed, by_identity=args.by_identity)
    kept = [build_attribute_dataset(args.name, args.root, name, options) for name in args.keep]
    roles = None
    if args.by_identity:
        cameras = dataset.camids if 'gt_camid' in dataset.get_data_info(0) else None
        roles = search_roles(dataset.pids, cameras, seed=args.seed)
    args.csv.parent.mkdir(parents=True, exist_ok=True)
    write_attribute_csv(
        args.csv,
        [
            (dataset, parts),
            *((other, [name] * len(other)) for other, name in zip(kept, args.keep, strict=True)),
        ],
        roles=roles,
    )
    table = Table('part', 'images', 'identities', 'largest deviation of a ratio')
    summaries = summarise_parts(dataset, parts, list(shares))
    for part in summaries:
        people = '-' if part.num_identities is None else str(part.num_identities)
        deviation = f'{100 * part.deviation:.2f} %'
        table.add_row(part.name, str(part.num_images), people, deviation)
    Console(markup=False, emoji=False).print(table)
    for part in summaries:
        for who, labels in (('nobody', part.nobody), ('everybody', part.everybody)):
            if labels:
                print(f'{part.name}: {who} has {", ".join(map(shown_name, labels))}')
    for other, name in zip(kept, args.keep, strict=True):
        print(f'{name}: {len(other)} images as they were')
    if left_out := parts.count(None):
        print(f'{left_out} images without a known identity are in no part')
    print(f'Wrote {args.csv}.')


if __name__ == '__main__':
    main()
