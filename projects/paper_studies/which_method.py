"""Write docs/which_method.md, whose numbers are those of the results that studies keep.

    python -m projects.paper_studies.which_method

What the page says stands in ``which_method.template``, a number in it as
``{study[results][kind][arm][score]}`` of :func:`numbers_of`:
``{pedestrians[pa100k][effect][weighted][mA]}``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.apis.results_table import column_name, spread
from projects.paper_studies.tables import RESULTS

HERE = Path(__file__).parent
TEMPLATE = HERE / 'which_method.template'
PAGE = HERE.parents[1] / 'docs/which_method.md'
LEAVES = HERE.parents[1] / 'configs/baseline/results'

Numbers = dict[str, dict[str, dict[str, str]]]


def main() -> None:
    PAGE.write_text(page(), encoding='utf-8')


def page() -> str:
    """The page as its template and the results of now make it."""
    studies: dict[str, Any] = {}
    for path in RESULTS:
        results = json.loads(path.read_text(encoding='utf-8'))
        studies.setdefault(path.parents[1].name, {})[path.stem] = numbers_of(results)
    return TEMPLATE.read_text(encoding='utf-8').format_map(studies | {'leaf': leaf_scores()})


def numbers_of(results: Mapping[str, Any]) -> Numbers:
    """What a page may say of published results, by kind, arm and score.

    Args:
        results: See ``par_plugins.apis.published_results.table_of``; ``differences`` have the mean
            and the ends of an interval.

    Returns:
        ``mean`` of the runs, with its ``spread``; ``gain`` over the baseline's runs of the same
        names, with its spread; ``effect``: a difference with its interval, and ``half`` the width
        of that of the usual arm. An arm under a condition is called ``'steps 300, focal'``.

    Example:
        >>> runs = {'plain': {'0': {'mA': 70.0}, '1': {'mA': 71.0}}, 'new': {'0': {'mA': 72.0},
        ...         '1': {'mA': 72.0}}}
        >>> numbers_of({'runs': runs, 'baseline': 'plain'})['gain']['new']['mA']
        '+1.5 ± 0.7'
    """
    found: Numbers = {'mean': {}, 'spread': {}, 'gain': {}, 'effect': {}, 'half': {}}
    error = results.get('spread') == 'standard error'
    baseline = by_condition(results['runs'][results['baseline']])
    for arm, of_arm in results['runs'].items():
        for condition, runs in by_condition(of_arm).items():
            name = f'{condition}{arm}'
            for kind in ('mean', 'spread', 'gain'):
                found[kind][name] = {}
            for score in next(iter(runs.values())):
                values = [run[score] for run in runs.values()]
                short = column_name(score)
                found['mean'][name][short] = f'{np.mean(values):.1f}'
                found['spread'][name][short] = spread(values, digits=1, standard_error=error)
                plain = baseline[condition]
                if all(score in plain[run] for run in runs):
                    gains = [run[score] - plain[key][score] for key, run in runs.items()]
                    found['gain'][name][short] = spread(
                        gains, sign='+', digits=1, standard_error=error
                    )
    effects: Mapping[str, Mapping[str, list[float]]] = results.get('differences', {})
    for name, of_scores in effects.items():
        found['effect'][name] = {
            score: '{:+.1f} [{:+.1f}, {:+.1f}]'.format(*effect)
            for score, effect in of_scores.items()
        }
    for score in next(iter(effects.values()), {}):
        halves = [(of_scores[score][2] - of_scores[score][1]) / 2 for of_scores in effects.values()]
        found['half'].setdefault('median', {})[score] = f'{np.median(halves):.1f}'
    return found


def by_condition(
    runs: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, Mapping[str, float]]]:
    """The runs under each condition, whose name ends with ``', '`` where there is one."""
    found: dict[str, dict[str, Mapping[str, float]]] = {}
    for name, scores in runs.items():
        condition, comma, _ = name.partition(', ')
        found.setdefault(condition + comma if comma else '', {})[name] = scores
    return found


def leaf_scores() -> dict[str, dict[str, str]]:
    """Mean and spread over seeds of the CPU leaves, by network and score."""
    found: dict[str, dict[str, list[float]]] = {}
    for path in sorted(LEAVES.glob('*.json')):
        of_network = found.setdefault(path.stem.split('_')[0], {})
        for name, value in json.loads(path.read_text(encoding='utf-8'))['scores'].items():
            of_network.setdefault(column_name(name), []).append(value)
    return {
        network: {name: spread(values, digits=1) for name, values in scores.items()}
        for network, scores in found.items()
    }


if __name__ == '__main__':
    main()
