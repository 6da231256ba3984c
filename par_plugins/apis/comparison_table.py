"""The arms of an experiment beside its baseline, run by run."""

from collections.abc import Mapping, Sequence

from par_plugins.apis.results_table import column_name, spread

Runs = Mapping[str, Mapping[str, Mapping[str, float]]]
"""The scores of every arm and run. A run is called by its seed; before it, after a comma each, may
stand the condition that it ran under and what else was repeated."""


def comparison_table(
    runs: Runs,
    *,
    baseline: str,
    scores: Sequence[str],
    conditions: Sequence[str] = (),
    standard_error: bool = False,
) -> str:
    """Means of every arm, and how far it is from the baseline.

    Args:
        runs: The scores of every arm and run, the same runs of all arms; an arm may lack a score.
        baseline: Name of an arm.
        scores: Their names, in the order of the columns.
        conditions: What the names of runs begin with; rows for each of them that has a run.
        standard_error: Give that of the mean in place of the standard deviation of the runs.

    Returns:
        A Markdown table: of each score mean ± sample standard deviation over the runs; of each
        difference to the baseline's run of the same name mean ± sample standard deviation and
        the number of runs with a gain, for those scores that the baseline has.
    """
    names = [column_name(name) for name in scores]
    heads = ['condition'] if conditions else []
    heads += ['arm', 'runs' if conditions else 'seeds', *names]
    compared = [x for x in scores if all(x in values for values in runs[baseline].values())]
    heads += [f'{column_name(name)} - {baseline}' for name in compared]
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    for condition in conditions or ['']:
        start = f'{condition}, ' if condition else ''
        under = {
            arm: {run: values for run, values in of_arm.items() if run.startswith(start)}
            for arm, of_arm in runs.items()
        }
        for arm, of_arm in under.items() if under[baseline] else ():
            cells = [condition] if condition else []
            cells += [arm, str(len(of_arm))]
            cells += [_cell(name, of_arm, standard_error=standard_error) for name in scores]
            for name in compared:
                pair = () if arm == baseline else (of_arm, under[baseline])
                cells.append(_cell(name, *pair, standard_error=standard_error))
            lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _cell(name: str, *runs: Mapping[str, Mapping[str, float]], standard_error: bool) -> str:
    """A score of an arm, or its gain over another arm; blank where one has no such score."""
    if not runs or any(name not in scores for of_arm in runs for scores in of_arm.values()):
        return ''
    if len(runs) == 1:
        values = [scores[name] for scores in runs[0].values()]
        return spread(values, standard_error=standard_error)
    of_arm, of_baseline = runs
    gains = [of_arm[run][name] - of_baseline[run][name] for run in of_baseline]
    better = sum(gain > 0 for gain in gains)
    middle = spread(gains, sign='+', standard_error=standard_error)
    return f'{middle} ({better}/{len(gains)})'
