"""Say where the configs and tools lie, which leaves there are, and what is known of one of them."""

import argparse
import sys
from importlib import metadata

from par_runtime.installed_files import MIM, leaves


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('leaf', nargs='?', help='name of a leaf')
    parser.add_argument('--leaves', action='store_true', help='list their names')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    found = leaves()
    if args.leaf in found:
        print(card(args.leaf))
    elif args.leaf:
        sys.exit(f'error: {args.leaf}: is no leaf; par info --leaves lists them')
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
