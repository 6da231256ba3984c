"""Look at every picture below a folder, and write what was seen to an index to search in."""

import argparse
from pathlib import Path

from rich.progress import Progress

from par_plugins.apis import RUNNER_OPTIONS, load_config, stop_on_input_error
from par_plugins.apis.image_index import embed_images


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('folder', type=Path, help='pictures; folders in it are looked into too')
    parser.add_argument('index', type=Path, help='file to write, .npz')
    args = parser.parse_args()
    if args.index.suffix != '.npz':
        parser.error(f'{args.index}: the index must end in .npz')
    return args


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}/embed')
    with Progress() as progress:
        task = progress.add_task('pictures')
        index = embed_images(
            cfg,
            args.checkpoint,
            args.folder,
            on_images=lambda done, total: progress.update(task, completed=done, total=total),
        )
    index.save(args.index)
    count, width = index.embeddings.shape
    print(f'Wrote {count} embeddings of width {width} to {args.index}.')


if __name__ == '__main__':
    main()
