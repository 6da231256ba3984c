"""Which method on 2,000 real pictures: the arms by 5-fold cross-validation, after equal tuning.

    python -m projects.paper_studies.pedestrians.compare work_dirs/pedestrians --seeds 0 1 2

First ``write_frozen_views`` of ``cross-entropy_efficientnet-lite0_1xb64-10e_pa100k-128x64``. An arm
has six trials on the training pictures of the first fold, a quarter of which is left out to choose
by (mAP). Then each fold is left out of a training in turn, for each seed. What is there is not run
again. The table: README.md.
"""

import argparse
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from par_plugins.apis.comparison_table import comparison_table
from par_plugins.apis.experiment import Training, train_all
from par_plugins.apis.published_results import publish, put_table
from par_plugins.apis.results_table import marks
from projects.paper_studies.pedestrians.pooled_scores import Pooled, difference, resampled

HERE = Path(__file__).parent
LEAF = '_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
BASELINE = 'cross-entropy'
BLOCK, FOLDS = 100, 5  # neighbours may show one person: blocks stay whole
NEIGHBOURS, RESAMPLES = 10, 400
STEPS = 300
SHOWN = ['mA', 'calibrated/mA', 'mAP', 'calibrated/f1']
COMPARED = (*SHOWN, 'f1', 'calibrated/mA_few', 'calibrated/mA_medium', 'calibrated/mA_many')
RATES = (1e-3, 2e-3, 4e-3)
DECAY = ('optim_wrapper.optimizer.weight_decay', (0.05, 0.2))
CAP = ('train_dataloader.sampler.max_repeat', (2, 5))
OPTIONS: dict[str, tuple[str, tuple]] = {
    'cross-entropy': DECAY,
    'weighted': DECAY,
    'ema': ('custom_hooks.0.momentum', (0.02, 0.05)),
    'focal': ('model.head.losses.focal.gamma', (1.2, 2.0)),
    'asymmetric': ('model.head.losses.asl.gamma_neg', (2.0, 4.0)),
    'over-sampling': ('train_dataloader.sampler.max_repeat', (5, 25)),
    'dai': CAP,
    'dai-sub': CAP,
    'crl-iccv2017': ('model.head.losses.crl.miner.k', (5, 25)),
    'crl-tpami2019': ('model.head.losses.crl.eta', (0.01, 0.5)),
    'habp': ('model.head.losses.habp.gamma', (0.5, 1.2)),
    'ohem': ('model.head.losses.ohem.share', (0.17, 0.5)),
    'dai-adam': ('train_dataloader.sampler.size', (0.2, 0.4)),
    'mixup': ('model.mixup_alpha', (0.2, 1.0)),
    'se': ('model.backbone.squeeze', (0.0625, 0.25)),
}
"""The main option of each arm, and the two values that are tried with each rate."""


def folds(num_pictures: int) -> np.ndarray:
    """The fold of each picture."""
    blocks = num_pictures // BLOCK
    of_block = np.random.default_rng(0).permutation(np.arange(blocks) % FOLDS)
    return np.repeat(of_block, BLOCK)


def training(
    arm: str,
    options: Mapping[str, Any],
    train: np.ndarray,
    test: np.ndarray,
    folder: Path,
    seed: int,
) -> Training:
    """One run on pictures chosen by their numbers."""
    cfg = Config.fromfile(HERE / 'arms' / f'{arm}{LEAF}')
    saved = dict(type='SavedProbabilities', folder=str(folder))
    cfg.merge_from_dict(
        {
            **options,
            'train_dataloader.dataset.indices': np.flatnonzero(train).tolist(),
            'test_dataloader.dataset.indices': np.flatnonzero(test).tolist(),
            'test_evaluator': [dict(cfg.test_evaluator), saved],
        }
    )
    return Training(cfg, folder, seed)


