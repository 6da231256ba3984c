"""Attributes of the people in pictures and videos.

    tools/predict.py photo.jpg
    tools/predict.py crops/ --model CONFIG --weights best.pth --out seen
    tools/predict.py street.mp4 --model CONFIG --weights best.pth --out seen --draw \\
        --detector onnx:nanodet.onnx

Without --out the answers are printed, of pictures of one person each and by an exported network:
that needs NumPy, OpenCV and onnxruntime alone.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from par_runtime.installed_files import starter_note, starter_path
from par_runtime.jpeg_size import MAX_PIXELS
from par_runtime.run_options import LAUNCHER_VARIABLES
from par_runtime.shown_name import printable
from par_runtime.standard_output import printed_answers

FORMS = ('json', 'jsonl', 'csv')
WRITE = ('draw', 'crops', 'allow_urls')
"""Options that printed answers have no use for."""


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
    add('--out', type=Path, metavar='DIR', help='folder for everything written')
    add(
        '--detector',
        default='none',
        help='none (a picture is a person), boxes:FILE, onnx:FILE[,DECODER], '
        'torchvision:NAME[,WEIGHTS], mmdet:CONFIG,WEIGHTS',
    )
    add('--min-score', type=float, help="of the detector's boxes")
    add('--padding', type=float, default=0.0, help='share of a box that is added around it')
    add('--format', choices=FORMS, help='one document (default), a line a picture, a table')
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
    exported = args.weights is None and (args.model is None or args.model.endswith('.onnx'))
    refused = [f'--{name}' for name in WRITE if getattr(args, name)]
    refused += ['--detector'] * (args.detector != 'none')
    if args.out is None and (refused or not exported):
        what = refused[0] if refused else 'a network that was not exported'
        parser.error(f'--out DIR is needed with {what}')
    return args


def print_answers(args: argparse.Namespace) -> None:
    """Print what an exported network says of pictures; no torch, no files."""
    # OpenCV reads it when it is imported.
    os.environ.setdefault('OPENCV_IO_MAX_IMAGE_PIXELS', str(MAX_PIXELS))
    from par_runtime.answers import AnswerRule
    from par_runtime.input_error import InputError
    from par_runtime.onnx_model import OnnxAttributeModel
    from par_runtime.predict_pictures import answers_text, predict_pictures
    from par_runtime.records import records_text

    try:
        model = OnnxAttributeModel(args.model or starter_path())
        rule = AnswerRule.of_checkpoint(
            model.metadata,
            model.schema,
            source=model.source,
            thresholds=args.thresholds,
            strictness=args.strictness,
        )
    except InputError as error:
        sys.exit(f'error: {printable(str(error))}')
    records = list(predict_pictures(args.inputs, model, rule))
    if args.format:
        print(records_text(records, model.schema, {'weights': model.source}, form=args.format))
    read = [record for record in records if record.error is None]
    for record in read if args.format is None else ():
        print(answers_text(record))
    for record in records:
        if record.error is not None:
            print(printable(f'skipped: {record.source}: {record.error}'), file=sys.stderr)
    if not read:
        sys.exit('error: none of these is a picture; folders and videos need --out DIR')


def main() -> None:
    args = parse_args()
    if args.model is None and args.weights is None:
        print(starter_note(), file=sys.stderr)
    if args.out is None:
        with printed_answers():
            print_answers(args)
        return
    # Imported after parsing: they take seconds, and --help needs none of them.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from par_plugins.apis import stop_on_input_error
    from par_plugins.inference.attribute_inferencer import AttributeInferencer
    from par_plugins.inference.job_processes import JobProcesses
    from par_plugins.inference.predict_job import PredictJob

    columns = (TextColumn('{task.description}'), BarColumn(), TextColumn('{task.fields[state]}'))

    @stop_on_input_error
    def run() -> None:
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
                form=args.format or FORMS[0],
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
