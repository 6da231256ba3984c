"""What an exported network costs in scores, on pictures whose labels are known."""

from copy import deepcopy
from typing import Any

from mmengine.config import Config

from par_plugins.deployment.measured_scores import measured_scores
from par_plugins.deployment.predicted_test_set import PredictedTestSet, predict_test_set
from par_plugins.engine.hooks.operating_point_hook import ANSWER_RULES
from par_plugins.inference.load_model import LoadedModel
from par_plugins.structures import AnswerRules, InputError


def scores_on(
    loaded: LoadedModel, cfg: Config, *, split: str
) -> tuple[dict[str, Any], PredictedTestSet]:
    """Score a network, exported or not, on a split of a config.

    Args:
        loaded: The network.
        cfg: With the split's data loader.
        split: ``val`` or ``test``.

    Returns:
        See ``measured_scores``, and what was predicted.

    Raises:
        InputError: If there is no such split.
    """
    if not cfg.get(f'{split}_dataloader'):
        raise InputError(f'the config has no {split}_dataloader to measure on')
    on_split = deepcopy(cfg)
    on_split.test_dataloader = on_split[f'{split}_dataloader']
    stored = loaded.meta.get(ANSWER_RULES)
    rules = (
        AnswerRules.without_any(loaded.schema)
        if stored is None
        else AnswerRules.from_dict(stored, loaded.schema, source=loaded.source)
    )
    run = predict_test_set(loaded, on_split)
    return measured_scores(run, rules), run


def score_line(scores: dict[str, Any], rule: str) -> str:
    """Write mA and F1 at a rule, with their intervals, and mAP."""
    of_rule = scores['rules'][rule]
    said = [
        f'{name} {of_rule["scores"][key]} [{", ".join(map(str, of_rule["intervals"][key]))}]'
        for name, key in (('mA', 'mA'), ('F1', 'f1'))
    ]
    return f'{rule}: {", ".join(said)}, mAP {scores["mAP"]}'
