"""How hard class rectification pulls beside the cross-entropy that it stands beside."""

from collections.abc import Mapping
from itertools import product
from statistics import mean

import torch
from torch import Tensor

from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import ClassRectificationLoss

DESIGNS = list(product(('class', 'instance', 'none'), ('relative', 'absolute', 'distribution')))
"""Mining and comparison."""


def rectification_pull(
    head: AttributeHead,
    features: Tensor,
    targets: Tensor,
    *,
    batch_size: int,
    num_batches: int,
    seed: int = 0,
) -> dict[tuple[str, str], float]:
    """Length of the gradient of L_crl in units of that of L_ce, both by the features.

    Args:
        head: Its classifier makes logits of the features.
        features: ``(M, F)`` or ``(M, A, E)`` of training images.
        targets: ``(M, A)``, -1 for unknown.
        batch_size: Images of a batch, drawn without repetition.
        num_batches: The result is the mean over so many.
        seed: Of the batches.

    Returns:
        By mining and comparison of TPAMI 2019.
    """
    losses = {
        design: ClassRectificationLoss(mining=design[0], comparison=design[1], alpha=1.0)
        for design in DESIGNS
    }
    cross_entropy = ClassRectificationLoss(alpha=0.0)
    device = next(head.parameters()).device
    for loss in (cross_entropy, *losses.values()):
        loss.set_schema(head.layout.schema)
        loss.to(device)
    generator = torch.Generator().manual_seed(seed)
    found: dict[tuple[str, str], list[float]] = {design: [] for design in DESIGNS}
    for _ in range(num_batches):
        rows = torch.randperm(len(features), generator=generator)[:batch_size]
        leaf, labels = features[rows].to(device).requires_grad_(), targets[rows].to(device)
        logits = head.classify(leaf)

        def pull(loss: ClassRectificationLoss) -> Tensor:
            value = loss(logits, labels, features=leaf)  # noqa: B023 (called in this round only)
            return torch.autograd.grad(value, leaf, retain_graph=True)[0].norm()  # noqa: B023

        base = pull(cross_entropy)
        for design, loss in losses.items():
            found[design].append((pull(loss) / base).item())
    return {design: mean(ratios) for design, ratios in found.items()}


def pull_table(pulls: Mapping[str, Mapping[tuple[str, str], float]]) -> str:
    """A Markdown table, a row a kind of mining.

    Args:
        pulls: From :func:`rectification_pull`, by what to call the weights.
    """
    comparisons = list(dict.fromkeys(comparison for _, comparison in DESIGNS))
    heads = [f'{name}: {x}' for name in pulls for x in comparisons]
    lines = ['| mining | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|']
    for mining in dict.fromkeys(mining for mining, _ in DESIGNS):
        cells = [f'{found[mining, x]:.2f}' for found in pulls.values() for x in comparisons]
        lines.append(f'| {mining} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)
