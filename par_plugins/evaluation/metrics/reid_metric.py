"""Rank-k, mAP and mINP of re-identification, in a normal validation run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import retrieval_scores
from par_plugins.evaluation.functional.retrieval_scores import check_retrieval_options
from par_plugins.evaluation.metrics.counted_once_metric import CountedOnceMetric
from par_plugins.evaluation.metrics.sample_fields import image_of, stack_field
from par_plugins.structures import InputError

SCORES = ('rank1', 'rank5', 'rank10', 'rank20', 'mAP', 'mINP')
CROSS_CAMERA = ('cross_camera_rank1', 'cross_camera_mAP')
LABELS = ('gt_pid', 'gt_camid', 'is_query')
REMEDIES = {
    'gt_pid': 'a dataset of identities gives it (AttributeCSV: pid_column)',
    'gt_camid': 'a dataset of cameras gives it (AttributeCSV: camid_column), and '
    'ReIDMetric(filter_same_camera=False) does without and lets images of one camera count',
    'is_query': 'a dataset of queries and gallery gives it (AttributeCSV: role_column)',
}
"""Where the fields come from that are often missing of one's own data."""


@dataclass(frozen=True)
class _Images:
    """Batches of embeddings ``(n, F)`` and labels ``(n, 3)``, see :data:`LABELS`."""

    batches: tuple[tuple[Tensor, Tensor], ...]

    def __add__(self, other: '_Images') -> '_Images':
        return _Images(self.batches + other.batches)

    def stacked(self) -> tuple[Tensor, Tensor]:
        """Return all embeddings and all labels."""
        embeddings, labels = zip(*self.batches, strict=True)
        return torch.cat(embeddings), torch.cat(labels)


def check_retrieval_fields(sample: Mapping[str, Any], keys: Iterable[str]) -> None:
    """Refuse a data sample that lacks identity, camera or role, and say where they come from.

    Args:
        sample: Of an image.
        keys: The fields that are needed, of :data:`REMEDIES`.

    Raises:
        InputError: If one is missing.
    """
    for key in keys:
        if key not in sample:
            raise InputError(f'{image_of(sample)}: its data sample has no {key!r}: {REMEDIES[key]}')


