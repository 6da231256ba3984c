"""Print the results of runs as a Markdown table, or put it into a README."""

import argparse
from pathlib import Path

SCORES = [f'attribute/{name}' for name in ('mA', 'accuracy', 'precision', 'recall', 'f1')]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('runs', nargs='+', type=Path, help="the runs' test_scores.json")
    parser.add_argument('--scores', nargs='+', default=SCORES, help='columns')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put it between')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis.published_results import put_table
    from par_plugins.apis.results_table import RESULTS, results_table

    table = results_table(args.runs, scores=args.scores)
    if args.into is None:
        print(table)
    else:
        put_table(args.into, table, name=RESULTS)


if __name__ == '__main__':
    main()
