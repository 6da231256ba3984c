"""Verify a release (tools/release.py): files, safe loading, the same answers in every form.

Finds damage, not forgery: who can change the files can change SHA256SUMS. Compare the SHA-256 of
SHA256SUMS, which is printed, with one that you have from elsewhere. Ends with status 1 where there
is a fault.
"""

import argparse
import sys


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('release', help='its folder, or the address of it')
    parser.add_argument(
        '--data', metavar='ROOT', help='of the data: test again, and compare with the card'
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from rich.progress import Progress

    from par_plugins.deployment.verify import verify
    from par_plugins.structures import printable

    with Progress(transient=True) as bars:
        task = bars.add_task('test', visible=args.data is not None)
        found = verify(
            args.release,
            data=args.data,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    for sentence in found.passed:
        print(f'ok     {printable(sentence)}')
    for sentence in found.faults:
        print(f'FAULT  {printable(sentence)}')
    if found.sums:
        print(f'SHA-256 of SHA256SUMS, to compare with one from elsewhere: {found.sums}')
    sys.exit(not found)


if __name__ == '__main__':
    main()
