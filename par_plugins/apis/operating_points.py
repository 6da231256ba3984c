"""Operating points for a checkpoint that is there already."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import TRANSFORMS
from mmengine.runner import Runner

from par_plugins.apis.runner import build_runner
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks.operating_point_hook import (
    ANSWER_RULES,
    KEY,
    OperatingPointHook,
)
from par_plugins.engine.written_aside import written_aside
from par_plugins.evaluation.functional import attribute_scores
from par_plugins.structures import AnswerRules, AttributeSchema, InputError, OperatingPoint

HEIGHTS = (128, 96, 64, 48, 32, 24, 16)
"""Heights in pixels that pictures of people are shrunk to, from the largest on."""
MAX_LOSS = 5.0
"""Points of mA that are lost at the height below which nothing is answered."""


def fit_operating_points(
    cfg: Config,
    checkpoint: str,
    out: str | Path,
    *,
    rules: Sequence[str],
    heights: Sequence[int] = (),
) -> dict[str, OperatingPoint]:
    """Find operating points on the validation split and store them with the weights.

    With the rule ``prior`` come all the rules of answering (``AnswerRules``).

    Args:
        cfg: A full config, whose validation split is predicted.
        checkpoint: The weights.
        out: Copy of the checkpoint with the points; may be the same file.
        rules: See ``OperatingPointMetric``.
        heights: Where the rule ``prior`` is among them, heights such as :data:`HEIGHTS`, of which
            the smallest that pictures can be shrunk to and lose at most :data:`MAX_LOSS` points of
            mA is stored too.

    Returns:
        The points by the name they are stored as; the checkpoint's other ones stay too.

    Raises:
        InputError: If the config has no validation split, a rule is unknown, the checkpoint
            cannot be read, or there is no folder for the new one.
    """
    if not cfg.get('val_dataloader'):
        raise InputError('the config has no val_dataloader to find operating points on')
    if not Path(out).parent.is_dir():
        raise InputError(f'{out}: there is no such folder to write it to')
    content = load_checkpoint_file(checkpoint, map_location='cpu')
    cfg.load_from, cfg.resume = checkpoint, False
    cfg.val_evaluator = [dict(type='OperatingPointMetric', rule=rule) for rule in rules]
    cfg.default_hooks.checkpoint = None  # it would look for the scores of the old evaluator
    out_of_place = ('OperatingPointHook', 'AttributeReportHook')  # this is no validation
    cfg.default_hooks = {
        name: hook
        for name, hook in cfg.default_hooks.items()
        if hook is None or hook.type not in out_of_place
    }
    hooks = [hook for hook in cfg.get('custom_hooks') or [] if hook.type not in out_of_place]
    cfg.custom_hooks = [*hooks, dict(type='OperatingPointHook')]
    cfg.val_dataloader.persistent_workers = False  # whose pictures would not be shrunk
    runner = build_runner(cfg)
    runner.val()
    hook = next(hook for hook in runner.hooks if isinstance(hook, OperatingPointHook))
    meta = content.setdefault('meta', {})
    meta[KEY] = {**meta.get(KEY, {}), **hook.points}
    schema = runner.val_loop.dataloader.dataset.metainfo['schema']
    if hook.answer_rules is not None:
        meta[ANSWER_RULES] = dict(hook.answer_rules)
        if heights:
            found = AnswerRules.from_dict(hook.answer_rules, schema, source=checkpoint)
            meta[ANSWER_RULES]['smallest_height'] = smallest_height(runner, found, heights)
    with written_aside(out) as part:
        torch.save(content, part)
    return operating_points_of(content, schema)


def smallest_height(runner: Runner, rules: AnswerRules, heights: Sequence[int]) -> float:
    """Shrink the validation pictures until their attributes can no longer be told.

    Args:
        runner: In one process, its model ready to validate.
        rules: Of its weights; mA is taken at the rule ``prior``.
        heights: To try, in pixels.

    Returns:
        The smallest height down to which all lose at most :data:`MAX_LOSS` points; the largest
        where none does.
    """
    descending = sorted(heights, reverse=True)
    best = _mean_accuracy(runner, rules, None)
    smallest = descending[0]
    for height in descending:
        score = _mean_accuracy(runner, rules, height)
        runner.logger.info(f'mA {score:.2f} at a height of {height} pixels, {best:.2f} as it is')
        if not score >= best - MAX_LOSS:
            break
        smallest = height
    return float(smallest)


@torch.no_grad()
def _mean_accuracy(runner: Runner, rules: AnswerRules, height: int | None) -> float:
    """The mA of the validation split, its pictures first brought to a height."""
    loader: Any = runner.val_loop.dataloader
    transforms = loader.dataset.pipeline.transforms
    if height is not None:
        shrink = TRANSFORMS.build(dict(type='ResizeEdge', scale=height, edge='height'))
        transforms.insert(1, shrink)  # behind the loading one
    try:
        samples = [sample for batch in loader for sample in runner.model.val_step(batch)]
    finally:
        if height is not None:
            transforms.remove(shrink)
    probabilities = torch.stack([sample.pred_probabilities for sample in samples]).cpu()
    targets = torch.stack([torch.as_tensor(sample.gt_attributes) for sample in samples]).cpu()
    schema = rules.schema
    columns = [column for column, binary in enumerate(schema.binary) if binary]
    scores = attribute_scores(
        probabilities[:, [schema.logit_slices[column].start for column in columns]],
        targets[:, columns],
        threshold=rules.rules['prior'].thresholds[columns],
    )
    return float(scores['mA'])


def operating_points_of(checkpoint: dict, schema: AttributeSchema) -> dict[str, OperatingPoint]:
    """The operating points that a checkpoint was saved with.

    Args:
        checkpoint: Its content.
        schema: The attributes in the order of the probabilities that the points are for.

    Returns:
        By name, such as ``tuned_f1`` or ``threshold_adjustment``; there may be none.

    Raises:
        InputError: If one is not of these attributes.
    """
    stored = checkpoint.get('meta', {}).get(KEY) or {}
    return {name: OperatingPoint.from_dict(data, schema) for name, data in stored.items()}
