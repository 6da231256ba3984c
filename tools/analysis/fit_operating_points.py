"""Find thresholds on the validation split, and store them with a checkpoint.

A test with OperatingPointMetric and OperatingPointHook applies them; its numbers have names of
their own, such as attribute/tuned_f1/mA.
"""

import argparse

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
        '--rules', nargs='+', default=['mA'], help='mA, f1, youden, threshold_adjustment'
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import load_config
    from par_plugins.apis.operating_points import fit_operating_points

    cfg = load_config(args, work_dir='{config}/operating_points')
    points = fit_operating_points(
        cfg, args.checkpoint, args.out or args.checkpoint, rules=args.rules
    )
    for name, point in points.items():
        print(name, *(f'{key}={value:g}' for key, value in point.parameters.items()))
        for attribute, threshold in point.thresholds.items():
            print(f'  {attribute}: {threshold:.4f}')


if __name__ == '__main__':
    main()
