"""Say where the configs and tools lie, which leaves there are, and what is known of a model."""

import argparse
import sys
from importlib import metadata
from pathlib import Path

from par_runtime.installed_files import MIM, leaves
from par_runtime.regular_file import read_regular_file
from par_runtime.shown_name import printable
from par_runtime.standard_output import printed_answers

LARGEST = 2**24
"""Bytes of a card; those of two hundred attributes have less than one."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('model', nargs='?', help='name of a leaf, or folder of a release')
    parser.add_argument('--leaves', action='store_true', help='list their names')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with printed_answers():
        tell(args)


def tell(args: argparse.Namespace) -> None:
    found = leaves()
    readme = Path(args.model or '', 'README.md')
    if args.model in found:
        print(card(args.model))
    elif args.model and readme.is_file():
        text = read_regular_file(readme, largest=LARGEST).decode(errors='replace')
        lines = text.rpartition('\n---\n')[2].strip().splitlines()
        print('\n'.join(map(printable, lines)))
    elif args.model:
        sys.exit(
            f'error: {args.model}: is neither a leaf (par info --leaves lists them) nor a folder '
            'with a model card'
        )
    elif args.leaves:
        print('\n'.join(found))
    else:
        print(f'version   {metadata.version("par-plugins")}')
        for name in ('configs', 'tools'):
            print(f'{name:10}{MIM / name}')
        print(f'leaves    {len(found)} (par info --leaves)')


def card(leaf: str) -> str:
    """What the method's metafile says of a leaf."""
    import yaml

    path = leaves()[leaf]
    content = yaml.safe_load((path.parent / 'metafile.yml').read_text(encoding='utf-8'))
    entry = next(model for model in content['Models'] if model['Name'] == leaf)
    known = {**entry, 'Config': str(path)}
    return yaml.safe_dump(known, sort_keys=False, width=100, allow_unicode=True).rstrip()


if __name__ == '__main__':
    main()
