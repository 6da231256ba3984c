"""What the runs of an experiment on hard labels have written and learned."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean

import torch
from mmengine.runner import Runner

from par_plugins.structures import InputError
from par_plugins.visualization.lines_figure import Line


def positive_probabilities(folders: Iterable[Path]) -> Line:
    """Mean probability of positive labels against their number (figure 2 of the HABP paper).

    Args:
        folders: Of runs of one arm, tested with ``PositiveProbabilityMetric``.

    Returns:
        Number of positives of every attribute, fewest first, and the runs' mean probability.

    Raises:
        InputError: If a run has no such table.
    """
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for folder in folders:
        path = folder / 'test_positive_probabilities.csv'
        if not path.is_file():
            raise InputError(f'{path}: no such file; test with PositiveProbabilityMetric')
        with path.open(encoding='utf-8') as file:
            for row in csv.DictReader(file):
                found[row['name']].append((int(row['positives']), float(row['probability'])))
    points = sorted((runs[0][0], mean(value for _, value in runs)) for runs in found.values())
    return [number for number, _ in points], [value for _, value in points]


def scores_by_condition(
    path: Path, *, score: str, arms: Sequence[str] | None = None, baseline: str | None = None
) -> dict[str, Line]:
    """Mean score of arms over the number that each condition is (figure 6).

    Args:
        path: Published results of an experiment whose conditions are numbers.
        score: Name of the score.
        arms: Names of the arms; None takes all, without the baseline.
        baseline: Arm whose run of the same name each score is a gain over; None has no such.

    Raises:
        InputError: If the results have no such arm, score or conditions.
    """
    try:
        runs = json.loads(path.read_text(encoding='utf-8'))['runs']
        lines: dict[str, Line] = {}
        for arm in arms or [name for name in runs if name != baseline]:
            values: dict[float, list[float]] = defaultdict(list)
            for run, scores in runs[arm].items():
                start = runs[baseline][run][score] if baseline else 0
                values[float(run.partition(',')[0].split()[1])].append(scores[score] - start)
            places = sorted(values)
            lines[arm] = places, [mean(values[place]) for place in places]
    except (OSError, KeyError, ValueError, IndexError) as error:
        wanted = ', '.join(arms or ['any arm'])
        raise InputError(
            f'{path}: not results of {wanted} with {score} under numbered conditions '
            f'({type(error).__name__}: {error})'
        ) from error
    return lines


def logit_levels(runner: Runner) -> tuple[float, float]:
    """Where a model's logits of categorical attributes are, and how far they are apart.

    A softmax sees the second alone: a shift of all logits changes no prediction.

    Args:
        runner: See ``build_predictor``.

    Returns:
        Means over test images and categorical attributes of the mean, and of the standard
        deviation, over the attribute's values.

    Raises:
        InputError: If there is no categorical attribute.
    """
    model, levels, spreads = runner.model, [], []
    schema = model.head.layout.schema
    pairs = zip(schema.logit_slices, schema.binary, strict=True)
    parts = [part for part, binary in pairs if not binary]
    if not parts:
        raise InputError(f'no attribute is categorical: {schema}')
    for batch in runner.test_loop.dataloader:
        with torch.inference_mode():
            data = model.data_preprocessor(batch, training=False)
            logits = model.head(model.extract_feat(data['inputs']))
        for part in parts:
            levels.append(logits[:, part].mean(dim=1))
            spreads.append(logits[:, part].std(dim=1, correction=0))
    return torch.cat(levels).mean().item(), torch.cat(spreads).mean().item()
