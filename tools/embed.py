"""Look at every picture below a folder, and write what was seen to an index to search in.

Pictures that cannot be read are left out of it, and named at the end; the status is 0 all the same,
unless there is no picture left.
"""

import argparse
from pathlib import Path

from rich.progress import Progress

from par_runtime.run_options import RUNNER_OPTIONS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[RUNNER_OPTIONS],
    )
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('folder', type=Path, help='pictures; folders in it are looked into too')
    parser.add_argument('index', type=Path, help='file to write, .npz')
    args = parser.parse_args()
    if args.index.suffix != '.npz':
        parser.error(f'{args.index}: the index must end in .npz')
    return args


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import load_config
    from par_plugins.apis.image_index import embed_images
    from par_plugins.structures import printable

    cfg = load_config(args, work_dir='{config}/embed')
    unreadable: list[str] = []
    with Progress() as progress:
        task = progress.add_task('pictures')
        index = embed_images(
            cfg,
            args.checkpoint,
            args.folder,
            on_images=lambda done, total: progress.update(task, completed=done, total=total),
            on_unreadable=unreadable.append,
        )
    index.save(args.index)
    count, width = index.embeddings.shape
    if unreadable:
        print(f'{len(unreadable)} pictures could not be read and are not in the index:')
        print('\n'.join(f'    {printable(problem)}' for problem in unreadable))
    print(f'Wrote {count} embeddings of width {width} to {args.index}.')


if __name__ == '__main__':
    main()
