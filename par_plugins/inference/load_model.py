"""A network for prediction from a config and a checkpoint, without dataset and work directory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from mmengine.model import BaseModel
from mmengine.registry import MODELS, DefaultScope
from mmpretrain.models import MultiLabelClsHead
from mmpretrain.structures import DataSample

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.structures import AttributeSchema, InputError

PRETRAINED = ('init_cfg', 'pretrained', 'checkpoint_path')
"""What says where weights to begin training with are; the checkpoint has all."""


@dataclass(frozen=True, eq=False)
class PersonOutput:
    """What a network says of one crop of a person.

    Attributes:
        probabilities: Packed ``(C,)``.
        embedding: ``(F,)``, or None where the head has none.
    """

    probabilities: np.ndarray
    embedding: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A network that is ready to predict.

    Attributes:
        model: In evaluation mode, on its device.
        schema: The attributes of its probabilities.
        meta: Of its checkpoint.
        source: Its checkpoint, for messages.
    """

    model: BaseModel
    schema: AttributeSchema
    meta: Mapping[str, Any]
    source: str

    @torch.inference_mode()
    def predict(self, batch: dict[str, Any]) -> list[DataSample]:
        """Predict a collated batch, as a test does."""
        samples: list[DataSample] = self.model.test_step(batch)
        return samples

    def outputs(self, samples: list[DataSample]) -> list['PersonOutput']:
        """What a network says of predicted samples, on the CPU.

        Raises:
            InputError: See :meth:`probabilities`.
        """
        rows = self.probabilities(samples).numpy() if samples else ()
        embeddings = [sample.get('pred_embedding') for sample in samples]
        return [
            PersonOutput(row, None if own is None else own.float().cpu().numpy())
            for row, own in zip(rows, embeddings, strict=True)
        ]

    def probabilities(self, samples: list[DataSample]) -> torch.Tensor:
        """Packed ``(N, C)`` probabilities of predicted samples, float32 on the CPU.

        Raises:
            InputError: If the head has predicted none, or of another number of attributes.
        """
        field = 'pred_probabilities' if 'pred_probabilities' in samples[0] else 'pred_score'
        if field not in samples[0]:
            raise InputError(f'{self.source}: the head predicts no probabilities of attributes')
        rows = torch.stack([sample.get(field) for sample in samples]).float().cpu()
        if rows.shape[1] != self.schema.num_logits:
            raise InputError(
                f'{self.source}: the network has {rows.shape[1]} outputs, but the schema packs '
                f'{self.schema.num_logits}'
            )
        return rows

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return next(self.model.parameters()).device


def load_model(cfg: Config | ConfigDict, weights: str, device: str | torch.device) -> LoadedModel:
    """Build the network of a config and load all its weights.

    Args:
        cfg: With ``model``; nothing else is needed.
        weights: A checkpoint. The schema is the one it was trained on; where it names none (of
            other programs) that of the config's head, or attributes without names.
        device: Where the network runs.

    Raises:
        InputError: If there is no network in the config, the checkpoint cannot be read or lacks
            weights, or its head tells no attributes.
    """
    if 'model' not in cfg:
        raise InputError('there is no model in the config')
    content = load_checkpoint_file(weights, map_location='cpu')
    meta = content.get('meta') or {}
    schema = _schema_of(meta, weights)
    settings = without_pretrained(
        cfg.model.to_dict() if isinstance(cfg.model, ConfigDict) else cfg.model
    )
    if cfg.get('data_preprocessor') is not None:
        settings.setdefault('data_preprocessor', dict(cfg.data_preprocessor))
    head = settings.get('head')
    if isinstance(head, dict) and isinstance(head.get('schema'), str):
        if schema is None:
            raise InputError(f'{weights} does not say which attributes it was trained on')
        head['schema'] = schema.to_dict()
    with scope_of(cfg):
        model = MODELS.build(settings)
    if schema is not None:
        for module in model.modules():
            if hasattr(module, 'set_schema'):
                module.set_schema(schema)
    state = content.get('state_dict', content)
    load_weights(model, state, source=weights).require_complete(weights)
    schema = schema or _schema_of_head(getattr(model, 'head', None), settings, meta)
    return LoadedModel(model.to(device).eval(), schema, meta, str(weights))


@contextmanager
def scope_of(cfg: Config | ConfigDict) -> Iterator[None]:
    """Look names up where the config means them."""
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope') or 'mmpretrain'):
        yield


def _schema_of(meta: Mapping[str, Any], source: str) -> AttributeSchema | None:
    schema = (meta.get('dataset_meta') or {}).get('schema')
    if schema is None or isinstance(schema, AttributeSchema):
        return schema
    try:
        return AttributeSchema.from_dict(schema)
    except InputError as error:
        raise InputError(f'{source}: {error}') from error


def _schema_of_head(
    head: Any, settings: Mapping[str, Any], meta: Mapping[str, Any]
) -> AttributeSchema:
    layout = getattr(head, 'layout', None)
    if layout is not None:
        return layout.schema
    if not isinstance(head, MultiLabelClsHead):
        raise InputError(
            f'{type(head).__name__} tells no attributes: the head must be one of this project, or '
            "one of mmpretrain's multi-label heads"
        )
    classes = (meta.get('dataset_meta') or {}).get('classes')
    if classes:
        return AttributeSchema(map(str, classes))
    return AttributeSchema.unnamed(int(settings['head']['num_classes']))


def without_pretrained(settings: Any) -> Any:
    """A copy of a model's config that fetches no other weights."""
    if isinstance(settings, Mapping):
        kept: dict[str, Any] = {}
        for name, value in settings.items():
            if name == 'pretrained' and isinstance(value, bool):
                kept[name] = False
            elif name == 'checkpoint_path':
                kept[name] = ''
            elif name not in PRETRAINED:
                kept[name] = without_pretrained(value)
        return kept
    if isinstance(settings, list | tuple):
        return type(settings)(without_pretrained(value) for value in settings)
    return settings