@METRICS.register_module()
class ReIDMetric(CountedOnceMetric):
    """``reid/rank1``, ``rank5``, ``rank10``, ``rank20``, ``mAP`` and ``mINP`` in percent.

    See ``retrieval_scores`` for their meaning. The dataset has queries and gallery in one: each
    data sample must have ``pred_embedding`` ``(F,)``, ``gt_pid``, ``is_query`` and, where
    cameras matter, ``gt_camid``. The embeddings of all images are kept. Images at the same
    distance rank in the order of the dataset, whatever the number of processes.

    Options that are not the defaults are in the names: ``reid/trapezoid/mAP``,
    ``reid/cosine+single_shot/rank1``.

    Attributes:
        scores: After ``evaluate``, in the main process: all that ``retrieval_scores`` returned.

    Args:
        ap: See ``retrieval_scores``.
        metric: ``'euclidean'`` or ``'cosine'``.
        filter_same_camera: See ``retrieval_scores``.
        gallery_draws: See ``retrieval_scores``.
        camera_pairs: Whether to score pairs of cameras; adds ``cross_camera_rank1`` and
            ``cross_camera_mAP``.
        device: Where distances are computed.
        **kwargs: See :class:`CountedOnceMetric`.

    Raises:
        InputError: If an option is none that there is.
    """

    default_prefix = 'reid'

    def __init__(
        self,
        ap: str = 'finite_sum',
        metric: str = 'euclidean',
        filter_same_camera: bool = True,
        gallery_draws: int = 0,
        camera_pairs: bool = False,
        device: str = 'cpu',
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_retrieval_options(ap=ap, metric=metric, gallery_draws=gallery_draws)
        if metric == 'precomputed':
            raise InputError("metric: 'precomputed', but ReIDMetric has features, no distances")
        try:
            torch.device(device)
        except (RuntimeError, TypeError) as error:
            raise InputError(f'device: {device!r} is none: cpu, cuda or cuda:0, say') from error
        self.ap = ap
        self.metric = metric
        self.filter_same_camera = filter_same_camera
        self.gallery_draws = gallery_draws
        self.camera_pairs = camera_pairs
        self.device = device
        self.scores: dict[str, Any] = {}

    @property
    def rules(self) -> str:
        """What is not the default, joined by ``+``."""
        names = {
            self.ap: self.ap != 'finite_sum',
            self.metric: self.metric != 'euclidean',
            'same_camera': not self.filter_same_camera,
            'single_shot': self.gallery_draws > 0,
        }
        return '+'.join(name for name, told in names.items() if told)

    @property
    def score_names(self) -> tuple[str, ...]:
        """The scores of every evaluation."""
        names = (*SCORES, *CROSS_CAMERA) if self.camera_pairs else SCORES
        return tuple(f'{self.rules}/{name}' for name in names) if self.rules else names

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Add a batch of embeddings.

        Args:
            data_batch: Not used.
            data_samples: One dict an image.

        Raises:
            InputError: If a field is missing or misshapen, or an embedding is not finite; the
                message names the image.
        """
        width = torch.as_tensor(data_samples[0].get('pred_embedding', ())).shape
        embeddings = stack_field(data_samples, 'pred_embedding', (*width[:1],))
        finite = embeddings.isfinite().all(dim=1)
        if not finite.all():
            image = image_of(data_samples[int(finite.byte().argmin())])
            raise InputError(
                f'the outputs of the model are not finite, first in the pred_embedding of {image}: '
                'the fault is in its weights, not in the image'
            )
        for sample in data_samples:
            self.check_fields(sample)
        labels = [stack_field(data_samples, key, ()).long() for key in self._fields]
        self.add(embeddings, torch.stack(labels, dim=1))

    def check_fields(self, sample: Mapping[str, Any]) -> None:
        """Refuse an image without the labels that are scored.

        Raises:
            InputError: Naming the image, the label, and where it comes from.
        """
        check_retrieval_fields(sample, self._fields)

    @property
    def _fields(self) -> tuple[str, ...]:
        needed = self.filter_same_camera or self.camera_pairs
        return LABELS if needed else ('gt_pid', 'gt_pid', 'is_query')

    def summarise(self, embeddings: Tensor, labels: Tensor) -> _Images:
        """Keep the batch."""
        return _Images(((embeddings, labels),) if len(labels) else ())

    def no_images(self) -> tuple[Tensor, Tensor]:
        """Return no embeddings and no labels."""
        return torch.empty(0, 0), torch.empty(0, len(LABELS), dtype=torch.int64)

    def join(self, summaries: Sequence[_Images]) -> _Images:
        """Put the images of all processes in the order of the sampler, which dealt them in turn."""
        shares = [summary.stacked() for summary in summaries if summary.batches]
        if not shares:
            return _Images(())
        turns = torch.cat([torch.arange(len(labels)) for _, labels in shares])
        order = turns.argsort(stable=True)
        embeddings, labels = (torch.cat(column)[order] for column in zip(*shares, strict=True))
        return _Images(((embeddings, labels),))

    def score(self, summary: _Images) -> dict[str, float]:
        """Score the gallery, and warn of queries without a positive.

        Raises:
            InputError: If all images are queries or none is, or no query has a positive.
        """
        if not summary.batches:
            for name in self.score_names:
                self.warn(f'{name} is undefined: no image was evaluated')
            return dict.fromkeys(self.score_names, math.nan)
        embeddings, labels = summary.stacked()
        is_query = labels[:, 2].bool()
        if is_query.all() or not is_query.any():
            raise InputError(
                f'{int(is_query.sum())} of {len(labels)} images are queries: ReIDMetric needs '
                f'queries and gallery in one dataset; is_query says which: {REMEDIES["is_query"]}'
            )
        queries, gallery = (labels[rows] for rows in (is_query, ~is_query))
        cameras = self.filter_same_camera or self.camera_pairs
        self.scores = retrieval_scores(
            embeddings[is_query].to(self.device),
            embeddings[~is_query],
            queries[:, 0],
            gallery[:, 0],
            queries[:, 1] if cameras else None,
            gallery[:, 1] if cameras else None,
            ap=self.ap,
            metric=self.metric,
            filter_same_camera=self.filter_same_camera,
            gallery_draws=self.gallery_draws,
            camera_pairs=self.camera_pairs,
        )
        counts = self.scores['counts']
        left_out = counts['queries'] - counts['scored_queries']
        if left_out:
            self.warn(f'{left_out} of {counts["queries"]} queries have no positive: left out')
        scores = {**self.scores, **self.scores.get('camera_pairs', {})}
        return {name: scores[name.split('/')[-1]] for name in self.score_names}
