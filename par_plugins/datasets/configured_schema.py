"""The schema of a dataset that is not built yet."""

from collections.abc import Mapping
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS

from par_plugins.datasets.training_labels import schema_of
from par_plugins.structures import AttributeSchema, InputError


def configured_schema(config: Any) -> AttributeSchema:
    """Return the schema of the dataset of a config, whatever wraps it; no image is listed for it.

    Args:
        config: A config of a dataset or of wrappers in any nesting, or built datasets in these.

    Raises:
        InputError: If datasets that are joined differ in it, or one has none.
    """
    if not isinstance(config, Mapping):
        schema = schema_of(config)
        if schema is None:
            raise InputError(f'{type(config).__name__} has no schema in its metainfo')
        return schema
    wrapped = [config['dataset']] if config.get('dataset') else config.get('datasets')
    if wrapped:
        schemas = [configured_schema(inner) for inner in wrapped]
        for number, schema in enumerate(schemas[1:], start=2):
            schemas[0].require_equal(schema, source=f'dataset {number} of {config["type"]}')
        return schemas[0]
    cls = config['type'] if isinstance(config['type'], type) else DATASETS.get(config['type'])
    lazy = isinstance(cls, type) and issubclass(cls, BaseDataset)
    options = {'pipeline': [], 'lazy_init': True} if lazy else {}
    return configured_schema(DATASETS.build({**config, **options}))
