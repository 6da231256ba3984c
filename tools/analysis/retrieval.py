"""Draw the retrieval of a checkpoint on its test set: rank lists, pairs of cameras."""

import argparse
from pathlib import Path

from rich.progress import Progress

from par_runtime.run_options import RUNNER_OPTIONS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('folder', type=Path, help='for the pictures')
    parser.add_argument('--queries', type=int, default=6, help='rank lists to draw (6)')
    parser.add_argument('--count', type=int, default=10, help='length of a rank list (10)')
    parser.add_argument('--ap', choices=['finite_sum', 'trapezoid'], default='finite_sum')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    import numpy as np

    from par_plugins.apis import load_config
    from par_plugins.apis.retrieval_set import predict_retrieval_set
    from par_plugins.structures import printable
    from par_plugins.visualization import camera_pairs_figure, rank_lists_figure

    cfg = load_config(args, work_dir='{config}/retrieval')
    unreadable: list[str] = []
    with Progress() as progress:
        task = progress.add_task('pictures')
        pictures, schema = predict_retrieval_set(
            cfg,
            args.checkpoint,
            on_images=lambda done, total: progress.update(task, completed=done, total=total),
            on_unreadable=unreadable.append,
        )
    if unreadable:
        print(f'{len(unreadable)} pictures could not be read and are left out:')
        print('\n'.join(f'    {printable(problem)}' for problem in unreadable))
    args.folder.mkdir(parents=True, exist_ok=True)
    scores = pictures.scores(ap=args.ap, camera_pairs=True)
    print(', '.join(f'{name} {scores[name]:.2f}' for name in ('rank1', 'rank5', 'mAP', 'mINP')))
    chosen = np.linspace(0, pictures.is_query.sum() - 1, args.queries).astype(int)
    lists = pictures.rank_lists(chosen.tolist(), count=args.count)
    shown = schema if pictures.probabilities.shape[1] else None
    figures = {
        'rank_lists': rank_lists_figure(lists, shown),
        'camera_pairs': camera_pairs_figure(scores['camera_pairs']),
    }
    for name, figure in figures.items():
        figure.savefig(args.folder / f'{name}.png', dpi=150)
    print(f'Drew {", ".join(figures)} on {args.folder}.')


if __name__ == '__main__':
    main()
