"""DAI's draws on real pictures, by the cap on an image's draws and the weight of diversity.

    python -m projects.paper_studies.pedestrians.dai_options work_dirs/pedestrians --seeds 0

First ``compare``, whose runs of cross-entropy are the baseline and whose rate is taken. The table:
README.md.
"""

import argparse
from itertools import product
from pathlib import Path

from projects.paper_studies.pedestrians.compare import (
    BASELINE,
    STEPS,
    cross_validated,
    folds,
    show,
    tuned,
)

CAPS, DIVERSITIES = (2, 5, 20), (0.0, 0.05, 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='of the runs of compare')
    parser.add_argument('--pictures', type=int, default=2000)
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    parser.add_argument('--publish', type=Path, help='write scores to this JSON and the README')
    args = parser.parse_args()
    fold = folds(args.pictures)
    chosen = tuned([BASELINE, 'dai-sub'], fold, args.folder, args.jobs)
    settings = {BASELINE: (BASELINE, chosen[BASELINE])}
    sampler = 'train_dataloader.sampler'
    for cap, diversity in product(CAPS, DIVERSITIES):
        settings[f'cap {cap}, diversity {diversity}'] = (
            'dai-sub',
            {
                **chosen['dai-sub'],
                f'{sampler}.max_repeat': cap,
                f'{sampler}.diversity': diversity,
            },
        )
    results = cross_validated(settings, args.seeds, fold, args.folder / 'folds', args.jobs)
    show(results | {'steps': STEPS}, args.publish)


if __name__ == '__main__':
    main()
