"""The page and the addresses that programs ask, over HTTP."""

import json
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from fastapi.staticfiles import StaticFiles

from par_plugins.inference.attribute_inferencer import AttributeInferencer
from par_plugins.search import PersonIndex
from par_plugins.structures import InputError
from par_plugins.web.gate import Gate, Tally, WebLimits
from par_plugins.web.private_folder import private_folder
from par_plugins.web.uploads import keep_video, shown_upload
from par_plugins.web.web_answers import WebAnswers
from par_plugins.web.web_search import WebSearch

PAGE = Path(__file__).with_name('page')
NO_TELEMETRY: Any = {'tracing': False, 'metrics': False, 'logs': False, 'auto_configure': False}
MEDIA_TYPES = {
    'json': 'application/json',
    'jsonl': 'application/x-ndjson',
    'csv': 'text/csv; charset=utf-8',
}
LINES = MEDIA_TYPES['jsonl']
Number = Annotated[float, Form(allow_inf_nan=False)]


def create_app(
    inferencer: AttributeInferencer,
    *,
    limits: WebLimits | None = None,
    token: str | None = None,
    index: PersonIndex | None = None,
    folder: Path | None = None,
) -> FastAPI:
    """Make the application that answers about uploads.

    Args:
        inferencer: Network, rule and detector.
        limits: Of each request; None takes the defaults.
        token: See :class:`Gate`.
        index: That ``/search`` searches; None has no such.
        folder: See :func:`private_folder`.

    Raises:
        InputError: If the token is empty: everybody would have it.
    """
    if token is not None and not token.strip():
        raise InputError('the token is empty: everybody would have it')
    limits = limits or WebLimits()
    answers, tally = WebAnswers(inferencer, limits), Tally()
    searching = None
    if index is not None:
        searching = WebSearch(index, max_pixels=limits.pixels, device=str(inferencer.device))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with private_folder(folder) as private:
            app.state.folder = private
            yield

    app = FastAPI(
        title='par_plugins',
        summary='Attributes of the people in pictures and videos',
        version=version('par-plugins'),
        docs_url=None,  # these pages load scripts of other sites
        redoc_url=None,
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
    )

    @app.get('/', include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(PAGE / 'index.html')

    app.mount('/page', StaticFiles(directory=PAGE))

    @app.post('/predict')
    def predict(
        files: list[UploadFile],
        thresholds: str | None = None,
        strictness: Annotated[float, Query(ge=-20, le=20)] = 0.0,
        form: Literal['json', 'jsonl', 'csv'] = 'json',
    ) -> Response:
        """Answer about pictures, as `par predict` writes it into a file."""
        if len(files) > limits.files:
            raise HTTPException(413, f'at most {limits.files} pictures are taken at once')
        uploads = [(shown_upload(file.filename), file.file.read()) for file in files]
        rule: str | float | None = thresholds
        with suppress(TypeError, ValueError):
            rule = float(thresholds)  # type: ignore[arg-type]
        text = answers.predict(uploads, thresholds=rule, strictness=strictness, form=form)
        return Response(text, media_type=MEDIA_TYPES[form])

    @app.post('/tracks')
    def tracks(
        request: Request,
        file: UploadFile,
        every: Annotated[int, Query(ge=1)] = 1,
        start: Annotated[float, Query(ge=0, allow_inf_nan=False)] = 0.0,
        end: Annotated[float | None, Query(gt=0, allow_inf_nan=False)] = None,
        look_every: Annotated[float, Query(gt=0, allow_inf_nan=False)] = 0.5,
        crops: bool = False,
    ) -> Response:
        """Follow the people of a video, as `par predict` writes it into a file.

        Who accepts `application/x-ndjson` gets a line with `frames` and `total` now and then, and
        the answer (or `error`) as the last line.
        """
        leavings, name = request.scope['leavings'], shown_upload(file.filename)
        path = keep_video(file.file, name, request.app.state.folder, max_pixels=limits.pixels)
        leavings.callback(path.unlink, missing_ok=True)
        lines = answers.tracks(
            path,
            name,
            every=every,
            start=start,
            end=end,
            look_every=look_every,
            crops=crops,
            deadline=request.scope['deadline'],
        )
        leavings.callback(lines.close)  # type: ignore[attr-defined]
        if LINES in request.headers.get('accept', ''):
            return StreamingResponse(_as_lines(lines), media_type=LINES)
        *_, document = lines
        return JSONResponse(document)

    @app.post('/explain', response_class=Response)
    def explain(
        file: UploadFile,
        left: Number,
        top: Number,
        right: Number,
        bottom: Number,
        attribute: Annotated[str, Form()],
        value: Annotated[str | None, Form()] = None,
    ) -> Response:
        """Draw where the network looks for an attribute of the person in a box (PNG)."""
        upload = shown_upload(file.filename), file.file.read()
        drawn = answers.heat_map(upload, (left, top, right, bottom), attribute, value)
        return Response(drawn, media_type='image/png')

    def index_in_use() -> WebSearch:
        if searching is None:
            raise HTTPException(404, 'this server was started without an index')
        return searching

    @app.post('/search')
    def search(
        words: Annotated[str | None, Form(max_length=1000)] = None,
        file: UploadFile | None = None,
        box: Annotated[list[float] | None, Form(min_length=4, max_length=4)] = None,
        count: Annotated[int, Form(ge=1, le=200)] = 20,
        at_least: Annotated[float, Form(ge=0, le=1)] = 0.5,
    ) -> dict[str, Any]:
        """Find people in the index by words, by a picture (of the person in a box), or by both."""
        upload = None if file is None else (shown_upload(file.filename), file.file.read())
        return index_in_use().search(words, upload, box, count=count, at_least=at_least)

    @app.get('/search/picture', response_class=Response)
    def indexed_picture(row: int) -> Response:
        """Show a person of the index (JPEG)."""
        picture = index_in_use().picture(row)
        if picture is None:
            raise HTTPException(404, f'there is no picture of person {row}')
        return Response(picture, media_type='image/jpeg')

    @app.get('/model')
    def model() -> dict[str, Any]:
        """Tell what is known of the network's answers, and how many people can be searched."""
        return {**answers.model(), 'people_in_index': None if index is None else len(index)}

    @app.get('/health')
    def health() -> dict[str, Any]:
        """Tell that it is there, and how much it does."""
        return {'status': 'ok', 'in_work': tally.in_work, 'at_once': limits.at_once}

    @app.get('/metrics', response_class=PlainTextResponse)
    def metrics() -> str:
        """Count what was answered, in the text format of Prometheus."""
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = ['# TYPE par_memory_peak_bytes gauge', f'par_memory_peak_bytes {peak}']
        return '\n'.join([*tally.lines(), *memory, ''])

    @app.exception_handler(InputError)
    def refuse(request: Request, error: InputError) -> JSONResponse:
        detail = answers.public(str(error))
        for path in searching.paths if searching else ():
            detail = detail.replace(path, Path(path).name)
        return JSONResponse({'detail': detail}, 422)

    app.add_middleware(
        Gate,
        limits=limits,
        tally=tally,
        paths=frozenset(route.path for route in app.routes),  # type: ignore[attr-defined]
        token=token,
        open_paths=('/page/', '/health', '/openapi.json'),
    )
    return app


def _as_lines(lines: Iterator[dict[str, Any]]) -> Iterator[str]:
    try:
        for line in lines:
            yield json.dumps(line) + '\n'
    except InputError as error:
        yield json.dumps({'error': str(error)}) + '\n'
