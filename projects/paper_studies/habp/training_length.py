"""Losses for hard labels on toys, by the length of the training: faster only, or better at the end?

    python -m projects.paper_studies.habp.training_length work_dirs/training_length --jobs 2

First ``make_toy.py data/toy_comparison``. An arm's rate is the best of three after 1,000 steps on
the validation pictures (mAP, seed 0); each length is a training with a schedule of its own. What is
there is not run again. Calibrated: see ``pedestrians.pooled_scores``, by halves of the test
pictures. The table: README.md.
"""

import argparse
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from par_plugins.apis.experiment import Training, train_all
from par_plugins.apis.published_results import publish, put_table
from projects.paper_studies.pedestrians.compare import mean_precision, predicted
from projects.paper_studies.pedestrians.pooled_scores import Pooled, difference, resampled

HERE = Path(__file__).parent
LEAF = '_resnet18-w16_1xb32-300i_toy-comparison-128x64'
BASELINE = 'cross-entropy'
OPTIONS: dict[str, dict[str, Any]] = {
    BASELINE: {},
    'focal': {},
    'asymmetric': {},
    # The published share of 0.17 did not learn real pictures at two of three rates.
    'ohem': {'model.head.losses.ohem.share': 0.5},
    'habp': {},
}
RATES = (1e-3, 2e-3, 4e-3)
TRIED, LENGTHS = 1000, (300, 1000, 3000)
RESAMPLES = 400
SHOWN = ('mA', 'calibrated/mA', 'mAP', 'f1', 'calibrated/f1', 'mA_few', 'calibrated/mA_few')


def training(
    arm: str, rate: float, steps: int, folder: Path, *, split: str = 'test', seed: int = 0
) -> Training:
    """One run, tested on a split."""
    cfg = Config.fromfile(HERE / 'arms' / f'{arm}{LEAF}.py')
    saved = dict(type='SavedProbabilities', folder=str(folder))
    hook = dict(interval=steps)
    cfg.merge_from_dict(
        {
            **OPTIONS[arm],
            'optim_wrapper.optimizer.lr': rate,
            'train_cfg.max_iters': steps,
            'train_cfg.val_interval': steps,
            'default_hooks.checkpoint': hook,
            'test_dataloader.dataset.split': split,
            'test_evaluator': [dict(type='AttributeMetric'), saved],
            'custom_imports.imports': ['par_plugins', 'projects.paper_studies.frozen_views'],
        }
    )
    return Training(cfg, folder, seed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='of the runs')
    parser.add_argument('--lengths', nargs='+', type=int, default=LENGTHS, help='in steps')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    parser.add_argument('--publish', type=Path, help='write scores to this JSON and the README')
    args = parser.parse_args()
    trials = {
        (arm, rate): training(
            arm, rate, TRIED, args.folder / 'tuning' / f'{arm}_{rate:g}', split='val'
        )
        for arm, rate in product(OPTIONS, RATES)
    }
    train_all(trials.values(), jobs=args.jobs, title='trials')
    rates = {arm: max(RATES, key=lambda rate: mean_precision(trials[arm, rate])) for arm in OPTIONS}
    print(rates)
    runs = {
        (steps, arm, seed): training(
            arm, rates[arm], steps, args.folder / f'{arm}_{steps}_seed_{seed}', seed=seed
        )
        for seed, steps, arm in product(args.seeds, args.lengths, OPTIONS)
    }
    train_all(runs.values(), jobs=args.jobs, title='lengths')
    results = scored(runs) | {
        'leaves': {arm: f'{arm}{LEAF}' for arm in OPTIONS},
        'rates': rates,
        'options': OPTIONS,
    }
    print(differences_table(results))
    if args.publish:
        publish(args.publish, results)
        name = f'{args.publish.stem}_differences'
        put_table(HERE / 'README.md', differences_table(results), name=name)


def scored(runs: Mapping[tuple[int, str, int], Training]) -> dict[str, Any]:
    """The scores of all runs, and how far each arm is from the baseline at each length."""
    pooled: dict[tuple[int, str], dict[int, Pooled]] = {}
    for (steps, arm, seed), run in runs.items():
        probabilities, targets = predicted(run.folder)
        halves = np.arange(len(targets)) % 2
        of_arm = pooled.setdefault((steps, arm), {})
        of_arm[seed] = Pooled(probabilities, targets, halves)
    size = len(targets)
    weights = resampled(size, resamples=RESAMPLES, neighbours=1)
    of_run: dict[str, dict[str, dict[str, float]]] = {arm: {} for arm in OPTIONS}
    differences: dict[str, dict[str, Any]] = {}
    for (steps, arm), by_seed in pooled.items():
        for seed, one in by_seed.items():
            scores = one.scores(np.ones((1, size)))
            of_run[arm][f'steps {steps}, seed {seed}'] = {
                f'attribute/{name}': float(value[0]) for name, value in scores.items()
            }
        if arm != BASELINE:
            baseline = pooled[steps, BASELINE].values()
            differences[f'steps {steps}, {arm}'] = difference(by_seed.values(), baseline, weights)
    return {
        'baseline': BASELINE,
        'scores': ['attribute/mA', 'attribute/mAP'],
        'runs': of_run,
        'differences': differences,
    }


def differences_table(results: Mapping[str, Any]) -> str:
    """Cross-entropy's scores at each length, and how far each arm is from them."""
    lines = [f'| length | arm | {" | ".join(SHOWN)} |', '|---' * (len(SHOWN) + 2) + '|']
    plain: dict[str, list[Mapping[str, float]]] = {}
    for run, scores in results['runs'][BASELINE].items():
        plain.setdefault(run.partition(', ')[0], []).append(scores)
    for length, of_length in plain.items():
        means = (np.mean([scores[f'attribute/{name}'] for scores in of_length]) for name in SHOWN)
        lines.append(f'| {length} | {BASELINE} | {" | ".join(f"{mean:.2f}" for mean in means)} |')
        for arm in OPTIONS:
            if arm != BASELINE:
                gain = results['differences'][f'{length}, {arm}']
                cells = ['{:+.2f} [{:+.2f}, {:+.2f}]'.format(*gain[name]) for name in SHOWN]
                lines.append(f'| {length} | {arm} | {" | ".join(cells)} |')
    return '\n'.join(lines)


if __name__ == '__main__':
    main()
