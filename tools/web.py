"""A page in the browser on which pictures and videos are dropped, and the same for programs.

    tools/web.py --detector onnx:nanodet.onnx
    tools/web.py --model CONFIG --weights best.pth

For this computer alone, unless --host says otherwise; then everybody needs the token.
"""

import argparse

LOOPBACK = '127.0.0.1'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        '--model', help='config, leaf, release or .onnx file, see par predict; default: the starter'
    )
    add('--weights', metavar='FILE', help='its checkpoint; releases and .onnx files have their own')
    add('--detector', default='none', help='see par predict; none: a picture is a person')
    add('--min-score', type=float, help="of the detector's boxes")
    add('--padding', type=float, default=0.0, help='share of a box that is added around it')
    add('--index', metavar='DIR', help='of people to search in, see par embed')
    add('--thresholds', default='stored', help='stored, half, prior, mA, f1')
    add('--device', help='cpu, cuda, ...; default: the fastest')
    add('--host', default=LOOPBACK, help=f'address that is listened at ({LOOPBACK})')
    add('--port', type=int, default=8000, help='0 takes a free one')
    add('--token', help='asked for; made up where --host is another than this computer')
    add('--max-bytes', type=int, metavar='N', help='of a request')
    add('--max-pixels', type=int, metavar='N', help='of the pictures of a request, or of a frame')
    add('--max-seconds', type=float, metavar='S', help='that a request may take')
    add('--at-once', type=int, metavar='N', help='requests in work; more are told to come back')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    # Imported after parsing: they take seconds, and --help needs none of them.
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    import logging
    import secrets
    import socket

    from par_plugins.structures import InputError

    try:
        import uvicorn

        from par_plugins.web import WebLimits, create_app
    except ImportError as error:
        raise InputError(f'{error}: pip install "par-plugins[web]"') from error
    from par_plugins.inference import AttributeInferencer
    from par_plugins.search import PersonIndex
    from par_plugins.web.gate import LOOPBACK as LOOPBACK_NAMES

    given = {
        'bytes': args.max_bytes,
        'pixels': args.max_pixels,
        'seconds': args.max_seconds,
        'at_once': args.at_once,
    }
    limits = WebLimits(**{name: value for name, value in given.items() if value is not None})
    token = args.token
    if token is None and args.host not in LOOPBACK_NAMES:
        token = secrets.token_urlsafe(16)
    inferencer = AttributeInferencer(
        args.model,
        args.weights,
        device=args.device,
        thresholds=args.thresholds,
        detector=args.detector,
        min_score=args.min_score,
        padding=args.padding,
    )
    index = None if args.index is None else PersonIndex(args.index)
    app = create_app(inferencer, limits=limits, token=token, index=index)
    family = socket.AF_INET6 if ':' in args.host else socket.AF_INET
    try:
        listening = socket.create_server((args.host, args.port), family=family)
    except OSError as error:
        raise InputError(f'{args.host}:{args.port}: {error.strerror}') from error
    logging.basicConfig(level=logging.WARNING, format='%(asctime)s %(message)s')
    logging.getLogger('par_plugins.web').setLevel(logging.INFO)
    name = f'[{args.host}]' if ':' in args.host else args.host
    after = '' if token is None else f'/#{token}'
    print(f'http://{name}:{listening.getsockname()[1]}{after} (^C ends it)', flush=True)
    uvicorn.Server(
        uvicorn.Config(
            app,
            log_level='error',
            access_log=False,
            server_header=False,
            limit_concurrency=256,
        )
    ).run(sockets=[listening])


if __name__ == '__main__':
    main()