def predicted(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and labels of the pictures that a finished run left out."""
    with np.load(folder / 'probabilities.npz') as file:
        return file['probabilities'].astype(np.float64), file['targets']


def trials(arm: str, fold: np.ndarray, folder: Path) -> list[tuple[dict[str, Any], Training]]:
    """The six trials of an arm, on the training pictures of the first fold."""
    key, values = OPTIONS[arm]
    rows = np.flatnonzero(fold != 0)
    held_out = np.zeros(len(fold), bool)
    held_out[rows[-len(rows) // 4 :]] = True
    found = []
    for number, (rate, value) in enumerate(product(RATES, values)):
        options = {'optim_wrapper.optimizer.lr': rate, key: value}
        place = folder / 'tuning' / arm / f'trial_{number}'
        found.append((options, training(arm, options, (fold != 0) & ~held_out, held_out, place, 0)))
    return found


def mean_precision(run: Training) -> float:
    """mAP of a trial."""
    probabilities, targets = predicted(run.folder)
    pooled = Pooled(probabilities, targets, np.arange(len(targets)) % 2)
    return float(pooled.scores(np.ones((1, len(targets))))['mAP'][0])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='of the runs')
    parser.add_argument('--pictures', type=int, default=2000)
    parser.add_argument('--arms', nargs='+', choices=OPTIONS, default=list(OPTIONS))
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument(
        '--steps', type=int, default=STEPS, help='of a training (the trials have %(default)s)'
    )
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    parser.add_argument('--publish', type=Path, help='write scores to this JSON and the README')
    args = parser.parse_args()
    fold = folds(args.pictures)
    chosen = tuned(args.arms, fold, args.folder, args.jobs)
    length: dict[str, Any] = {}
    place = args.folder / 'folds'
    if args.steps != STEPS:
        length = {'train_cfg.max_iters': args.steps}
        place = args.folder / f'folds_{args.steps}_steps'
    settings = {arm: (arm, options | length) for arm, options in chosen.items()}
    results = cross_validated(settings, args.seeds, fold, place, args.jobs)
    show(results | {'chosen': chosen, 'steps': args.steps}, args.publish)


def tuned(
    arms: Iterable[str], fold: np.ndarray, folder: Path, jobs: int
) -> dict[str, dict[str, Any]]:
    """The options of each arm's best trial."""
    chosen: dict[str, dict[str, Any]] = {}
    of_arm = {arm: trials(arm, fold, folder) for arm in arms}
    runs = [run for of_trials in of_arm.values() for _, run in of_trials]
    train_all(runs, jobs=jobs, title='trials')
    for arm, of_trials in of_arm.items():
        scored = [(mean_precision(run), options) for options, run in of_trials]
        chosen[arm] = max(scored, key=lambda pair: pair[0])[1]
        print(arm, [round(score, 2) for score, _ in scored], chosen[arm])
    return chosen


def cross_validated(
    settings: Mapping[str, tuple[str, Mapping[str, Any]]],
    seeds: list[int],
    fold: np.ndarray,
    folder: Path,
    jobs: int,
) -> dict[str, Any]:
    """Train with each fold left out and score all pictures.

    Args:
        settings: The arm whose leaf is trained, and its options, by the name that is shown.
        seeds: Of the runs.
        fold: That of each picture.
        folder: Of the runs: ``<name>/seed_0_fold_0``.
        jobs: Trainings at once.
    """
    runs = {
        (name, seed, left_out): training(
            arm,
            options,
            fold != left_out,
            fold == left_out,
            folder / name / f'seed_{seed}_fold_{left_out}',
            seed,
        )
        for seed in seeds
        for name, (arm, options) in settings.items()
        for left_out in range(FOLDS)
    }
    train_all(runs.values(), jobs=jobs, title='folds')
    pooled = {name: [pool(runs, name, seed, fold) for seed in seeds] for name in settings}
    seconds = {
        name: [runs[name, seed, k].scores() or {} for seed in seeds for k in range(FOLDS)]
        for name in settings
    }
    return compared(pooled, seeds) | {
        'leaves': {name: f'{arm}{LEAF}'.removesuffix('.py') for name, (arm, _) in settings.items()},
        'processor seconds': {
            name: float(np.median([run['saved/processor_seconds'] for run in of_name]))
            for name, of_name in seconds.items()
        },
    }


def show(results: Mapping[str, Any], into: Path | None) -> None:
    """Print the tables of results, and publish them where asked to."""
    print(comparison_table(results['runs'], baseline=BASELINE, scores=results['scores']))
    print(differences_table(results))
    if into:
        publish(into, results)
        readme = HERE / 'README.md'
        name = f'{into.stem}_differences'
        if marks(name)[0] in readme.read_text(encoding='utf-8'):
            put_table(readme, differences_table(results), name=name)


def pool(runs: Mapping[tuple, Training], arm: str, seed: int, fold: np.ndarray) -> Pooled:
    """What the folds of a seed predict, in the order of the pictures."""
    order = np.concatenate([np.flatnonzero(fold == k) for k in range(FOLDS)])
    parts = [predicted(runs[arm, seed, k].folder) for k in range(FOLDS)]
    back = np.argsort(order)
    probabilities, targets = (np.concatenate(part)[back] for part in zip(*parts, strict=True))
    return Pooled(probabilities, targets, fold)


def compared(pooled: Mapping[str, list[Pooled]], seeds: list[int]) -> dict[str, Any]:
    """The scores of every arm and seed, and how far each arm is from the baseline."""
    size = len(pooled[BASELINE][0].targets)
    weights = resampled(size, resamples=RESAMPLES, neighbours=NEIGHBOURS)
    runs = {
        arm: {
            str(seed): {
                f'attribute/{name}': float(value[0])
                for name, value in run.scores(np.ones((1, size))).items()
            }
            for seed, run in zip(seeds, of_arm, strict=True)
        }
        for arm, of_arm in pooled.items()
    }
    differences = {
        arm: difference(of_arm, pooled[BASELINE], weights)
        for arm, of_arm in pooled.items()
        if arm != BASELINE
    }
    shown = [f'attribute/{name}' for name in SHOWN]
    return {'baseline': BASELINE, 'scores': shown, 'runs': runs, 'differences': differences}


def differences_table(results: Mapping[str, Any]) -> str:
    """How far each arm is from the baseline: mean over seeds and 95 % interval."""
    lines = [
        f'| arm - {BASELINE} | {" | ".join(COMPARED)} | processor s |',
        '|---' * (len(COMPARED) + 2) + '|',
    ]
    for arm in results['runs']:
        gains = results['differences'].get(arm)
        cells = [
            '{:+.2f} [{:+.2f}, {:+.2f}]'.format(*gains[name]) if gains else '' for name in COMPARED
        ]
        seconds = f'{results["processor seconds"][arm]:.0f}'
        lines.append(f'| {arm} | {" | ".join(cells)} | {seconds} |')
    return '\n'.join(lines)


if __name__ == '__main__':
    main()
