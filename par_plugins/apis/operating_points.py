"""Operating points for a checkpoint that is there already."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import print_log
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
from par_plugins.evaluation.functional import attribute_scores, reliability_bins
from par_plugins.evaluation.functional.platt_calibration import calibrated
from par_plugins.structures import AnswerRules, AttributeSchema, InputError, OperatingPoint
from par_runtime.crops import picture_sharpness

HEIGHTS = (128, 96, 64, 48, 32, 24, 16)
"""Heights in pixels that pictures of people are shrunk to, from the largest on."""
BLURS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Radii in pixels of the network's input that pictures are blurred by, from the smallest on."""
MAX_LOSS = 5.0
"""Points of mA that are lost where nothing is answered any more: too small, or too blurred."""
SHARPEST_LEFT_OUT = 0.05
"""Share of the pictures blurred as far as can be told whose sharpness is below the limit."""
PICTURES = 500
"""Of the validation split, whose sharpness is measured."""


def fit_operating_points(
    cfg: Config,
    checkpoint: str,
    out: str | Path,
    *,
    rules: Sequence[str],
    heights: Sequence[int] = (),
    blurs: Sequence[float] = (),
    figure: str | Path | None = None,
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
        blurs: The same for radii such as :data:`BLURS`; what is stored is a sharpness
            (``picture_sharpness``).
        figure: File for a picture of how often outputs are right, as they are and calibrated, on
            the validation split; with the rule ``prior``.

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
        found = AnswerRules.from_dict(hook.answer_rules, schema, source=checkpoint)
        validation = _Validation(runner, found)
        if heights:
            meta[ANSWER_RULES]['smallest_height'] = smallest_height(validation, heights)
        if blurs:
            meta[ANSWER_RULES]['least_sharpness'] = least_sharpness(validation, blurs)
        if figure is not None:
            validation.draw_reliability(figure)
    with written_aside(out) as part:
        torch.save(content, part)
    return operating_points_of(content, schema)


def smallest_height(validation: '_Validation', heights: Sequence[int]) -> float:
    """Shrink the validation pictures until their attributes can no longer be told.

    Args:
        validation: Of the weights; mA is taken at the rule ``prior``.
        heights: To try, in pixels.

    Returns:
        The smallest height down to which all lose at most :data:`MAX_LOSS` points; the largest
        where none does.
    """
    shrunk = [
        (f'a height of {height} pixels', [dict(type='ResizeEdge', scale=height, edge='height')])
        for height in sorted(heights, reverse=True)
    ]
    return float(sorted(heights, reverse=True)[_last_told(validation, shrunk)])


def least_sharpness(validation: '_Validation', blurs: Sequence[float]) -> float:
    """Blur the validation pictures until their attributes can no longer be told.

    Args:
        validation: See :func:`smallest_height`.
        blurs: Radii to try, in pixels of the network's input.

    Returns:
        The sharpness that all but :data:`SHARPEST_LEFT_OUT` of the pictures have that are blurred
        by the largest radius up to which all lose at most :data:`MAX_LOSS` points, or by the
        smallest where none does.
    """
    height = validation.input_height
    blurred = [
        (
            f'a blur of {radius:g} pixels',
            [
                dict(type='ResizeEdge', scale=height, edge='height'),
                dict(type='GaussianBlur', radius=radius, prob=1.0),
            ],
        )
        for radius in sorted(blurs)
    ]
    _, steps = blurred[_last_told(validation, blurred)]
    return float(np.quantile(validation.sharpness(steps), SHARPEST_LEFT_OUT))


Steps = Sequence[dict[str, Any]]


def _last_told(validation: '_Validation', worse_and_worse: Sequence[tuple[str, Steps]]) -> int:
    """The last of pictures ever worse up to which all lose little, the first where none does."""
    best, last = validation.mean_accuracy(()), 0
    for number, (name, steps) in enumerate(worse_and_worse):
        score = validation.mean_accuracy(steps)
        print_log(f'mA {score:.2f} at {name}, {best:.2f} as it is', logger='current')
        if not score >= best - MAX_LOSS:
            break
        last = number
    return last


class _Validation:
    """The validation split, its pictures as they are or made worse.

    Args:
        runner: In one process, its model ready to validate.
        rules: Of its weights.
    """

    def __init__(self, runner: Runner, rules: AnswerRules) -> None:
        self.runner, self.rules = runner, rules
        self.columns = [column for column, binary in enumerate(rules.schema.binary) if binary]
        self._of_whole: tuple[torch.Tensor, torch.Tensor] | None = None

    @property
    def input_height(self) -> int:
        """Of the network's input, in pixels."""
        return int(self.runner.val_loop.dataloader.dataset[0]['inputs'].shape[-2])

    def mean_accuracy(self, steps: Steps) -> float:
        """The mA at the rule ``prior`` with some transforms behind the loading one."""
        probabilities, targets = self.predictions(steps)
        thresholds = self.rules.rules['prior'].thresholds[self.columns]
        return float(attribute_scores(probabilities, targets, threshold=thresholds)['mA'])

    @torch.no_grad()
    def predictions(self, steps: Steps) -> tuple[torch.Tensor, torch.Tensor]:
        """Probabilities and targets ``(N, A)`` of the binary attributes."""
        if not steps and self._of_whole is not None:
            return self._of_whole
        loader: Any = self.runner.val_loop.dataloader
        transforms = loader.dataset.pipeline.transforms
        transforms[1:1] = map(TRANSFORMS.build, steps)
        try:
            samples = [s for batch in loader for s in self.runner.model.val_step(batch)]
        finally:
            del transforms[1 : 1 + len(steps)]
        schema = self.rules.schema
        packed = torch.stack([sample.pred_probabilities for sample in samples]).cpu()
        targets = torch.stack([torch.as_tensor(sample.gt_attributes) for sample in samples]).cpu()
        starts = [schema.logit_slices[column].start for column in self.columns]
        predicted = packed[:, starts], targets[:, self.columns]
        if not steps:  # taken again by every comparison
            self._of_whole = predicted
        return predicted

    def sharpness(self, steps: Steps) -> np.ndarray:
        """Of some of the pictures behind some transforms."""
        dataset: Any = self.runner.val_loop.dataloader.dataset
        prepare = [dataset.pipeline.transforms[0], *map(TRANSFORMS.build, steps)]
        rows = np.unique(np.linspace(0, len(dataset) - 1, min(PICTURES, len(dataset))).astype(int))
        found = []
        for row in rows.tolist():
            results = dataset.get_data_info(row)
            for step in prepare:
                results = step(results)
            found.append(picture_sharpness(results['img'], self.input_height))
        return np.array(found)

    def draw_reliability(self, path: str | Path) -> None:
        """Draw how often outputs are right, as they are and calibrated."""
        from par_plugins.visualization import reliability_figure  # matplotlib is slow to import

        probabilities, targets = (part.double().numpy() for part in self.predictions(()))
        slope, offset = self.rules.slope[self.columns], self.rules.offset[self.columns]
        bins = {
            'as they are': reliability_bins(probabilities, targets),
            'calibrated': reliability_bins(calibrated(probabilities, slope, offset), targets),
        }
        with written_aside(path) as aside:
            reliability_figure(bins).savefig(aside, dpi=150)


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
