"""Test a checkpoint."""

import argparse

from par_runtime.run_options import RUNNER_OPTIONS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='save every prediction to this .pkl file')
    args = parser.parse_args()
    if args.out and not args.out.endswith(('.pkl', '.pickle')):
        parser.error(f'--out {args.out}: must end in .pkl')
    return args


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import build_runner, load_config, subfolder_of_run

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
