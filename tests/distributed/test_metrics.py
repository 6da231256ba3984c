"""Several processes give the scores of one, however the images fall to them."""

import json
import os
from dataclasses import asdict, dataclass

import numpy as np
import pytest
import torch
import torch.multiprocessing
from mmengine.dataset import DefaultSampler
from mmengine.dist import get_rank, get_world_size
from mmengine.registry import METRICS

from par_plugins.evaluation import AttributeMetric, ReIDMetric
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import Attribute, AttributeSchema
from par_plugins.testing.contracts.registered import registered
from tests.distributed.gloo_group import gloo_group

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])

WORLD_SIZES = (3, 2)


@dataclass(frozen=True)
class Case:
    """How a dataset is evaluated."""

    num_images: int
    round_up: bool = True
    shuffle: bool = False
    collect_device: str = 'cpu'
    batch_size: int = 2


CASES = [
    Case(12),
    Case(11),
    Case(10, collect_device='gpu'),
    Case(10, shuffle=True),
    Case(13, batch_size=1),
    Case(11, round_up=False),
    # Fewer images than processes: some see a repeated image only, or none.
    Case(2),
    Case(2, round_up=False, collect_device='gpu'),
    Case(1, round_up=False),
]


class Images:
    """The data samples of a toy dataset, made anew in every process."""

    def __init__(self, num_images):
        generator = np.random.default_rng(num_images)
        ages = generator.dirichlet([1, 1, 1], num_images)
        binary = generator.random((num_images, 2))
        packed = np.concatenate([binary[:, :1], ages, binary[:, 1:]], axis=1)
        self.probabilities = torch.from_numpy(packed)
        self.targets = generator.integers(-1, [2, 3, 2], (num_images, 3))
        # Two people, and embeddings with ties, which the order of the gallery breaks.
        self.embeddings = torch.from_numpy(generator.integers(0, 2, (num_images, 2))).double()
        self.pids = generator.integers(1, 3, num_images)

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        return {
            'pred_probabilities': self.probabilities[index],
            'gt_attributes': self.targets[index],
            'pred_embedding': self.embeddings[index],
            'gt_pid': self.pids[index],
            'is_query': index % 3 == 0,
        }


def build_metrics(**arguments):
    metrics = [
        *(
            metric_class(**arguments)
            for metric_class in registered(METRICS, 'par_plugins.evaluation.metrics').values()
            if issubclass(metric_class, StreamedMetric)
        ),
        AttributeMetric(protocol='openpar', average_precision=False, **arguments),
    ]
    for metric in metrics:
        metric.dataset_meta = {'schema': SCHEMA}
    return metrics


def evaluate(case):
    """The scores of this process' evaluation of one case."""
    images = Images(case.num_images)
    metrics = build_metrics(collect_device=case.collect_device)
    if case.num_images > 2:  # fewer are no query, positive and negative
        metrics.append(ReIDMetric(filter_same_camera=False, collect_device=case.collect_device))
    sampler = DefaultSampler(images, shuffle=case.shuffle, seed=0, round_up=case.round_up)
    indices = list(sampler)
    scores = {}
    for metric in metrics:
        for start in range(0, len(indices), case.batch_size):
            batch = indices[start : start + case.batch_size]
            metric.process(None, [images[index] for index in batch])
        scores.update(metric.evaluate(len(images)))
    return scores


def worker(rank, folder, cases):
    """One process: a member of a group of three, and then perhaps of a group of two."""
    os.chdir(folder)  # where upstream makes its folder for collected results
    for world_size in WORLD_SIZES:
        if rank >= world_size:
            break
        with gloo_group(rank, world_size, f'{folder}/{world_size}'):
            assert (get_rank(), get_world_size()) == (rank, world_size)
            scores = [evaluate(Case(**case)) for case in cases]
        with open(f'{folder}/{rank}_of_{world_size}.json', 'w', encoding='utf-8') as file:
            json.dump(scores, file)


def test_every_process_gets_the_scores_of_one_process_alone(tmp_path):
    cases = [asdict(case) for case in CASES]
    torch.multiprocessing.spawn(worker, args=(str(tmp_path), cases), nprocs=max(WORLD_SIZES))
    alone = [evaluate(case) for case in CASES]
    assert all(len(scores) >= 12 for scores in alone)
    for world_size in WORLD_SIZES:
        for rank in range(world_size):
            found = json.loads(
                (tmp_path / f'{rank}_of_{world_size}.json').read_text(encoding='utf-8')
            )
            for case, scores, expected in zip(CASES, found, alone, strict=True):
                assert scores == pytest.approx(expected, abs=1e-9, nan_ok=True), (world_size, case)
