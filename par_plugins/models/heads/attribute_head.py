"""Logits of binary and categorical attributes, and the losses hung on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from par_plugins.models.losses import LossInputs
from par_plugins.structures import AttributeSchema, InputError, LogitLayout


@MODELS.register_module()
class AttributeHead(BaseModule):
    """A linear classifier per attribute, on shared features or on an embedding of its own.

    Works in mmpretrain's ``ImageClassifier`` with any backbone whose neck ends in ``(N, F)``.
    Losses come by config; what each may look at is :class:`LossInputs`. Every loss is logged
    as ``loss_<name>``, and their sum is minimised.

    Args:
        in_channels: Number of features F.
        num_attributes: Number of attributes, all binary. Give this or ``schema``.
        schema: An :class:`AttributeSchema` or its plain dict. Give this or ``num_attributes``.
        losses: Each loss by name, as a config or built.
        embedding_channels: Size E of an embedding (linear, ReLU) for every attribute, or None
            to classify the shared features.
        dropout: Share of the features (or embeddings) dropped in front of the classifier.
        norm_logits: Batch norm on the logits, as the strong baseline has it.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If neither or both of ``num_attributes`` and ``schema`` are given, or there
            is no loss.
    """

    def __init__(
        self,
        in_channels: int,
        num_attributes: int | None = None,
        schema: AttributeSchema | Mapping[str, Any] | None = None,
        losses: Mapping[str, dict | nn.Module] = {'ce': {'type': 'AttributeCrossEntropyLoss'}},
        embedding_channels: int | None = None,
        dropout: float = 0.0,
        norm_logits: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if (num_attributes is None) == (schema is None):
            raise ValueError('give either num_attributes or schema')
        if not losses:
            raise ValueError('losses is empty: a head needs at least one')
        self.named = schema is not None
        if schema is None:
            schema = AttributeSchema.unnamed(num_attributes or 0)
        elif not isinstance(schema, AttributeSchema):
            schema = AttributeSchema.from_dict(schema)
        self.losses = nn.ModuleDict(
            {
                name: loss if isinstance(loss, nn.Module) else MODELS.build(loss)
                for name, loss in losses.items()
            }
        )
        self._lay_out(schema)
        self.in_channels = in_channels
        self.dropout = nn.Dropout(dropout)
        if embedding_channels is None:
            self.embedding = None
            self.classifier = nn.Linear(in_channels, schema.num_logits)
        else:
            self.embedding = nn.Linear(in_channels, len(schema) * embedding_channels)
            self.classifier = nn.Linear(embedding_channels, schema.num_logits)
            owners = [
                i
                for i, attribute in enumerate(schema.attributes)
                for _ in range(attribute.num_logits)
            ]
            self.register_buffer('attribute_of_logit', torch.tensor(owners), persistent=False)
        self.norm = nn.BatchNorm1d(schema.num_logits) if norm_logits else nn.Identity()

    def set_schema(self, schema: AttributeSchema) -> None:
        """Take the data's schema, or refuse it if the head was built for another.

        Raises:
            InputError: If it is not the head's.
        """
        if self.named:
            self.layout.schema.require_equal(schema, source='the dataset')
        elif not schema.all_binary or len(schema) != self.layout.schema.num_logits:
            raise InputError(
                f'the head was built for {self.layout.schema.num_logits} binary attributes, but '
                f'the dataset has {schema}; set model.head.schema'
            )
        self.named = True
        self._lay_out(schema)

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """The features that are classified.

        Args:
            feats: Outputs of the neck, the last of shape ``(N, F)``.

        Returns:
            ``(N, F)``, or the embeddings ``(N, A, E)``.

        Raises:
            InputError: If the features are of another shape.
        """
        features = feats[-1]
        if not isinstance(features, Tensor) or features.shape[1:] != (self.in_channels,):
            shape = tuple(features.shape) if isinstance(features, Tensor) else type(features)
            raise InputError(
                f'AttributeHead expects features of shape (N, {self.in_channels}), got {shape}: '
                'see in_channels, and whether model.neck pools to one vector an image'
            )
        if self.embedding is None:
            return features
        return self.embedding(features).relu().unflatten(1, (len(self.layout.schema), -1))

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Packed logits ``(N, C)`` of ``feats``, see :meth:`pre_logits`."""
        return self.classify(self.pre_logits(feats))

    def classify(self, features: Tensor) -> Tensor:
        """Packed logits ``(N, C)`` of the result of :meth:`pre_logits`."""
        dropped = self.dropout(features)
        if self.embedding is None:
            return self.norm(self.classifier(dropped))
        own = dropped[:, self.attribute_of_logit]
        return self.norm((own * self.classifier.weight).sum(dim=2) + self.classifier.bias)

    def loss(
        self, feats: Sequence[Tensor], data_samples: Sequence[BaseDataElement]
    ) -> dict[str, Tensor]:
        """Every loss of the config by its name.

        Args:
            feats: See :meth:`pre_logits`.
            data_samples: Samples with ``gt_attributes`` ``(A,)`` and, where a loss needs them,
                ``gt_pid`` and ``gt_camid``.
        """
        features = self.pre_logits(feats)
        return self.losses_of(features, self.classify(features), data_samples)

    def losses_of(
        self, features: Tensor, logits: Tensor, data_samples: Sequence[BaseDataElement]
    ) -> dict[str, Tensor]:
        """The losses, from features and logits that are already there."""

        def stack(key: str) -> Tensor | None:
            if any(key not in sample for sample in data_samples):
                return None
            rows = np.stack([np.asarray(sample.get(key)) for sample in data_samples])
            return torch.from_numpy(rows).to(logits.device, non_blocking=True)

        targets = stack('gt_attributes')
        if targets is None:
            raise InputError(
                'a training sample has no gt_attributes; the pipeline must end in '
                'PackAttributeInputs'
            )
        batch = LossInputs(
            self.layout, logits, targets, features, stack('gt_pid'), stack('gt_camid')
        )
        synthetic = [bool(sample.get('synthetic', False)) for sample in data_samples]
        images = {'real': batch}
        if any(synthetic):
            rows = {'synthetic': np.flatnonzero(synthetic).tolist()}
            rows['real'] = np.flatnonzero(np.logical_not(synthetic)).tolist()
            images = {kind: batch.select(chosen) for kind, chosen in rows.items() if chosen}
        results: dict[str, Tensor] = {}
        for kind, part in images.items():
            results |= self.losses_on(part, images=kind)
        return results

    def losses_on(self, batch: LossInputs, *, images: str = 'real') -> dict[str, Tensor]:
        """The losses that are about images of one kind, on a batch of them.

        Args:
            batch: What the losses look at.
            images: ``real`` or ``synthetic``.
        """
        return {
            f'loss_{name}': batch.call(loss)
            for name, loss in self.losses.items()
            if getattr(loss, 'images', 'real') == images
        }

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: Sequence[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Fill ``pred_probabilities``, packed ``(C,)``, into each sample.

        Args:
            feats: See :meth:`pre_logits`.
            data_samples: Samples to fill; None makes new ones.
        """
        probabilities = self.layout.probabilities(self(feats))
        samples = [
            DataSample() if sample is None else sample
            for sample in data_samples or [None] * len(probabilities)
        ]
        for sample, row in zip(samples, probabilities, strict=True):
            sample.set_field(row, 'pred_probabilities')
        return samples

    def _lay_out(self, schema: AttributeSchema) -> None:
        device = next(self.parameters(), torch.empty(0)).device
        self.layout = LogitLayout(schema).to(device)
        for loss in self.losses.values():
            set_schema = getattr(loss, 'set_schema', None)
            if set_schema is not None:
                set_schema(schema)
                loss.to(device)
