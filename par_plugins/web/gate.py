"""What every request passes: who may ask, how much, how long, and how many at once."""

import asyncio
import hmac
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from par_plugins.structures import checked_number

LOOPBACK = ('localhost', '127.0.0.1', '::1')
"""Names of this computer that nobody else can reach it by."""
RETRY_AFTER = 2
"""Seconds after which who was refused may ask again."""
DRAIN_SECONDS = 5.0
"""That a refused client has to finish its upload, so that it reads the refusal."""
SECURITY = {
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src blob:; connect-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    'cache-control': 'no-store',
}
LOGGER = logging.getLogger('par_plugins.web')
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class WebLimits:
    """How much a request may ask for.

    Attributes:
        bytes: Of its body.
        pixels: Of the pictures of a request together, and of a frame of a video.
        seconds: That it may take, its upload included.
        at_once: Requests in work; more are told to come back.
        files: Pictures in one request.

    Raises:
        InputError: If one of them is not above 0.
    """

    bytes: int = 64 * 2**20
    pixels: int = 25_000_000
    seconds: float = 120.0
    at_once: int = 4
    files: int = 16

    def __post_init__(self) -> None:
        for name in ('bytes', 'pixels', 'at_once', 'files'):
            checked_number(name, getattr(self, name), at_least=1, whole=True)
        checked_number('seconds', self.seconds, above=0)


@dataclass
class Tally:
    """What is counted, all that is kept of requests.

    Attributes:
        answers: Number of answers by path and status.
        seconds: That they took, by path.
        in_work: Requests in work now.
    """

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    in_work: int = 0

    def lines(self) -> Iterator[str]:
        """Say it in the text format of Prometheus."""
        yield '# TYPE par_requests_total counter'
        for (path, status), number in sorted(self.answers.items()):
            yield f'par_requests_total{{path="{path}",status="{status}"}} {number}'
        yield '# TYPE par_request_seconds_total counter'
        for path, seconds in sorted(self.seconds.items()):
            yield f'par_request_seconds_total{{path="{path}"}} {seconds:.6f}'
        yield '# TYPE par_requests_in_work gauge'
        yield f'par_requests_in_work {self.in_work}'


class Gate:
    """Middleware of every request; what is inside sees only those that pass.

    Inside, ``scope['deadline']`` is the time (:func:`time.monotonic`) at which a request must be
    over, and ``scope['leavings']`` an exit stack that is closed when it is, however it ends.

    Args:
        app: What is inside.
        limits: See there.
        tally: Which counts.
        paths: What is counted under its own name.
        token: Asked for by all that answers from data; None lets everybody ask who can reach this
            computer by a name of its own.
        open_paths: Beginnings of what is answered without token.
    """

    def __init__(
        self,
        app: Any,
        *,
        limits: WebLimits,
        tally: Tally,
        paths: frozenset[str],
        token: str | None,
        open_paths: tuple[str, ...],
    ) -> None:
        self.app, self.limits, self.tally, self.paths = app, limits, tally, paths
        self.token, self.open_paths = token, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), 0
        scope['deadline'] = began + self.limits.seconds

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
                MutableHeaders(scope=message).update(SECURITY)
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is None:
                await self._pass(scope, receive, send_safely)
            else:
                if refusal.status_code == 429:
                    await self._drain(receive)
                body = JSONResponse(
                    {'detail': refusal.detail}, refusal.status_code, refusal.headers
                )
                await body(scope, receive, send_safely)
        except Exception as error:  # of which a log would tell what was asked
            LOGGER.error('failed: %s in %s', type(error).__name__, _origin_of(error))
            if not status:
                body = JSONResponse({'detail': 'an error of the server'}, 500)
                await body(scope, receive, send_safely)
        finally:
            path = scope['path'] if scope['path'] in self.paths else 'other'
            taken = time.monotonic() - began
            self.tally.answers[path, status] += 1
            self.tally.seconds[path] += taken
            LOGGER.info('%s %d %.3f s', path, status, taken)

    def _refusal(self, scope: Scope) -> HTTPException | None:
        headers = Headers(scope=scope)
        if self.token is None:
            host = headers.get('host', '').rpartition('@')[2]
            name = host.rpartition(':')[0] if host.rpartition(']')[2].count(':') else host
            if name.strip('[]') not in LOOPBACK:
                return HTTPException(403, 'this server is for this computer')
        elif scope['path'] != '/' and not scope['path'].startswith(self.open_paths):
            given = headers.get('authorization', '').removeprefix('Bearer ')
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                return HTTPException(401, 'a token is needed', {'WWW-Authenticate': 'Bearer'})
        if scope['method'] != 'POST':
            return None
        if _site(headers) not in ('none', 'same-origin'):
            return HTTPException(403, 'pages of other sites cannot ask')
        length = headers.get('content-length', '0')
        if not length.isdecimal() or int(length) > self.limits.bytes:
            return HTTPException(413, f'at most {self.limits.bytes} bytes are taken')
        if self.tally.in_work >= self.limits.at_once:
            return HTTPException(
                429, 'too many at once; ask again', {'Retry-After': str(RETRY_AFTER)}
            )
        return None

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['method'] != 'POST':
            await self.app(scope, receive, send)
            return
        read = 0

        async def receive_bounded() -> MutableMapping[str, Any]:
            nonlocal read
            remaining = scope['deadline'] - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(remaining, 0.001))
            except TimeoutError:
                raise HTTPException(
                    408, f'at most {self.limits.seconds:g} s are waited for an upload'
                ) from None
            read += len(message.get('body', b''))
            if read > self.limits.bytes:
                raise HTTPException(413, f'at most {self.limits.bytes} bytes are taken')
            return message

        self.tally.in_work += 1
        leavings = scope['leavings'] = ExitStack()
        try:
            await self.app(scope, receive_bounded, send)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(leavings.close)
            self.tally.in_work -= 1

    async def _drain(self, receive: Receive) -> None:
        """Take what a refused client is still sending, and forget it."""
        read, more = 0, True
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while more and read <= self.limits.bytes:
                    message = await receive()
                    read += len(message.get('body', b''))
                    more = message.get('more_body', False)
        except TimeoutError:
            pass


def _site(headers: Headers) -> str:
    """Say whose page asks; older browsers tell its address alone."""
    origin, host = headers.get('origin'), headers.get('host')
    same = origin is None or urlsplit(origin).netloc == host
    return headers.get('sec-fetch-site', 'none' if same else 'cross-site')


def _origin_of(error: BaseException) -> str:
    """File and line that raised it, without folders."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return 'an unknown file'
    return f'{trace.tb_frame.f_code.co_filename.rpartition("/")[2]}:{trace.tb_lineno}'
