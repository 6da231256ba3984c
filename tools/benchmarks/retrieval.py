"""Time ``retrieval_scores`` beside the bare matrix product of its features, and beside torchreid.

All of them in one process on the same float32 features, of the size of Market-1501: 3,368 queries,
19,732 gallery images with junk and distractors, 2,048 numbers each. Features are random (everything
is about equally far from everything) or discriminative (images of an identity lie together, rank-1
between 70 and 97). ``bare product`` is ``queries @ gallery.T`` into memory that is already there;
``ours`` is everything from features to all scores. Processor time (of all threads together) says
more than time on the clock where other programs run, too. torchreid (its distance matrix and
ranking, in Python where its Cython build is missing) is timed once where it is installed.

With ``--distractors 500000`` the gallery grows by so many images of identity 0, and the peak of
memory beyond the features is printed, which is below that of a full matrix of distances.
"""

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from par_plugins.evaluation.functional import retrieval_scores

NUM_QUERIES, NUM_GALLERY, NUM_IDENTITIES, NUM_CAMERAS = 3_368, 19_732, 750, 6
NUM_JUNK, NUM_DISTRACTORS = 3_819, 2_798
NOISE = 2.6  # of an image, relative to what makes up a person: rank-1 is about 80
KIB = 1024


@dataclass(frozen=True)
class Data:
    """Features ``(Q, F)`` and ``(G, F)``, and four label arrays in the evaluator's order."""

    queries: Tensor
    gallery: Tensor
    labels: tuple[np.ndarray, ...]


def best_times(runs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, tuple[float, float]]:
    """Seconds on the clock and of processors, each of the best of some repetitions, in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.perf_counter(), time.process_time()
            run()
            stop = time.perf_counter(), time.process_time()
            times[name].append((stop[0] - start[0], stop[1] - start[1]))
    return {
        name: (min(clock for clock, _ in pairs), min(cpu for _, cpu in pairs))
        for name, pairs in times.items()
    }


def peak_memory() -> float:
    """MiB that this process has held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB


def held_memory() -> float:
    """MiB that this process holds now."""
    with open('/proc/self/status', encoding='utf-8') as status:
        return next(int(x.split()[1]) for x in status if x.startswith('VmRSS')) / KIB


def make_data(kind: str, width: int, distractors: int, seed: int) -> Data:
    """Features and labels in the proportions of Market-1501."""
    generator = np.random.default_rng(seed)
    num_known = NUM_GALLERY - NUM_JUNK - NUM_DISTRACTORS
    pids = np.concatenate(
        [
            generator.integers(1, NUM_IDENTITIES + 1, num_known),
            np.full(NUM_JUNK, -1),
            np.zeros(NUM_DISTRACTORS, np.int64),
        ]
    )
    gallery_pids = np.concatenate([generator.permutation(pids), np.zeros(distractors, np.int64)])
    query_pids = generator.integers(1, NUM_IDENTITIES + 1, NUM_QUERIES)
    camids = [generator.integers(1, NUM_CAMERAS + 1, len(x)) for x in (query_pids, gallery_pids)]

    torch.manual_seed(seed)
    features = [torch.empty(len(pids), width).normal_() for pids in (query_pids, gallery_pids)]
    if kind == 'discriminative':
        centres = torch.randn(NUM_IDENTITIES + 1, width)
        for part, numbers in zip(features, (query_pids, gallery_pids), strict=True):
            for start in range(0, len(part), 10_000):  # in parts, to leave the peak to the scores
                of_person = torch.from_numpy(numbers[start : start + 10_000])
                rows = part[start : start + 10_000]
                rows.mul_(NOISE)
                known = of_person > 0
                rows[known] += centres[of_person[known]]
    queries, gallery = features
    return Data(queries, gallery, (query_pids, gallery_pids, *camids))


def time_torchreid(data: Data, product: float) -> None:
    """Print seconds and scores of torchreid's distance matrix and ranking, if it is there."""
    try:
        from torchreid.reid.metrics import rank
        from torchreid.reid.metrics.distance import compute_distance_matrix
    except ImportError:
        print('    torchreid is not installed')
        return
    known = data.labels[1] != -1  # which torchreid drops when it loads a dataset
    queries, gallery, camids, gallery_camids = data.labels
    features = data.gallery[torch.from_numpy(known)]
    start = time.perf_counter()
    distances = compute_distance_matrix(data.queries, features).numpy()
    cmc, precision = rank.evaluate_rank(
        distances, queries, gallery[known], camids, gallery_camids[known]
    )
    seconds = time.perf_counter() - start
    print(
        f'    clock: torchreid, {"Cython" if rank.IS_CYTHON_AVAI else "Python"} ranking, '
        f'{seconds:.2f} s, {seconds / product:.2f} times the product; '
        f'rank-1 {100 * cmc[0]:.4f}, mAP {100 * precision:.4f}'
    )


def time_kind(kind: str, args: argparse.Namespace) -> None:
    """Print the times on features of one kind."""
    data = make_data(kind, args.width, 0, args.seed)
    product = torch.empty(len(data.queries), len(data.gallery))
    runs = {
        'bare product': lambda: torch.mm(data.queries, data.gallery.T, out=product),
        'ours': lambda: retrieval_scores(data.queries, data.gallery, *data.labels),
    }
    scores = retrieval_scores(data.queries, data.gallery, *data.labels)
    best = best_times(runs, args.repeats)
    product_times, our_times = best['bare product'], best['ours']
    print(f'{kind}: rank-1 {scores["rank1"]:.4f}, mAP {scores["mAP"]:.4f}, best of {args.repeats}')
    for clock, bare, ours in zip(('clock', 'processors'), product_times, our_times, strict=True):
        print(
            f'    {clock}: bare product {bare:.2f} s, ours {ours:.2f} s, '
            f'{ours / bare:.2f} times the product'
        )
    if args.torchreid:
        time_torchreid(data, product_times[0])


def grow(args: argparse.Namespace) -> None:
    """Print time and peak memory with distractors."""
    data = make_data('discriminative', args.width, args.distractors, args.seed)
    before = held_memory()
    start = time.perf_counter()
    scores = retrieval_scores(data.queries, data.gallery, *data.labels)
    seconds = time.perf_counter() - start
    beyond = max(0.0, peak_memory() - before)
    matrix = 4 * len(data.queries) * len(data.gallery) / KIB**2
    print(
        f'gallery of {len(data.gallery):,} x {args.width}: rank-1 {scores["rank1"]:.1f}, '
        f'{seconds:.1f} s, peak memory {beyond:.0f} MiB beyond the features '
        f'(all distances: {matrix:.0f} MiB)'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--width', type=int, default=2048, help='numbers in a feature')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--threads', type=int, default=torch.get_num_threads())
    parser.add_argument('--distractors', type=int, default=0)
    parser.add_argument('--no-torchreid', dest='torchreid', action='store_false')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    small = torch.eye(2)
    start = time.perf_counter()
    retrieval_scores(small, small, [1, 2], [1, 2], [0, 0], [1, 1])
    seconds = time.perf_counter() - start
    print(f'{args.threads} threads; first call (imports and compiles) {seconds:.1f} s')
    if args.distractors:
        grow(args)
    else:
        for kind in ('discriminative', 'random'):
            time_kind(kind, args)


if __name__ == '__main__':
    main()
