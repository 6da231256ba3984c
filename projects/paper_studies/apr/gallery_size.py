"""Draw rank-1 and mAP of a checkpoint while distractors come into the gallery (APR, figure 11).

python -m projects.paper_studies.apr.gallery_size CONFIG CHECKPOINT gallery_size.png
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from par_plugins.apis import RUNNER_OPTIONS, load_config, stop_on_input_error
from par_plugins.apis.retrieval_set import RetrievalSet, predict_retrieval_set
from par_plugins.structures import InputError
from projects.paper_studies.lines_figure import Line, lines_figure

DISTRACTOR = 0
"""Identity of Market-1501's distractors."""


def growing_gallery(
    pictures: RetrievalSet, *, steps: int, seed: int, **options: Any
) -> dict[str, Line]:
    """Score galleries that distractors come into in random order.

    Args:
        pictures: Queries and gallery.
        steps: Number of sizes, from no distractor to all of them.
        seed: Of the order.
        **options: See ``retrieval_scores``.

    Returns:
        Rank-1 and mAP over the images of the gallery.

    Raises:
        InputError: If there is no distractor.
    """
    distractors = np.flatnonzero((pictures.pids == DISTRACTOR) & ~pictures.is_query)
    if len(distractors) == 0:
        raise InputError('the gallery has no distractor (identity 0) to grow by')
    order = np.random.default_rng(seed).permutation(distractors)
    galleries = []
    for size in np.linspace(0, len(order), steps).round().astype(int):
        kept = np.ones(len(pictures.pids), dtype=bool)
        kept[order[size:]] = False
        galleries.append(pictures.take(kept).scores(**options))
    sizes = [scores['counts']['gallery'] for scores in galleries]
    return {name: (sizes, [scores[name] for scores in galleries]) for name in ('rank1', 'mAP')}


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('figure', type=Path, help='picture to write')
    parser.add_argument('--sizes', type=int, default=6, help='galleries of the growing one (6)')
    parser.add_argument('--ap', choices=['finite_sum', 'trapezoid'], default='finite_sum')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}/retrieval')
    with Progress() as progress:
        task = progress.add_task('pictures')
        pictures, _ = predict_retrieval_set(
            cfg,
            args.checkpoint,
            on_images=lambda done, total: progress.update(task, completed=done, total=total),
        )
    curves = growing_gallery(pictures, steps=args.sizes, seed=0, ap=args.ap)
    figure = lines_figure({'percent': curves}, axis='images in the gallery', style='o-')
    figure.savefig(args.figure, dpi=150)


if __name__ == '__main__':
    main()
