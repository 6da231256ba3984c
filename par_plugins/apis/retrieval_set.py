"""Retrieval on a test set, looked at: who is found for whom."""

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

JUNK = -1
"""Identity of Market-1501's images that count neither as right nor as wrong."""


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
            person, camera = query.pids[number], query.camids[number]
            same_view = (gallery.pids == person) & (gallery.camids == camera)
            shown = np.flatnonzero(~same_view & (gallery.pids != JUNK))
            distances = exact_distances(query.embeddings[number], gallery.embeddings[shown])
            nearest = shown[np.argsort(distances, kind='stable')[:count]]
            lists.append(
                RankList(
                    read_picture(query.names[number]),
                    [read_picture(name) for name in gallery.names[nearest]],
                    gallery.probabilities[nearest],
                    right=(gallery.pids[nearest] == person).tolist(),
                )
            )
        return lists


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
    pictures = RetrievalSet(*(np.array(column) for column in zip(*rows, strict=True)))
    return pictures, runner.test_loop.dataloader.dataset.metainfo['schema']
