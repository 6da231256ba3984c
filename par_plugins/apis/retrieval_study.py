"""Retrieval on a test set, looked at: who is found for whom, and what more distractors do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from par_plugins.apis.runner import build_predictor, predicted_samples
from par_plugins.evaluation.functional import exact_distances, retrieval_scores
from par_plugins.evaluation.metrics.reid_metric import check_retrieval_fields
from par_plugins.structures import AttributeSchema, InputError
from par_plugins.visualization import RankList, read_picture

JUNK, DISTRACTOR = -1, 0  # identities of Market-1501


@dataclass(frozen=True, eq=False)
class RetrievalSet:
    """Pictures with their identities and embeddings, in the order of the dataset.

    Attributes:
        names: ``(N,)`` paths.
        embeddings: ``(N, F)`` float32.
        probabilities: ``(N, C)`` float32, packed; ``(N, 0)`` where the model predicts none.
        pids: ``(N,)`` identities.
        camids: ``(N,)`` cameras.
        is_query: ``(N,)`` bool.
    """

    names: np.ndarray
    embeddings: np.ndarray
    probabilities: np.ndarray
    pids: np.ndarray
    camids: np.ndarray
    is_query: np.ndarray

    def take(self, rows: np.ndarray) -> 'RetrievalSet':
        """These pictures alone."""
        return RetrievalSet(*(getattr(self, field.name)[rows] for field in fields(self)))

    def scores(self, **options: Any) -> dict[str, Any]:
        """See ``retrieval_scores``."""
        query, gallery = self.take(self.is_query), self.take(~self.is_query)
        return retrieval_scores(
            query.embeddings,
            gallery.embeddings,
            query.pids,
            gallery.pids,
            query.camids,
            gallery.camids,
            **options,
        )

    def rank_lists(self, queries: Sequence[int], *, count: int) -> list[RankList]:
        """What is found for some of the queries; right ones are other pictures of the person.

        Args:
            queries: Which, as numbers among the queries.
            count: Length of each list.
        """
        query, gallery = self.take(self.is_query), self.take(~self.is_query)
        lists = []
        for number in queries:
            own = (gallery.pids == query.pids[number]) & (gallery.camids == query.camids[number])
            shown = np.flatnonzero(~own & (gallery.pids != JUNK))
            distances = exact_distances(query.embeddings[number], gallery.embeddings[shown])
            found = shown[np.argsort(distances, kind='stable')[:count]]
            lists.append(
                RankList(
                    read_picture(query.names[number]),
                    [read_picture(name) for name in gallery.names[found]],
                    gallery.probabilities[found],
                    right=(gallery.pids[found] == query.pids[number]).tolist(),
                )
            )
        return lists

    def growing_gallery(self, *, steps: int, seed: int, **options: Any) -> list[dict[str, float]]:
        """Scores while distractors come into the gallery, in random order.

        Args:
            steps: Number of sizes, from no distractor to all of them.
            seed: Of the order.
            **options: See ``retrieval_scores``.

        Raises:
            InputError: If there is no distractor.
        """
        distractors = np.flatnonzero((self.pids == DISTRACTOR) & ~self.is_query)
        if len(distractors) == 0:
            raise InputError('the gallery has no distractor (identity 0) to grow by')
        order = np.random.default_rng(seed).permutation(distractors)
        curve = []
        for size in np.linspace(0, len(order), steps).round().astype(int):
            kept = np.ones(len(self.pids), dtype=bool)
            kept[order[size:]] = False
            scores = self.take(kept).scores(**options)
            curve.append(
                {
                    'gallery': scores['counts']['gallery'],
                    'rank1': scores['rank1'],
                    'mAP': scores['mAP'],
                }
            )
        return curve


def predict_retrieval_set(
    cfg: Config,
    checkpoint: str,
    *,
    on_images: Callable[[int, int], object] = lambda done, total: None,
    on_unreadable: Callable[[str], object] = lambda problem: None,
) -> tuple[RetrievalSet, AttributeSchema]:
    """Embed the test set of a config.

    Args:
        cfg: A full config whose test set has queries and gallery in one.
        checkpoint: The weights.
        on_images: Called after every batch with the number done and their total.
        on_unreadable: Called for every picture that ``on_error='skip'`` of the pipeline has let
            pass, with what is wrong with it: it is left out.

    Returns:
        The pictures, and the attributes of their probabilities.

    Raises:
        InputError: If identities, cameras or queries are not known, the head gives no embedding,
            or no picture can be read.
    """
    runner = build_predictor(cfg, checkpoint)
    rows: list[tuple[Any, ...]] = []
    for sample in predicted_samples(runner, on_images):
        if 'image_error' in sample:
            on_unreadable(sample.image_error)
            continue
        check_retrieval_fields(sample, ('gt_pid', 'gt_camid', 'is_query'))
        if 'pred_embedding' not in sample:
            raise InputError(
                f'{type(runner.model.head).__name__} gives no pred_embedding to rank by'
            )
        probabilities = sample.get('pred_probabilities', torch.empty(0))
        rows.append(
            (
                sample.img_path,
                sample.pred_embedding.float().cpu().numpy(),
                probabilities.float().cpu().numpy(),
                int(sample.gt_pid),
                int(sample.gt_camid),
                bool(sample.is_query),
            )
        )
    if not rows:
        raise InputError('the test set has no picture that can be read')
    found = RetrievalSet(*(np.array(column) for column in zip(*rows, strict=True)))
    return found, runner.test_loop.dataloader.dataset.metainfo['schema']
