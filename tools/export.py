"""Export a network as one .onnx file that needs no torch.

    tools/export.py CONFIG best.pth model.onnx
    tools/export.py CONFIG best.pth model.onnx --int8 --calibration data/train_pictures

The file is compared with the network at several batch sizes and not written if answers change (in
fp32), or more of them than --max-changed (where it is smaller, or resizes by itself). What was
compared is in parity.json beside it.
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
    add = parser.add_argument
    add('checkpoint', help='checkpoint file')
    add('out', type=Path, help='file to write, .onnx')
    precision = parser.add_mutually_exclusive_group()
    precision.add_argument('--fp16', action='store_true', help='weights of 16 bits')
    precision.add_argument('--int8', action='store_true', help='weights of 8 bits, per channel')
    add('--calibration', type=Path, metavar='FOLDER', help='pictures of the training set, for int8')
    add('--pictures', type=Path, metavar='FOLDER', help='of people, to compare on')
    add('--limit', type=int, default=200, help='pictures of a folder that are taken at most')
    add('--resize-inside', action='store_true', help='let the file resize pictures')
    add('--max-changed', type=float, metavar='SHARE', help='of the answers; default 0.1')
    add('--cost', choices=['val', 'test'], help='measure mA and F1 of both on this split')
    args = parser.parse_args()
    if args.out.suffix != '.onnx':
        parser.error(f'{args.out}: the file must end in .onnx')
    if args.int8 != (args.calibration is not None):
        parser.error('--int8 needs --calibration, and no other form has any')
    return args


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import load_config
    from par_plugins.deployment.export import MAX_CHANGED, export_onnx, read_red_first
    from par_plugins.deployment.export_cost import score_line, scores_on
    from par_plugins.inference.load_model import load_model
    from par_plugins.inference.load_onnx_model import load_onnx_model
    from par_plugins.inference.pictures import list_files

    def files(folder: Path | None) -> list[str] | None:
        return None if folder is None else list_files(str(folder)).pictures[: args.limit]

    cfg = load_config(args, work_dir='{config}/export')
    chosen = files(args.pictures)
    report = export_onnx(
        cfg,
        args.checkpoint,
        args.out,
        resize_inside=args.resize_inside,
        precision='fp16' if args.fp16 else 'int8' if args.int8 else 'fp32',
        calibration=files(args.calibration),
        pictures=None if chosen is None else [read_red_first(path) for path in chosen],
        max_changed=MAX_CHANGED if args.max_changed is None else args.max_changed,
    )
    print(report)
    if args.cost is not None:
        original = load_model(cfg, args.checkpoint, 'cpu')
        for name, loaded in (('network', original), ('exported', load_onnx_model(args.out))):
            scores, _ = scores_on(loaded, cfg, split=args.cost)
            for rule in scores['rules']:
                print(f'{name}, {args.cost}, {score_line(scores, rule)}')
    print(f'written: {args.out} ({args.out.stat().st_size:,} bytes), parity.json beside it')


if __name__ == '__main__':
    main()
