"""An exported network in the place of one that torch runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample

from par_plugins.inference.load_model import LoadedModel
from par_plugins.models.heads.attribute_head import fill_probabilities, samples_to_fill
from par_runtime.onnx_model import OnnxAttributeModel


@dataclass(frozen=True, eq=False)
class LoadedOnnxModel(LoadedModel):
    """A network in an ``.onnx`` file, run by onnxruntime.

    Attributes:
        config: With the pipeline that its pictures go through.
    """

    model: Any
    config: Config

    def predict(self, batch: dict[str, Any]) -> list[DataSample]:
        """Predict a collated batch, blue first as pipelines have it."""
        inputs = batch['inputs']
        stacked = inputs if isinstance(inputs, torch.Tensor) else torch.stack(list(inputs))
        images = stacked.permute(0, 2, 3, 1).flip(-1).contiguous().numpy()
        probabilities, embeddings = map(torch.from_numpy, self.model.run(images))
        samples = samples_to_fill(batch.get('data_samples'), len(images))
        fill_probabilities(samples, probabilities, self.schema)
        for sample, embedding in zip(samples, embeddings, strict=True):
            sample.set_field(embedding, 'pred_embedding')
        return samples

    @property
    def device(self) -> torch.device:
        """Where its inputs must be."""
        return torch.device('cpu')


def load_onnx_model(path: str | Path) -> LoadedOnnxModel:
    """Open an exported network.

    Args:
        path: What ``par export`` has written.

    Raises:
        InputError: See :class:`par_runtime.onnx_model.OnnxAttributeModel`.
    """
    model = OnnxAttributeModel(path)
    pipeline = [
        dict(type='LoadPersonImage'),
        *map(dict, model.pipeline),
        dict(type='PackAttributeInputs'),
    ]
    config = Config(
        dict(
            default_scope='mmpretrain',
            test_dataloader=dict(
                collate_fn=dict(type='default_collate'), dataset=dict(pipeline=pipeline)
            ),
        )
    )
    return LoadedOnnxModel(model, model.schema, model.metadata, str(path), config)
