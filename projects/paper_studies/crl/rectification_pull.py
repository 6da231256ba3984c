"""How hard class rectification pulls beside cross-entropy, by the features of a trained model.

    python -m projects.paper_studies.crl.rectification_pull CONFIG CHECKPOINT

Lengths of the gradients of all designs of TPAMI 2019 in units of that of cross-entropy, for the
weights as they are drawn and for those of the checkpoint, on training images without augmentation.
With ``--publish`` the table goes between the marks crl_pull of the README of this folder.
"""

import argparse
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from statistics import mean

import torch
from torch import Tensor

from par_plugins.apis import (
    RUNNER_OPTIONS,
    build_predictor,
    build_runner,
    load_config,
    stop_on_input_error,
)
from par_plugins.apis.published_results import put_table
from par_plugins.engine.training_features import training_features
from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import ClassRectificationLossTPAMI2019

README = Path(__file__).with_name('README.md')
MINERS = ('ClassMiner', 'InstanceMiner', 'RandomMiner')
COMPARISONS = ('RelativeComparison', 'AbsoluteComparison', 'DistributionComparison')
DESIGNS = list(product(MINERS, COMPARISONS))


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
        By miner and comparison of TPAMI 2019.
    """
    losses = {design: ClassRectificationLossTPAMI2019(*design, alpha=1.0) for design in DESIGNS}
    cross_entropy = ClassRectificationLossTPAMI2019(alpha=0.0)
    device = next(head.parameters()).device
    for loss in (cross_entropy, *losses.values()):
        loss.set_schema(head.layout.schema)
        loss.to(device)
    generator = torch.Generator().manual_seed(seed)
    ratios: dict[tuple[str, str], list[float]] = {design: [] for design in DESIGNS}
    for _ in range(num_batches):
        rows = torch.randperm(len(features), generator=generator)[:batch_size]
        leaf, labels = features[rows].to(device).requires_grad_(), targets[rows].to(device)
        logits = head.classify(leaf)

        def pull(loss: ClassRectificationLossTPAMI2019) -> Tensor:
            value = loss(logits, labels, features=leaf)  # noqa: B023 (called in this round only)
            return torch.autograd.grad(value, leaf, retain_graph=True)[0].norm()  # noqa: B023

        base = pull(cross_entropy)
        for design, loss in losses.items():
            ratios[design].append((pull(loss) / base).item())
    return {design: mean(values) for design, values in ratios.items()}


def pull_table(pulls: Mapping[str, Mapping[tuple[str, str], float]]) -> str:
    """A Markdown table, a row for each miner.

    Args:
        pulls: From :func:`rectification_pull`, by what to call the weights.
    """
    words = [comparison.removesuffix('Comparison').lower() for comparison in COMPARISONS]
    heads = [f'{name}: {word}' for name in pulls for word in words]
    lines = ['| miner | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|']
    for miner in MINERS:
        cells = [f'{ratios[miner, x]:.2f}' for ratios in pulls.values() for x in COMPARISONS]
        lines.append(f'| {miner} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoint', help='weights after training')
    parser.add_argument('--batches', type=int, default=20, help='the mean over which is printed')
    parser.add_argument('--publish', action='store_true', help='put the table into the README')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}')
    cfg.default_hooks.checkpoint = None  # nothing is trained
    pulls = {}
    for name, checkpoint in (('at the start', None), ('trained', args.checkpoint)):
        runner = build_predictor(cfg, checkpoint) if checkpoint else build_runner(cfg)
        if not checkpoint:
            runner.model.init_weights()
        runner.model.eval()
        pulls[name] = rectification_pull(
            runner.model.head,
            *training_features(runner),
            batch_size=cfg.train_dataloader.batch_size,
            num_batches=args.batches,
        )
    table = pull_table(pulls)
    print(table)
    if args.publish:
        put_table(README, table, name='crl_pull')


if __name__ == '__main__':
    main()
