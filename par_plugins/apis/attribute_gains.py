"""What a method gains for each attribute, against how rare its rarer side is."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from par_plugins.apis.results_table import spread
from par_plugins.structures import InputError

STEEP = 5.0
"""Above this imbalance an attribute counts as imbalanced (Dong et al., TPAMI 2019: 1:5)."""


@dataclass(frozen=True)
class AttributeGains:
    """Gains of the arms of an experiment over its baseline, attribute by attribute.

    Attributes:
        imbalances: By attribute, in ascending order: images of its more frequent side for one of
            the other, in the test set.
        gains: By arm and attribute: points of mA over the baseline, one for each seed.
    """

    imbalances: Mapping[str, float]
    gains: Mapping[str, Mapping[str, Sequence[float]]]


def attribute_gains(
    folder: str | Path, *, baseline: str, arms: Sequence[str], seeds: Sequence[int]
) -> AttributeGains:
    """Read the gains off what an experiment has left; runs are paired by their seeds.

    Args:
        folder: Work directory of the experiment.
        baseline: Name of an arm.
        arms: Names of the others to read.
        seeds: Of every arm.

    Returns:
        All attributes that some test images have and some have not, with an mA in every run.

    Raises:
        InputError: If a run has no ``test_attributes.csv``, or not one of the same attributes.
    """
    tables = {
        arm: [_read(Path(folder, arm, f'seed_{seed}', 'test_attributes.csv')) for seed in seeds]
        for arm in (baseline, *arms)
    }
    first = tables[baseline][0]
    for arm, runs in tables.items():
        for run in runs:
            if list(run) != list(first):
                raise InputError(f'{folder}: arm {arm!r} is not of the attributes of {baseline!r}')
    scored = [
        name
        for name in first
        if 0 < first[name][0] < 1
        and not any(math.isnan(run[name][1]) for runs in tables.values() for run in runs)
    ]
    imbalances = {
        name: max(share, 1 - share) / min(share, 1 - share)
        for name in scored
        for share in (first[name][0],)
    }
    names = sorted(imbalances, key=imbalances.__getitem__)
    gains = {
        arm: {
            name: [
                own[name][1] - other[name][1]
                for own, other in zip(tables[arm], tables[baseline], strict=True)
            ]
            for name in names
        }
        for arm in arms
    }
    return AttributeGains({name: imbalances[name] for name in names}, gains)


def gains_table(found: AttributeGains) -> str:
    """Mean gains of the attributes below and above :data:`STEEP`.

    Args:
        found: From :func:`attribute_gains`.

    Returns:
        A Markdown table: a row an arm, mean ± sample standard deviation over the seeds.
    """
    groups = {
        'all': list(found.imbalances),
        f'up to 1:{STEEP:g}': [x for x, ratio in found.imbalances.items() if ratio <= STEEP],
        f'above 1:{STEEP:g}': [x for x, ratio in found.imbalances.items() if ratio > STEEP],
    }
    groups = {group: names for group, names in groups.items() if names}
    heads = [f'{group} ({len(names)})' for group, names in groups.items()]
    lines = ['| mA gained by | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|']
    for arm, gains in found.gains.items():
        cells = [
            spread([mean(seed) for seed in zip(*(gains[x] for x in names), strict=True)], sign='+')
            for names in groups.values()
        ]
        lines.append(f'| {arm} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _read(path: Path) -> dict[str, tuple[float, float]]:
    """Share of positives and mA by attribute."""
    try:
        with path.open(encoding='utf-8', newline='') as file:
            return {
                row['name']: (float(row['ratio']), float(row['mA'])) for row in csv.DictReader(file)
            }
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f'{path}: not the attributes of a run ({error})') from error
