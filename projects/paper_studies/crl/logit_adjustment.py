"""Logit adjustment of finished runs: ``tau log(prior)`` comes off the logits of each class.

Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, eq. 9, after training; tau of
0 to 2 by the validation images.

    python -m projects.paper_studies.crl.logit_adjustment work_dirs/full_cifar100 --arms ARM
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS
from mmengine.runner import Runner

from par_plugins.apis import build_runner, last_whole_checkpoint, stop_on_input_error
from par_plugins.apis.published_results import named_as_before, publish, table_of
from par_plugins.structures import InputError
from projects.paper_studies.experiment_runs import run_folders

TAUS = np.arange(0, 2.25, 0.25)
SCORES = [
    f'attribute/{name}balanced_accuracy'
    for name in ('', 'logit_adjustment/', 'logit_adjustment_tau1/')
]
SMALLEST = 1e-30  # of a probability, so that its logarithm is finite


@stop_on_input_error
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='work directory of tools/experiment.py')
    parser.add_argument('--arms', nargs='+', required=True)
    parser.add_argument('--publish', type=Path, help='write scores to this JSON and the README')
    args = parser.parse_args()
    runs: dict[str, dict[str, dict[str, float]]] = {}
    for arm in args.arms:
        for seed, run in run_folders(args.folder, arm).items():
            found = adjusted(*predictions(run))
            runs.setdefault(run.parent.name, {})[str(seed)] = found
            print(arm, f'seed {seed}', found)
    results = {'baseline': next(iter(runs)), 'scores': SCORES, 'runs': runs}
    print(table_of(results))
    if args.publish:
        publish(args.publish, named_as_before(args.publish, results))


def adjusted(
    logits: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], prior: np.ndarray
) -> dict[str, float]:
    """The scores of the test images, plain and adjusted; tau by the validation images."""
    taus = [0.0, best_tau(logits['val'], labels['val'], prior), 1.0]
    scores = [balanced(logits['test'] - tau * np.log(prior), labels['test']) for tau in taus]
    return dict(zip(SCORES, scores, strict=True)) | {'tau': taus[1]}


def balanced(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean over classes of the share that is predicted right, in percent.

    Args:
        logits: ``(N, K)``.
        labels: ``(N,)``; every class of the K has an image.

    Example:
        >>> balanced(np.array([[0.0, 1], [2, 1], [2, 1]]), np.array([1, 0, 1]))
        75.0
    """
    right = logits.argmax(1) == labels
    counts = np.bincount(labels, minlength=logits.shape[1])
    return float(100 * np.mean(np.bincount(labels, weights=right) / counts))


def best_tau(logits: np.ndarray, labels: np.ndarray, prior: np.ndarray) -> float:
    """The tau of :data:`TAUS` with the highest balanced accuracy, the smallest of several."""
    return float(max(TAUS, key=lambda tau: (balanced(logits - tau * np.log(prior), labels), -tau)))


@torch.inference_mode()
def predictions(run: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Logits and labels of the validation and test images, and the classes' training shares."""
    (config,) = run.glob('*.py')
    cfg = Config.fromfile(config)
    cfg.work_dir, cfg.load_from = str(run / 'logit_adjustment'), last_whole_checkpoint(run)
    if cfg.load_from is None:
        raise InputError(f'{run}: holds no checkpoint')
    runner = build_runner(cfg)
    runner.load_or_resume()
    runner.model.eval()
    logits, labels = {}, {}
    for split in ('val', 'test'):
        loader = Runner.build_dataloader(cfg[f'{split}_dataloader'])
        samples = [sample for batch in loader for sample in runner.model.test_step(batch)]
        probabilities = np.stack([np.asarray(sample.pred_probabilities) for sample in samples])
        logits[split] = np.log(np.maximum(probabilities.astype(np.float64), SMALLEST))
        labels[split] = np.array([int(sample.gt_attributes[0]) for sample in samples])
    train = DATASETS.build({**cfg.train_dataloader.dataset, 'pipeline': []})
    counts = np.bincount(np.asarray(train.targets)[:, 0], minlength=logits['test'].shape[1])
    return logits, labels, counts / counts.sum()


if __name__ == '__main__':
    main()
