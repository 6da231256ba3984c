"""Thresholds found on the validation split: kept with the weights, applied to the test split."""

from typing import Any

from mmengine.dist import broadcast_object_list
from mmengine.hooks import Hook
from mmengine.registry import DATASETS, HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.datasets.training_labels import label_statistics_of
from par_plugins.structures import InputError, LabelStatistics, OperatingPoint

KEY = 'operating_points'
ANSWER_RULES = 'answer_rules'


@HOOKS.register_module()
class OperatingPointHook(Hook):
    """Carry operating points from the validation's metrics to the checkpoint and to the test's.

    It talks to the metrics that have an ``operating_point_name`` (``OperatingPointMetric``). Every
    validation finds their points anew. Checkpoints that are saved before the weights change again,
    as the best one is, have them as plain numbers in ``meta['operating_points']``; others have
    none. A test applies those of its weights: found in this run or loaded with them. With a metric
    of the rule ``prior`` all that answering needs (``AnswerRules``) is found too, and kept in
    ``meta['answer_rules']``.

    Attributes:
        points: Those of the weights as they are now, as plain data by name.
        answer_rules: The same for the rules of answering, or None.

    Raises:
        InputError: If a test wants an operating point that was not found for its weights.
    """

    # Before CheckpointHook saves the best weights of a validation.
    priority = 'NORMAL'

    def __init__(self) -> None:
        self.points: dict[str, dict[str, Any]] = {}
        self.answer_rules: dict[str, Any] | None = None
        self._statistics: LabelStatistics | None = None

    def before_val_epoch(self, runner: Runner) -> None:
        """Let every metric find its point."""
        for metric in _metrics(runner.val_loop):
            metric.point = None
            if metric.needs_label_statistics:
                metric.set_label_statistics(self._label_statistics(runner))

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Take the points; the main process has found them."""
        metrics_with_points = _metrics(runner.val_loop)
        found = {m.operating_point_name: m.found for m in metrics_with_points}
        rules = [m.answer_rules.to_dict() for m in metrics_with_points if m.answer_rules]
        shared: list[Any] = [
            {name: point.to_dict() for name, point in found.items() if point is not None},
            rules[0] if rules else None,
        ]
        broadcast_object_list(shared)
        self.points, self.answer_rules = shared
        for name, point in self.points.items():
            if point['parameters']:
                runner.logger.info(f'{name}: {point["parameters"]}')

    def after_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Forget the points of other weights."""
        self.points, self.answer_rules = {}, None

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Store the points of these weights."""
        if self.points:
            checkpoint['meta'][KEY] = self.points
        if self.answer_rules:
            checkpoint['meta'][ANSWER_RULES] = self.answer_rules

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take the points of the weights that are loaded."""
        meta = checkpoint.get('meta', {})
        self.points = dict(meta.get(KEY) or {})
        self.answer_rules = meta.get(ANSWER_RULES)

    def before_test_epoch(self, runner: Runner) -> None:
        """Give the points to the metrics."""
        for metric in _metrics(runner.test_loop):
            name = metric.operating_point_name
            if name not in self.points and not metric.required:
                runner.logger.info(f'no scores of {name!r}: nothing was found for these weights')
                runner.test_loop.evaluator.metrics.remove(metric)
                continue
            if name not in self.points:
                raise InputError(
                    f'no operating point {name!r} was found for these weights, only '
                    f'{sorted(self.points)}: find one on the validation split with '
                    'tools/analysis/fit_operating_points.py'
                )
            metric.point = OperatingPoint.from_dict(self.points[name], metric.schema)

    def _label_statistics(self, runner: Runner) -> LabelStatistics:
        if self._statistics is None:
            loop = runner._train_loop
            if isinstance(loop, BaseLoop):
                dataset = runner.train_loop.dataloader.dataset
            elif runner.cfg.get('train_dataloader'):
                dataset = DATASETS.build(runner.cfg.train_dataloader.dataset)
            else:
                raise InputError(
                    "there is no train_dataloader, but the training set's counts are needed"
                )
            self._statistics = label_statistics_of(dataset)
        return self._statistics


def _metrics(loop: Any) -> list[Any]:
    return [m for m in loop.evaluator.metrics if hasattr(m, 'operating_point_name')]
