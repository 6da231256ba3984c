"""Test a checkpoint."""

import argparse

from par_plugins.apis import (
    RUNNER_OPTIONS,
    build_runner,
    load_config,
    stop_on_input_error,
    subfolder_of_run,
)
from par_plugins.structures import InputError


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='save every prediction to this .pkl file')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    if args.out and not args.out.endswith(('.pkl', '.pickle')):
        raise InputError(f'--out {args.out}: must end in .pkl')
    cfg = load_config(args, work_dir='{config}/test')
    subfolder_of_run(cfg, 'test')
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.out:
        metrics = cfg.test_evaluator
        dump = dict(type='DumpResults', out_file_path=args.out)
        cfg.test_evaluator = [*(metrics if isinstance(metrics, list) else [metrics]), dump]
    build_runner(cfg).test()


if __name__ == '__main__':
    main()
