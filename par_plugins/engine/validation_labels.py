"""Whether the labels of a validation split can give the score that picks a checkpoint."""

import copy
import math

import torch
from mmengine.runner import Runner
from torch import Tensor

from par_plugins.datasets.training_labels import labels_of, sources_of
from par_plugins.evaluation.metrics.reid_metric import ReIDMetric
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import UNKNOWN, AttributeSchema, InputError


def check_validation_labels(runner: Runner) -> None:
    """Refuse a validation split on which not even right answers have the score of ``save_best``.

    Args:
        runner: Its metrics know the validation set's schema.

    Raises:
        InputError: If the score is undefined for these labels, as is mA where no attribute has
            both values, or they lack identities, cameras or roles that are to be scored.
    """
    for metric in runner.val_loop.evaluator.metrics:
        if isinstance(metric, ReIDMetric):
            for source in sources_of(runner.val_loop.dataloader.dataset):
                metric.check_fields(source.get_data_info(0))
    metrics = [
        metric
        for metric in runner.val_loop.evaluator.metrics
        if isinstance(metric, StreamedMetric)
        and not metric.gallery_only
        and not getattr(metric, 'needs_label_statistics', False)  # which it has not been told yet
    ]
    wanted = {key for hook in runner.hooks for key in getattr(hook, 'save_best', None) or ()}
    for metric in metrics:
        keys = wanted.intersection(metric.prefixed_names + metric.prefixed_occasional_names)
        if not keys:
            continue
        labels = labels_of(runner.val_loop.dataloader.dataset, 'targets')
        targets = torch.as_tensor(labels, dtype=torch.int64)
        metric = copy.copy(metric)  # scoring fills its table
        summary = metric.summarise(
            right_probabilities(targets, metric.schema), targets[:, metric.columns]
        )
        scores = metric.score(summary)
        for key in sorted(keys):
            score = scores.get(key.removeprefix(f'{metric.prefix}/'))
            if score is None or math.isnan(score):
                known = int((targets != UNKNOWN).sum())
                raise InputError(
                    f'val_dataloader: {key}, which default_hooks.checkpoint.save_best follows, is '
                    f'undefined for the labels of its {len(targets)} images ({known} known): they '
                    'must have both values of an attribute; take other images, or another save_best'
                )


def right_probabilities(targets: Tensor, schema: AttributeSchema) -> Tensor:
    """Return what a network that is sure and right would answer.

    Args:
        targets: ``(N, A)``, -1 for unknown, for which it takes the first value.
        schema: Of the targets.

    Returns:
        Packed ``(N, C)`` float32.
    """
    known = targets.clamp(min=0)
    columns = [
        known[:, column, None].float()
        if logits.stop - logits.start == 1
        else torch.nn.functional.one_hot(known[:, column], logits.stop - logits.start).float()
        for column, logits in enumerate(schema.logit_slices)
    ]
    return torch.cat(columns, dim=1)
