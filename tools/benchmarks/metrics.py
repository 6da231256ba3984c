"""Time ``attribute_scores`` beside the per-attribute loop that people write.

Both score the same NumPy matrices (float32 probabilities, int64 targets, some unknown) by the
protocol ``rap``, without average precision, and must agree. The loop takes one attribute after
the other, picks its known labels by a boolean mask and counts right predictions among positives
and negatives; the instance scores it takes as the strong baseline's code does, from boolean
operations on whole matrices. It is plain NumPy and does not check its input, as
``attribute_scores`` does.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
import torch

from par_plugins.evaluation.functional import attribute_scores

SCORES = ('mA', 'accuracy', 'precision', 'recall', 'f1')


def loop_scores(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """The five scores by protocol ``rap``, in percent."""
    predicted = probabilities >= 0.5
    mean_accuracies = []
    for column in range(targets.shape[1]):
        known = targets[:, column] >= 0
        truth = targets[known, column] == 1
        found = predicted[known, column]
        positives, negatives = np.sum(truth), np.sum(~truth)
        if positives and negatives:
            true_positives, true_negatives = np.sum(truth & found), np.sum(~truth & ~found)
            mean_accuracies.append((true_positives / positives + true_negatives / negatives) / 2)

    truth = targets == 1
    found = predicted & (targets >= 0)
    both = np.sum(truth & found, axis=1)
    either = np.sum(truth | found, axis=1)
    num_true, num_found = np.sum(truth, axis=1), np.sum(found, axis=1)
    scored = either > 0
    accuracy = np.mean(both[scored] / either[scored])
    precision = np.mean(both[scored] / np.maximum(num_found[scored], 1))
    recall = np.mean(both[num_true > 0] / num_true[num_true > 0])
    scores = {
        'mA': np.mean(mean_accuracies),
        'accuracy': accuracy,
        'precision': precision,
        'recall': recall,
        'f1': 2 * precision * recall / (precision + recall),
    }
    return {name: 100 * float(score) for name, score in scores.items()}


def best_time(
    score: Callable[[np.ndarray, np.ndarray], dict[str, float]],
    matrices: tuple[np.ndarray, np.ndarray],
    repeats: int,
) -> float:
    """Seconds of the fastest of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        score(*matrices)
        times.append(time.perf_counter() - start)
    return min(times)


def peak_memory() -> float:
    """MiB that this process has held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def random_matrices(
    rows: int, attributes: int, unknown: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and targets ``(N, A)``, with frequent and rare attributes."""
    generator = np.random.default_rng(seed)
    ratios = np.geomspace(0.005, 0.9, attributes, dtype=np.float32)
    probabilities = np.empty((rows, attributes), np.float32)
    targets = np.empty((rows, attributes), np.int64)
    for start in range(0, rows, 10_000):  # in parts, to leave the peak of memory to the scores
        part = slice(start, start + 10_000)
        truth, noise, hidden = generator.random((3, *targets[part].shape), dtype=np.float32)
        targets[part] = truth < ratios
        probabilities[part] = np.where(truth < ratios, np.sqrt(noise), np.square(noise))
        targets[part][hidden < unknown] = -1
    return probabilities, targets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--rows', type=int, default=1_000_000)
    parser.add_argument('--attributes', type=int, default=40)
    parser.add_argument('--unknown', type=float, default=0.1, help='share of unknown labels')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--threads', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()

    matrices = random_matrices(args.rows, args.attributes, args.unknown, args.seed)
    print(f'{args.rows:,} x {args.attributes}, {args.unknown:.0%} unknown, best of {args.repeats}')
    attribute_scores(*(matrix[:1] for matrix in matrices))  # what the first call alone costs

    # Peak memory only rises: the thriftier of the two goes first.
    before = peak_memory()
    ours = attribute_scores(*matrices)
    between = peak_memory()
    theirs = loop_scores(*matrices)
    after = peak_memory()
    difference = max(abs(ours[score] - theirs[score]) for score in SCORES)
    if difference > 1e-6:
        raise SystemExit(f'the scores differ by {difference}: {ours} and {theirs}')
    print('scores agree: ' + ', '.join(f'{score} {ours[score]:.2f}' for score in SCORES))

    loop = best_time(loop_scores, matrices, args.repeats)
    print(f'per-attribute loop           {loop * 1e3:7.0f} ms, {after - before:5.0f} MiB')
    for threads in args.threads:
        torch.set_num_threads(threads)
        seconds = best_time(attribute_scores, matrices, args.repeats)
        print(
            f'attribute_scores, {threads} thread(s)  {seconds * 1e3:5.0f} ms, '
            f'{between - before:5.0f} MiB, {loop / seconds:.1f} times as fast'
        )


if __name__ == '__main__':
    main()
