"""Operating points for a checkpoint that is there already."""

from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config

from par_plugins.apis.runner import build_runner
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks.operating_point_hook import KEY, OperatingPointHook
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import AttributeSchema, InputError, OperatingPoint


def fit_operating_points(
    cfg: Config, checkpoint: str, out: str | Path, *, rules: Sequence[str]
) -> dict[str, OperatingPoint]:
    """Find operating points on the validation split and store them with the weights.

    Args:
        cfg: A full config, whose validation split is predicted.
        checkpoint: The weights.
        out: Copy of the checkpoint with the points; may be the same file.
        rules: See ``OperatingPointMetric``.

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
    runner = build_runner(cfg)
    runner.val()
    hook = next(hook for hook in runner.hooks if isinstance(hook, OperatingPointHook))
    meta = content.setdefault('meta', {})
    meta[KEY] = {**meta.get(KEY, {}), **hook.points}
    with written_aside(out) as part:
        torch.save(content, part)
    schema = runner.val_loop.dataloader.dataset.metainfo['schema']
    return operating_points_of(content, schema)


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
