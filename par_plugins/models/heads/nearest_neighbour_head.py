"""Prediction by the nearest neighbours in the embedding, for losses that train it alone.

Triplet-kNN and LMLE as the class rectification papers compare against (Dong, Gong and Zhu, ICCV
2017 and TPAMI 2019). **Ours**: features of length 1 and one vote for each neighbour; LMLE's own
rule over clusters is in neither text, so that their centres vote as images do.
"""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.registry import MODELS
from torch import Tensor
from torch.nn import functional

from par_plugins.models.heads.attribute_head import AttributeHead
from par_plugins.structures import InputError, checked_number

SMALLEST_SHARE = 1e-7
"""Of the votes, in place of none: its logit must be finite."""


def neighbour_shares(
    queries: Tensor, gallery: Tensor, values: Tensor, *, num_values: int, num_neighbours: int
) -> Tensor:
    """Count how the nearest neighbours vote.

    Args:
        queries: ``(N, E)``.
        gallery: ``(G, E)``.
        values: ``(G,)`` int64.
        num_values: K.
        num_neighbours: How many vote; all where the gallery has fewer.

    Returns:
        ``(N, K)`` shares of the votes, equal ones where the gallery is empty.
    """
    if len(gallery) == 0:
        return queries.new_full((len(queries), num_values), 1 / num_values)
    distances = torch.cdist(queries, gallery)
    nearest = distances.topk(min(num_neighbours, len(gallery)), largest=False).indices
    return functional.one_hot(values[nearest], num_values).to(queries.dtype).mean(dim=1)


@MODELS.register_module()
class NearestNeighbourHead(AttributeHead):
    """An :class:`AttributeHead` whose outputs are votes of neighbours, not of its classifier.

    Its losses see the classifier's logits, as in any head; ``forward`` and ``predict`` give the
    votes' logits and shares. ``NearestNeighbourHook`` collects the gallery, the training images or
    their clusters, before each validation and test.

    Args:
        *args: See :class:`AttributeHead`.
        num_neighbours: How many neighbours vote on an attribute.
        **kwargs: See :class:`AttributeHead`.

    Raises:
        InputError: If ``num_neighbours`` is below 1, or see :class:`AttributeHead`.
    """

    def __init__(self, *args: Any, num_neighbours: int = 20, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.num_neighbours = checked_number(
            'num_neighbours', num_neighbours, at_least=1, whole=True
        )
        # No buffers: they belong to the training set and to the weights of a moment.
        self.gallery: tuple[Tensor, Tensor] | None = None

    def set_gallery(self, features: Tensor, targets: Tensor) -> None:
        """Take the neighbours.

        Args:
            features: ``(G, F)``, or ``(G, A, E)``, as :meth:`pre_logits` gives them.
            targets: ``(G, A)`` int64; no neighbour where it is -1.
        """
        device = next(self.parameters()).device
        unit = functional.normalize(features.to(device).float(), dim=-1)
        self.gallery = unit, targets.to(device)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Compute packed logits ``(N, C)`` of the votes.

        Args:
            feats: See :meth:`pre_logits`.

        Raises:
            InputError: If there is no gallery.
        """
        if self.gallery is None:
            raise InputError(
                'NearestNeighbourHead has nothing to compare with: add '
                "dict(type='NearestNeighbourHook') to custom_hooks"
            )
        features, targets = self.gallery
        queries = functional.normalize(self.pre_logits(feats).float(), dim=-1)
        columns = []
        for column, attribute in enumerate(self.layout.schema.attributes):
            known = targets[:, column] >= 0
            shares = neighbour_shares(
                queries if queries.ndim == 2 else queries[:, column],
                features[known] if features.ndim == 2 else features[known, column],
                targets[known, column],
                num_values=attribute.num_values,
                num_neighbours=self.num_neighbours,
            ).clamp(min=SMALLEST_SHARE, max=1 - SMALLEST_SHARE)
            columns.append(shares[:, 1:].logit() if attribute.binary else shares.log())
        return torch.cat(columns, dim=1)
