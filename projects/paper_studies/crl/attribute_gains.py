"""Draw what the arms of an experiment gain for each attribute, sorted by its imbalance.

    python -m projects.paper_studies.crl.attribute_gains work_dirs/gain_toy cross-entropy CRL \\
        --figure projects/paper_studies/crl/gain_toy.png --name gain_toy_groups

Reads the test_attributes.csv of the runs of tools/experiment.py; runs are paired by their seeds.
The table goes between the marks of its name in the README of this folder.
"""

import argparse
import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from matplotlib.figure import Figure

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.apis.results_table import spread
from par_plugins.structures import InputError
from projects.paper_studies.experiment_runs import run_folders

README = Path(__file__).with_name('README.md')
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


def attribute_gains(folder: Path, *, baseline: str, arms: Sequence[str]) -> AttributeGains:
    """Read the gains off what an experiment has left; runs are paired by their seeds.

    Args:
        folder: Work directory of the experiment.
        baseline: Name of an arm, whose seeds every other must have run.
        arms: Names of the others to read.

    Returns:
        All attributes that some test images have and some have not, with an mA in every run.

    Raises:
        InputError: If a run has no ``test_attributes.csv``, or not one of the same attributes.
    """
    runs_of = {arm: run_folders(folder, arm) for arm in (baseline, *arms)}
    tables = {
        arm: [
            _read(runs.get(seed, folder / arm / f'seed_{seed}') / 'test_attributes.csv')
            for seed in runs_of[baseline]
        ]
        for arm, runs in runs_of.items()
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
                run[name][1] - base[name][1]
                for run, base in zip(tables[arm], tables[baseline], strict=True)
            ]
            for name in names
        }
        for arm in arms
    }
    return AttributeGains({name: imbalances[name] for name in names}, gains)


def gains_table(of_attributes: AttributeGains) -> str:
    """Mean gains of the attributes below and above :data:`STEEP`.

    Returns:
        A Markdown table: a row an arm, mean ± sample standard deviation over the seeds.
    """
    imbalances = of_attributes.imbalances
    groups = {
        'all': list(imbalances),
        f'up to 1:{STEEP:g}': [name for name, ratio in imbalances.items() if ratio <= STEEP],
        f'above 1:{STEEP:g}': [name for name, ratio in imbalances.items() if ratio > STEEP],
    }
    groups = {group: names for group, names in groups.items() if names}
    heads = [f'{group} ({len(names)})' for group, names in groups.items()]
    lines = ['| mA gained by | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|']
    for arm, gains in of_attributes.gains.items():
        cells = [
            spread([mean(seed) for seed in zip(*(gains[x] for x in names), strict=True)], sign='+')
            for names in groups.values()
        ]
        lines.append(f'| {arm} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def attribute_gains_figure(of_attributes: AttributeGains) -> Figure:
    """Draw what each arm gains for each attribute, as figure 6 of TPAMI 2019 does.

    Returns:
        A figure that belongs to no window; bars are means, lines sample standard deviations.
    """
    imbalances, gains = of_attributes.imbalances, of_attributes.gains
    figure = Figure(figsize=(2 + 0.4 * len(imbalances), 4.5), layout='constrained')
    axes = figure.subplots()
    width = 0.8 / len(gains)
    for number, (arm, of_arm) in enumerate(gains.items()):
        values = [of_arm[name] for name in imbalances]
        spreads = [stdev(seeds) if len(seeds) > 1 else 0.0 for seeds in values]
        positions = [x + (number - (len(gains) - 1) / 2) * width for x in range(len(values))]
        heights = [mean(seeds) for seeds in values]
        axes.bar(positions, heights, width, yerr=spreads, error_kw={'elinewidth': 0.6}, label=arm)
    axes.axhline(0, color='black', linewidth=0.8)
    names = [f'{name}  1:{ratio:.1f}' for name, ratio in imbalances.items()]
    axes.set_xticks(range(len(names)), names, rotation=90, parse_math=False)
    axes.set_ylabel('mA gained')
    axes.grid(axis='y', color='0.9')
    axes.set_axisbelow(True)
    figure.legend(loc='outside upper center', ncols=len(gains), frameon=False)
    return figure


def _read(path: Path) -> dict[str, tuple[float, float]]:
    """Share of positives and mA by attribute."""
    try:
        with path.open(newline='', encoding='utf-8') as file:
            return {
                row['name']: (float(row['ratio']), float(row['mA'])) for row in csv.DictReader(file)
            }
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f'{path}: not the attributes of a run ({error})') from error


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('work_dir', type=Path, help='of the experiment')
    parser.add_argument('baseline', help='name of an arm')
    parser.add_argument('arms', nargs='+', help='names of those compared with it')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--name', help='of the marks in the README to put the table between')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    of_attributes = attribute_gains(args.work_dir, baseline=args.baseline, arms=args.arms)
    table = gains_table(of_attributes)
    print(table)
    if args.name:
        put_table(README, table, name=args.name)
    if args.figure:
        attribute_gains_figure(of_attributes).savefig(args.figure, dpi=100)


if __name__ == '__main__':
    main()
