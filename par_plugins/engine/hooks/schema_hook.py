"""Keep data, model, metrics and checkpoint on one schema."""

from collections.abc import Iterator
from typing import Any

from mmengine.hooks import EarlyStoppingHook, Hook
from mmengine.optim.scheduler.param_scheduler import ReduceOnPlateauParamScheduler
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.datasets.identity_sources import keep_identities_apart
from par_plugins.datasets.training_labels import schema_of, sources_of
from par_plugins.engine.hooks.schedule_hook import built_schedulers
from par_plugins.engine.validation_labels import check_validation_labels
from par_plugins.evaluation.metrics.counted_once_metric import CountedOnceMetric
from par_plugins.structures import AttributeSchema, InputError


@HOOKS.register_module()
class SchemaHook(Hook):
    """Hand the dataset's schema to the model, and refuse checkpoints of another one.

    Every module of the model with a ``set_schema`` method gets the schema before a run starts.
    Saved checkpoints carry it as a plain dict in ``meta['dataset_meta']['schema']``; on loading
    it must equal the schema of the datasets in use, in names, order and values. A metric that
    cannot score the schema, a score to follow (``save_best``, ``monitor``) that no metric gives,
    or none for the labels of the validation split, is refused before training. People and cameras
    of several sources are kept apart in the samples of every dataset in use.
    """

    # Before EMAHook copies the model, buffers of losses included.
    priority = 'ABOVE_NORMAL'

    def before_run(self, runner: Runner) -> None:
        """Hand over the schema of every dataset in use, and check the metrics against it.

        Raises:
            InputError: If a metric cannot score it, or batches are mixed without their labels.
        """
        for dataset in _datasets_in_use(runner):
            keep_identities_apart(sources_of(dataset))
        modules = list(runner.model.modules())
        if any(hasattr(module, 'losses_of') for module in modules) and any(
            getattr(module, 'batch_augments', None) is not None for module in modules
        ):
            raise InputError(
                'batch_augments mixes images and gt_score, but not gt_attributes, which the head '
                'learns from: leave it out, or take AttributeMixupClassifier'
            )
        for schema in _schemas_in_use(runner):
            for module in runner.model.modules():
                if hasattr(module, 'set_schema'):
                    module.set_schema(schema)
        for loop in (runner._val_loop, runner._test_loop):
            if isinstance(loop, BaseLoop):
                dataset = loop.dataloader.dataset
                loop.evaluator.dataset_meta = getattr(dataset, 'metainfo', {})
                for metric in loop.evaluator.metrics:
                    if isinstance(metric, CountedOnceMetric):
                        metric.check()
        if isinstance(runner._val_loop, BaseLoop):
            _check_followed_scores(runner)
            if isinstance(runner._train_loop, BaseLoop):
                check_validation_labels(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Store the schema as a plain dict, which needs no class to be read."""
        for holder in (checkpoint['meta'], checkpoint['message_hub']['runtime_info']):
            meta = holder.get('dataset_meta') or {}
            if isinstance(meta.get('schema'), AttributeSchema):
                holder['dataset_meta'] = {**meta, 'schema': meta['schema'].to_dict()}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Refuse a checkpoint trained on another schema.

        Raises:
            SchemaMismatchError: Showing both.
        """
        meta = checkpoint.get('meta', {}).get('dataset_meta') or {}
        if 'schema' not in meta:
            runner.logger.warning(
                'The checkpoint does not say which attributes it was trained on: its outputs are '
                "taken for the dataset's attributes in the dataset's order."
            )
            return
        saved = meta['schema']
        if not isinstance(saved, AttributeSchema):
            saved = AttributeSchema.from_dict(saved)
        for schema in _schemas_in_use(runner):
            schema.require_equal(saved, source='the checkpoint')
        # Resuming compares it pickled, which shows what of a schema has been looked at before.
        same = [schema for schema in _schemas_in_use(runner) if schema == saved]
        meta['schema'] = same[0] if same else saved


def _schemas_in_use(runner: Runner) -> list[AttributeSchema]:
    """The schemas of the datasets whose loops are built; the others are not used in this run."""
    schemas = map(schema_of, _datasets_in_use(runner))
    return [schema for schema in schemas if schema is not None]


def _datasets_in_use(runner: Runner) -> list[Any]:
    loops = (runner._train_loop, runner._val_loop, runner._test_loop)
    return [loop.dataloader.dataset for loop in loops if isinstance(loop, BaseLoop)]


def _check_followed_scores(runner: Runner) -> None:
    """Refuse, before any training, a score to follow that no validation will give."""
    metrics = runner.val_evaluator.metrics
    if not all(hasattr(metric, 'prefixed_names') for metric in metrics):
        return  # what metrics of other projects give shows only when they do
    names = [name for metric in metrics for name in metric.prefixed_names]
    occasional = [
        name for metric in metrics for name in getattr(metric, 'prefixed_occasional_names', ())
    ]
    for option, key in _followed_scores(runner):
        if key not in ('auto', *names, *occasional):
            raise InputError(f'{option}={key!r}, but validation gives {", ".join(names)}')


def _followed_scores(runner: Runner) -> Iterator[tuple[str, str]]:
    """Options that name a score of the validation, and the scores."""
    for hook in runner.hooks:
        for key in getattr(hook, 'save_best', None) or ():
            yield 'default_hooks.checkpoint.save_best', key
        if isinstance(hook, EarlyStoppingHook):
            yield 'EarlyStoppingHook: monitor', hook.monitor
    for scheduler in built_schedulers(runner):
        if isinstance(scheduler, ReduceOnPlateauParamScheduler):
            yield 'param_scheduler: monitor', scheduler.monitor
