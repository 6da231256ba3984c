"""Attributes of the people in pictures and videos.

    tools/predict.py photo.jpg --out seen
    tools/predict.py crops/ --model CONFIG --weights best.pth --out seen
    tools/predict.py street.mp4 --model CONFIG --weights best.pth --out seen --draw \\
        --detector onnx:nanodet.onnx
"""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from par_runtime.run_options import LAUNCHER_VARIABLES

FORMS = ('json', 'jsonl', 'csv')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        'inputs',
        nargs='+',
        metavar='INPUT',
        help='picture, video, folder, pattern, number of a camera, rtsp://...',
    )
    add(
        '--model',
        metavar='CONFIG',
        help='config of the network, the name of a leaf, or an .onnx file; default: the starter',
    )
    add('--weights', metavar='FILE', help='its checkpoint; an .onnx file has its own')
    add('--out', required=True, type=Path, metavar='DIR', help='folder for everything written')
    add(
        '--detector',
        default='none',
        help='none (a picture is a person), boxes:FILE, onnx:FILE[,DECODER], '
        'torchvision:NAME[,WEIGHTS], mmdet:CONFIG,WEIGHTS',
    )
    add('--min-score', type=float, help="of the detector's boxes")
    add('--padding', type=float, default=0.0, help='share of a box that is added around it')
    add('--format', choices=FORMS, default='json', help='one document, a line a picture, a table')
    add('--draw', action='store_true', help='draw pictures and videos')
    add('--crops', action='store_true', help='write the people cut out')
    add(
        '--thresholds',
        default='stored',
        help="stored (the checkpoint's f1, or 0.5), half, prior, mA, f1, or a number",
    )
    add('--strictness', type=float, default=0.0, help='above 0: yes only where it is surer')
    add('--batch-size', type=int, default=32)
    add('--workers', type=int, help='threads that read and prepare')
    add('--device', help='cpu, cuda, ...; default: the fastest')
    add('--every', type=int, default=1, metavar='N', help='take each n-th frame')
    add('--start', type=float, default=0.0, metavar='SECONDS')
    add('--end', type=float, metavar='SECONDS')
    add('--look-every', type=float, default=0.5, metavar='SECONDS', help='at a person of a video')
    add('--no-tracks', action='store_true', help='look at everybody in every frame')
    add(
        '--launcher',
        choices=['none', *LAUNCHER_VARIABLES],
        default='none',
        help='what started the processes that share the job',
    )
    add('--allow-urls', action='store_true', help='fetch pictures from http:// and https://')
    args = parser.parse_args()
    with contextlib.suppress(ValueError):
        args.thresholds = float(args.thresholds)
    return args


def main() -> None:
    args = parse_args()
    # Imported after parsing: they take seconds, and --help needs none of them.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from par_plugins.apis import stop_on_input_error
    from par_plugins.inference.attribute_inferencer import AttributeInferencer
    from par_plugins.inference.job_processes import JobProcesses
    from par_plugins.inference.predict_job import PredictJob
    from par_runtime.installed_files import starter_notice

    columns = (TextColumn('{task.description}'), BarColumn(), TextColumn('{task.fields[state]}'))

    @stop_on_input_error
    def run() -> None:
        if args.model is None and args.weights is None:
            print(starter_notice(), file=sys.stderr)
        processes = JobProcesses(args.launcher)
        inferencer = AttributeInferencer(
            args.model,
            args.weights,
            device=args.device or processes.device,
            thresholds=args.thresholds,
            strictness=args.strictness,
            detector=args.detector,
            min_score=args.min_score,
            padding=args.padding,
            num_workers=args.workers,
            allow_urls=args.allow_urls,
        )
        console = Console(stderr=True, quiet=not processes.is_main)
        with Progress(*columns, console=console, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def show(
                name: str, done: int, total: int | None, rate: float | None, left: float | None
            ) -> None:
                if name not in tasks:
                    tasks[name] = bars.add_task(name, total=total, state='')
                state = f'{done} of {total or "?"}'
                state += f', {rate:.1f} frames/s' if rate else ''
                state += f', {left:.0f} s left' if left is not None else ''
                bars.update(tasks[name], completed=done, state=state)

            job = PredictJob(
                inferencer,
                args.out,
                form=args.format,
                draw=args.draw,
                crops=args.crops,
                batch_size=args.batch_size,
                every=args.every,
                start=args.start,
                end=args.end,
                look_every=args.look_every,
                track=not args.no_tracks,
                progress=show,
                processes=processes,
            )
            report = job.run(args.inputs)
        if not processes.is_main:
            return
        _tell(report)
        if not report.pictures and not report.frames:
            sys.exit(1)

    try:
        run()
    except KeyboardInterrupt:
        print(f'interrupted: what was done is in {args.out}', file=sys.stderr)
        sys.exit(130)


def _tell(report: Any) -> None:
    for source, reason in report.skipped[:10]:
        print(f'skipped: {source}: {reason}', file=sys.stderr)
    if len(report.skipped) > 10:
        print(f'skipped: {len(report.skipped) - 10} more', file=sys.stderr)
    for name, video in report.videos.items():
        stages = ', '.join(
            f'{stage} {1000 * seconds / max(1, video.frames):.1f}'
            for stage, seconds in video.stages.items()
        )
        print(f'{name}: {video.frames} frames, {video.rate:.1f} a second; ms a frame: {stages}')
    print(
        f'{report.pictures} pictures, {report.frames} frames, {report.people} boxes of people, '
        f'{report.tracks} tracks, {len(report.skipped)} skipped: '
        f'{", ".join(map(str, report.written))}'
    )


if __name__ == '__main__':
    main()
