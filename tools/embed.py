"""Look at people in pictures and videos, and put what was seen into an index to search in.

    tools/embed.py crops/ --index people
    tools/embed.py crops/ --model CONFIG --weights best.pth --index people
    tools/embed.py street.mp4 --model CONFIG --weights best.pth --index people \\
        --detector onnx:nanodet.onnx

An index that is there already grows; what is in it is not looked at again. Pictures that cannot be
read are left out, and named at the end; the status is 0 all the same, unless nobody can be seen.
"""

import argparse
import sys
from pathlib import Path

from par_runtime.installed_files import starter_note
from par_runtime.run_options import LAUNCHER_VARIABLES


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('inputs', nargs='+', metavar='INPUT', help='picture, video, folder, pattern')
    add(
        '--model',
        metavar='CONFIG',
        help='config of the network, a leaf, or an .onnx file; default: the starter',
    )
    add('--weights', metavar='FILE', help='its checkpoint; an .onnx file has its own')
    add('--index', required=True, type=Path, metavar='DIR', help='folder; made where there is none')
    add('--detector', default='none', help='see tools/predict.py; none: a picture is a person')
    add('--min-score', type=float, help="of the detector's boxes")
    add('--padding', type=float, default=0.0, help='share of a box that is added around it')
    add('--batch-size', type=int, default=32)
    add('--workers', type=int, help='threads that read and prepare')
    add('--device', help='cpu, cuda, ...; default: the fastest')
    add('--every', type=int, default=1, metavar='N', help='take each n-th frame of a video')
    add('--look-every', type=float, default=0.5, metavar='SECONDS', help='at a person of a video')
    add(
        '--launcher',
        choices=['none', *LAUNCHER_VARIABLES],
        default='none',
        help='what started the processes that share the job',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from par_plugins.inference.job_processes import JobProcesses
    from par_plugins.search import IndexJob, PersonEmbedder
    from par_plugins.structures import printable

    processes = JobProcesses(args.launcher)
    if args.model is None and args.weights is None and processes.is_main:
        print(starter_note(), file=sys.stderr)
    embedder = PersonEmbedder(
        args.model,
        args.weights,
        device=args.device or processes.device,
        detector=args.detector,
        min_score=args.min_score,
        padding=args.padding,
        num_workers=args.workers,
    )
    console = Console(stderr=True, quiet=not processes.is_main)
    with Progress(console=console, transient=True) as bars:
        task = bars.add_task('pictures and videos')
        report = IndexJob(
            embedder,
            args.index,
            batch_size=args.batch_size,
            every=args.every,
            look_every=args.look_every,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
            processes=processes,
        ).run(args.inputs)
    if report.index is None:
        return
    if report.skipped:
        print(f'{len(report.skipped)} could not be read and are not in the index:', file=sys.stderr)
        for source, reason in report.skipped:
            print(f'    {printable(f"{source}: {reason}")}', file=sys.stderr)
    width = report.index.embeddings.shape[1]
    known = f', {report.known} pictures and videos were in it already' if report.known else ''
    print(
        f'{args.index}: {report.people} people more, {len(report.index)} in all, embeddings of '
        f'width {width}{known}'
    )


if __name__ == '__main__':
    main()
