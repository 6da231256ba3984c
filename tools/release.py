"""Release a checkpoint: a folder that others can find, use and verify.

    tools/release.py CONFIG best.pth released/NAME --training-data PA-100K --data-licence CC-BY-4.0

The folder is a GitHub release, a repository of the Hugging Face hub and an entry for mim at once.
The test set of the config must be there: every number on the model card is measured. Thresholds
must be stored with the checkpoint (tools/analysis/fit_operating_points.py).
"""

import argparse
from pathlib import Path

from par_runtime.run_options import CFG_OPTIONS, leaf_path

CALIBRATION = 200
"""Pictures of a folder that ranges of whole numbers are chosen by."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[CFG_OPTIONS],
    )
    parser.add_argument('config', type=leaf_path, help='config file, or the name of a leaf')
    parser.add_argument('checkpoint', help='its weights, in the folder of their run')
    parser.add_argument('out', type=Path, help='folder to write, new or empty')
    parser.add_argument('--name', help="of the model; default: the config's")
    parser.add_argument('--training-data', help='name of the data; default: that of the leaf')
    parser.add_argument('--data-licence', help='what the data may be used for')
    parser.add_argument('--licence', help='of the weights, as the hub writes it: cc-by-4.0')
    parser.add_argument('--url', help='address of the folder in which the files will be')
    parser.add_argument(
        '--no-onnx', action='store_true', help='without model.onnx: of networks that do not export'
    )
    parser.add_argument(
        '--int8',
        metavar='FOLDER',
        help='also model-int8.onnx, its numbers measured; pictures of the training set',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from rich.progress import Progress

    from par_plugins.apis import load_config
    from par_plugins.deployment.release import release
    from par_plugins.deployment.release_notes import ReleaseNotes
    from par_plugins.inference.model_source import index_entry
    from par_plugins.inference.pictures import list_files

    runner_options = argparse.Namespace(**vars(args), launcher='none', work_dir=None, local_rank=0)
    cfg = load_config(runner_options, work_dir='{config}')
    known = (index_entry(Path(args.config).stem) or {}).get('Metadata', {})
    said = {
        'training_data': args.training_data or known.get('Training Data'),
        'data_licence': args.data_licence,
        'licence': args.licence,
        'url': args.url,
    }
    notes = ReleaseNotes(
        args.name or Path(args.config).stem, **{key: text for key, text in said.items() if text}
    )
    with Progress(transient=True) as bars:
        task = bars.add_task('test')
        weights = release(
            cfg,
            args.checkpoint,
            args.out,
            notes,
            onnx=not args.no_onnx,
            calibration=list_files(args.int8).pictures[:CALIBRATION] if args.int8 else (),
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    print(f'released: {weights}')


if __name__ == '__main__':
    main()
