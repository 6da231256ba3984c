"""Logits of binary and categorical attributes, and the losses hung on them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from par_plugins.models.losses import LossInputs
from par_plugins.structures import (
    AttributeSchema,
    InputError,
    LogitLayout,
    LogsParts,
    ObservesRealImages,
    TakesSchema,
    checked_number,
)


@MODELS.register_module()
class AttributeHead(BaseModule):
    """A linear classifier per attribute, on shared features or on an embedding of its own.

    Works in mmpretrain's ``ImageClassifier`` with any backbone whose neck ends in ``(N, F)``.
    Losses come by config; what each may look at is :class:`LossInputs`. Every loss is logged
    as ``loss_<name>``, and their sum is minimised.

    Args:
        in_channels: Number of features F.
        num_attributes: Number of attributes, all binary. Give this, ``schema`` or ``num_logits``.
        schema: An :class:`AttributeSchema` or its plain dict. In a config that the tools run,
            ``'dataset'`` stands for the schema of the training set.
        losses: Each loss by name, as a config or built.
        embedding_channels: Size E of an embedding (linear, ReLU) for every attribute, or None
            to classify the shared features. Several sizes make a branch of as many layers for
            every attribute; the last is E.
        dropout: Share of the features (or embeddings) dropped in front of the classifier.
        independent_dropout: Whether each attribute drops features of its own, where they are
            shared, in place of the same for all.
        attributes: Names of the attributes of ``schema`` to classify, in the order wanted; None
            takes all.
        norm_logits: Batch norm on the logits, as the strong baseline has it.
        num_logits: Number of columns of attributes of which the data says more: any schema with
            as many packed logits. Not where attributes have embeddings or dropout of their own.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        InputError: If not one of ``num_attributes``, ``schema`` and ``num_logits`` is given, there
            is no loss, or ``num_logits`` comes with what needs to know the attributes.
    """

    losses_required: ClassVar[bool] = True

    def __init__(
        self,
        in_channels: int,
        num_attributes: int | None = None,
        schema: AttributeSchema | Mapping[str, Any] | None = None,
        losses: Mapping[str, dict | nn.Module] = {'ce': {'type': 'AttributeCrossEntropyLoss'}},
        embedding_channels: int | Sequence[int] | None = None,
        dropout: float = 0.0,
        independent_dropout: bool = False,
        attributes: Sequence[str] | None = None,
        norm_logits: bool = False,
        num_logits: int | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        choices = {'num_attributes': num_attributes, 'schema': schema, 'num_logits': num_logits}
        given = [f'{name}={value}' for name, value in choices.items() if value is not None]
        if len(given) != 1:
            raise InputError(
                'give either num_attributes or schema or num_logits, got '
                f'{" and ".join(given) or "none of them"}'
            )
        if num_logits is not None and (embedding_channels is not None or independent_dropout):
            raise InputError(
                f'num_logits={num_logits} says nothing about the attributes, which '
                'embedding_channels and independent_dropout need: give num_attributes or schema'
            )
        if not losses and self.losses_required:
            raise InputError(f'losses is empty, {losses!r}: a head needs at least one')
        self.named = schema is not None
        self.takes_any_kind = num_logits is not None
        if schema is None:
            schema = AttributeSchema.unnamed(num_attributes or num_logits or 0)
        elif not isinstance(schema, AttributeSchema):
            schema = AttributeSchema.from_dict(schema)
        if attributes is not None:
            schema = schema.subset(attributes)
        self.losses = nn.ModuleDict(
            {
                name: loss if isinstance(loss, nn.Module) else MODELS.build(loss)
                for name, loss in losses.items()
            }
        )
        self._lay_out(schema)
        self.in_channels = checked_number('in_channels', in_channels, at_least=1, whole=True)
        self.dropout = nn.Dropout(checked_number('dropout', dropout, at_least=0, at_most=1))
        self.independent_dropout = independent_dropout
        self.branches = nn.ModuleList()  # of every attribute, behind its embedding
        if embedding_channels is None:
            self.embedding = None
            self.classifier = nn.Linear(in_channels, schema.num_logits)
        else:
            if isinstance(embedding_channels, int):
                embedding_channels = [embedding_channels]
            sizes, num = list(embedding_channels), len(schema)
            self.embedding = nn.Linear(in_channels, num * sizes[0])
            for before, after in pairwise(sizes):
                self.branches.append(nn.Conv1d(num * before, num * after, 1, groups=num))
            self.classifier = nn.Linear(sizes[-1], schema.num_logits)
        owners = [
            i for i, attribute in enumerate(schema.attributes) for _ in range(attribute.num_logits)
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
        elif schema.num_logits != self.layout.schema.num_logits or not (
            schema.all_binary or self.takes_any_kind
        ):
            raise InputError(
                f'the head was built for {self.layout.schema.num_logits} '
                f'{"logits" if self.takes_any_kind else "binary attributes"}, but the dataset has '
                f'{schema}; set model.head.schema'
            )
        self.named = True
        self._lay_out(schema)

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """Compute the features that are classified.

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
                f'{type(self).__name__} expects features of shape (N, {self.in_channels}), got '
                f'{shape}: see in_channels, and whether model.neck pools to one vector an image'
            )
        if self.embedding is None:
            return features
        embedded = self.embedding(features).relu()
        for layer in self.branches:
            embedded = layer(embedded.unsqueeze(2)).squeeze(2).relu()
        return embedded.unflatten(1, (len(self.layout.schema), -1))

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Compute packed logits ``(N, C)`` of ``feats``, see :meth:`pre_logits`."""
        return self.classify(self.pre_logits(feats))

    def classify(self, features: Tensor) -> Tensor:
        """Compute packed logits ``(N, C)`` of the result of :meth:`pre_logits`."""
        if self.embedding is None:
            if not (self.independent_dropout and self.training):
                return self.norm(self.classifier(self.dropout(features)))
            features = features.unsqueeze(1).expand(-1, len(self.layout.schema), -1)
        dropped = self.dropout(features)[:, self.attribute_of_logit]
        return self.norm((dropped * self.classifier.weight).sum(dim=2) + self.classifier.bias)

    def loss(
        self, feats: Sequence[Tensor], data_samples: Sequence[BaseDataElement]
    ) -> dict[str, Tensor]:
        """Compute every loss of the config by its name.

        Args:
            feats: See :meth:`pre_logits`.
            data_samples: Samples with ``gt_attributes`` ``(A,)`` and, where a loss needs them,
                ``gt_pid``, ``gt_camid`` and ``sample_idx``.
        """
        features = self.pre_logits(feats)
        return self.losses_of(features, self.classify(features), data_samples)

    def losses_of(
        self, features: Tensor, logits: Tensor, data_samples: Sequence[BaseDataElement]
    ) -> dict[str, Tensor]:
        """Compute the losses, from features and logits that are already there.

        What a loss has in ``parts`` after its call is logged as ``<name>_<part>``.
        """

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
        if self.layout.schema.all_binary and all('gt_score' in s for s in data_samples):
            scores = torch.stack([torch.as_tensor(s.get('gt_score')) for s in data_samples])
            torch._assert_async(
                (scores.to(targets.device) == targets).all(),
                'gt_score is not gt_attributes: were images mixed without their labels?',
            )
        batch = LossInputs(
            self.layout,
            logits,
            targets,
            features,
            pids=stack('gt_pid'),
            camids=stack('gt_camid'),
            image_indices=stack('sample_idx'),
        )
        synthetic = [bool(sample.get('synthetic', False)) for sample in data_samples]
        images = {'real': batch}
        if any(synthetic):
            rows = {'synthetic': np.flatnonzero(synthetic).tolist()}
            rows['real'] = np.flatnonzero(np.logical_not(synthetic)).tolist()
            images = {source: batch.select(chosen) for source, chosen in rows.items() if chosen}
        results: dict[str, Tensor] = {}
        for source, inputs in images.items():
            results |= self.losses_on(inputs, images=source)
        for name, loss in self.losses.items():
            # mmengine would add what has 'loss' in its name to the total.
            logged = f'loss_{name}' in results and 'loss' not in name
            if logged and isinstance(loss, LogsParts):
                results |= {f'{name}_{term}': value for term, value in loss.parts.items()}
        return results

    def losses_on(self, batch: LossInputs, *, images: str = 'real') -> dict[str, Tensor]:
        """Compute the losses that are about images of one kind, on a batch of them.

        Losses with an ``observe`` method are shown the real ones first.

        Args:
            batch: What the losses look at.
            images: ``real`` or ``synthetic``.
        """
        for loss in self.losses.values():
            if images == 'real' and isinstance(loss, ObservesRealImages):
                loss.observe(batch.logits, batch.targets)
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

        Where all attributes are binary, they are also what upstream's metrics, visualiser and
        inferencers read: ``pred_score``, and ``pred_label``, the attributes that are at least as
        probable as not.

        Args:
            feats: See :meth:`pre_logits`.
            data_samples: Samples to fill; None makes new ones.
        """
        probabilities = self.layout.probabilities(self(feats))
        samples = samples_to_fill(data_samples, len(probabilities))
        fill_probabilities(samples, probabilities, self.layout.schema)
        return samples

    def _lay_out(self, schema: AttributeSchema) -> None:
        device = next(self.parameters(), torch.empty(0)).device
        self.layout = LogitLayout(schema).to(device)
        for loss in self.losses.values():
            if isinstance(loss, TakesSchema):
                loss.set_schema(schema)
                loss.to(device)


def fill_probabilities(
    samples: Sequence[DataSample], probabilities: Tensor, schema: AttributeSchema
) -> None:
    """Fill predictions into samples, as :meth:`AttributeHead.predict` describes.

    Args:
        samples: One for each row; changed.
        probabilities: Packed ``(N, C)``.
        schema: Of their columns.
    """
    for sample, row in zip(samples, probabilities, strict=True):
        sample.set_field(row, 'pred_probabilities')
    if schema.all_binary:
        shown = (probabilities.detach() >= 0.5).cpu()
        for sample, row, labels in zip(samples, probabilities, shown, strict=True):
            sample.set_pred_score(row).set_pred_label(labels.nonzero()[:, 0])


def samples_to_fill(
    data_samples: Sequence[DataSample | None] | None, num_images: int
) -> list[DataSample]:
    """Return the samples that a prediction goes into, new ones where there is none."""
    return [
        DataSample() if sample is None else sample for sample in data_samples or [None] * num_images
    ]
