"""Find thresholds on the validation split, and store them with a checkpoint.

The rule prior finds all that tools/predict.py answers by: thresholds of the rules half, prior, mA
and f1, what to expect of them, the probabilities at which too many answers are wrong, and the
height and sharpness below which people are too small and too blurred. A picture of how often the
outputs are right, as they are and calibrated, is drawn beside the weights. A test with
OperatingPointMetric and OperatingPointHook applies thresholds; its numbers have names of their own,
such as attribute/prior/mA.
"""

import argparse
from pathlib import Path

from par_runtime.run_options import RUNNER_OPTIONS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[RUNNER_OPTIONS],
    )
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='file to write, default: the checkpoint itself')
    parser.add_argument(
        '--rules', nargs='+', default=['prior'], help='prior, mA, f1, youden, threshold_adjustment'
    )
    parser.add_argument(
        '--heights',
        nargs='*',
        type=int,
        help='to shrink people to until attributes can no longer be told; none: do not look',
    )
    parser.add_argument(
        '--blurs',
        nargs='*',
        type=float,
        help='radii to blur people by until attributes can no longer be told; none: do not look',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import load_config
    from par_plugins.apis.operating_points import BLURS, HEIGHTS, fit_operating_points

    cfg = load_config(args, work_dir='{config}/operating_points')
    heights = HEIGHTS if args.heights is None else args.heights
    blurs = BLURS if args.blurs is None else args.blurs
    out = Path(args.out or args.checkpoint)
    figure = out.with_suffix('.reliability.png') if 'prior' in args.rules else None
    points = fit_operating_points(
        cfg,
        args.checkpoint,
        out,
        rules=args.rules,
        heights=heights,
        blurs=blurs,
        figure=figure,
    )
    for name, point in points.items():
        print(name, *(f'{key}={value:g}' for key, value in point.parameters.items()))
        for attribute, threshold in point.thresholds.items():
            print(f'  {attribute}: {threshold:.4f}')
    print(f'stored with the weights: {out}')
    if figure is not None:
        print(f'how often outputs are right: {figure}')


if __name__ == '__main__':
    main()
