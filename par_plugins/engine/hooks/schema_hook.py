"""Keep data, model and checkpoint on one schema."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.structures import AttributeSchema


@HOOKS.register_module()
class SchemaHook(Hook):
    """Hand the dataset's schema to the model, and refuse checkpoints of another one.

    Every module of the model with a ``set_schema`` method gets the schema before training,
    validation and testing start. Saved checkpoints carry it as a plain dict in
    ``meta['dataset_meta']['schema']``; on loading it must equal the schema of the datasets in
    use, in names, order and values.
    """

    def before_train(self, runner: Runner) -> None:
        """Hand over the training set's schema."""
        self._hand_over(runner, runner.train_loop.dataloader.dataset)

    def before_val(self, runner: Runner) -> None:
        """Hand over the validation set's schema."""
        self._hand_over(runner, runner.val_loop.dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        """Hand over the test set's schema."""
        self._hand_over(runner, runner.test_loop.dataloader.dataset)

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
        found = AttributeSchema.from_dict(meta['schema'])
        for loop in (runner._train_loop, runner._val_loop, runner._test_loop):
            if isinstance(loop, BaseLoop):  # a loop that is not built yet is still a dict
                schema = loop.dataloader.dataset.metainfo.get('schema')
                if schema is not None:
                    schema.require_equal(found, source='the checkpoint')
        meta['schema'] = found  # the form in which resuming compares it with the dataset's

    def _hand_over(self, runner: Runner, dataset: Any) -> None:
        schema = dataset.metainfo.get('schema')
        if schema is not None:
            for module in runner.model.modules():
                if hasattr(module, 'set_schema'):
                    module.set_schema(schema)
