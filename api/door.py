"""The door every request comes through: known name, own origin, key, bounded body; and the headers every response leaves with."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from secrets import token_hex
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identity import Keyring
from api.problems import refusal_response
from api.refusal import Refusal

MAX_BODY_BYTES = 1_000_000
_MOST_PASSED_BYTES = 10 * MAX_BODY_BYTES
_BODY_SECONDS = 30.0
# Documents are larger than any other body: they go to the disk as they come, counted on the way.
UPLOAD = ("POST", "/api/v1/documents")
MAX_UPLOAD_BYTES, _UPLOAD_SECONDS = 51_000_000, 120.0
_CLOSE = {"Connection": "close"}
_READING = ("GET", "HEAD", "OPTIONS")
# Open without a key: what a probe asks and where a key is shown.
_OPEN_PATHS = ("/healthz", "/readyz", "/login", "/pages.css", "/favicon.ico")
_PAGES = ("/", "/docs", "/ui")
# Gradio brings its scripts and styles inline; none of it may come from or go to anywhere else.
_CSP_OF_UI = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_CSP_OF_PAGES = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


class Door:
    """An ASGI application in front of another one."""

    def __init__(self, app: ASGIApp, keyring: Keyring, names: tuple[str, ...]) -> None:
        self._app, self._keyring = app, keyring
        self._names = frozenset(("localhost", *names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_headers(scope, send))
        else:  # nothing here speaks WebSocket
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPConnection(scope)
        try:
            self._check_host(request)
            _check_origin(request, scope["method"])
            if (elsewhere := self._admit(request, scope)) is not None:
                await elsewhere(scope, receive, send)
                return
            if (scope["method"], scope["path"]) == UPLOAD:
                receive, body = _counted(request, receive), None
            else:
                body = await _bounded_body(request, receive) if scope["method"] not in _READING else None
        except Refusal as refusal:
            await refusal_response(scope["path"], refusal)(scope, receive, send)
            return
        await self._app(scope, receive if body is None else _again(body, receive), send)

    def _check_host(self, request: HTTPConnection) -> None:
        """A page elsewhere can make its own name point here, but it cannot make a browser ask for an address or for our names."""
        host = request.headers.get("host", "")
        name = _split(f"//{host}").hostname if _plain(host) else None
        if name is None or not (name in self._names or _is_address(name)):
            shown = host[:100]
            raise Refusal("wrong_host", f"This server does not answer to the name {shown!r}. Next: add it to OIIS_ALLOWED_HOSTS.")

    def _admit(self, request: HTTPConnection, scope: Scope) -> Response | None:
        """Note who asks; a person with a browser and no session is shown where to get one."""
        path = scope["path"]
        caller = self._keyring.caller(request)
        if caller is not None:
            scope.setdefault("state", {})["caller"] = caller
        elif path not in _OPEN_PATHS:
            page = path in _PAGES or path.startswith("/ui/")
            if page and scope["method"] == "GET" and "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(f"/login?next={quote(path)}", 303)
            detail = "This server has an access key. Next: send it as `Authorization: Bearer KEY`, or log in at /login."
            raise Refusal("no_access", detail, {"WWW-Authenticate": "Bearer"})
        return None


def _plain(host: str) -> bool:
    """Whether a Host header is a name and a port and nothing cleverer."""
    return bool(host) and host.isascii() and not set(host) & set("/\\@?#, \t")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _split(address: str) -> SplitResult:
    """The parts of an address; an address that is none has none, and is refused for it."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _check_origin(request: HTTPConnection, method: str) -> None:
    """Browsers say where a request comes from; from elsewhere nothing is changed here."""
    if method in _READING:
        return
    origin = request.headers.get("origin")
    same = _split(origin).netloc.lower() == request.headers.get("host", "").lower() if origin else True
    if not same or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refusal("foreign_origin", f"A page of {origin or 'another site'!r} may not change anything here.")


async def _bounded_body(request: HTTPConnection, receive: Receive) -> bytes:
    """The whole body, when it is small enough and comes in time."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal():
        raise Refusal("bad_request", f"The length of the body is {length[:40]!r}; it has to be a number of bytes.", _CLOSE)
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
                if max(int(length), sum(map(len, parts))) > MAX_BODY_BYTES:
                    await _let_pass(receive, more)
                    raise Refusal("too_large", f"The body is larger than {MAX_BODY_BYTES:,} bytes.", _CLOSE)
    except TimeoutError as error:
        raise Refusal("bad_request", f"The body did not come within {_BODY_SECONDS:.0f} seconds.", _CLOSE) from error
    return b"".join(parts)


def _counted(request: HTTPConnection, receive: Receive) -> Receive:
    """The body as it comes, until it is too large or takes too long; the framework passes these two errors on as they are."""
    too_large = HTTPException(413, f"The document is larger than {MAX_UPLOAD_BYTES:,} bytes.", _CLOSE)
    length = request.headers.get("content-length", "0")
    if not length.isdecimal():
        raise Refusal("bad_request", f"The length of the body is {length[:40]!r}; it has to be a number of bytes.", _CLOSE)
    if int(length) > MAX_UPLOAD_BYTES:
        raise Refusal("too_large", too_large.detail, _CLOSE)
    deadline, size = asyncio.get_running_loop().time() + _UPLOAD_SECONDS, 0

    async def received() -> Message:
        nonlocal size
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(400, f"The document did not come within {_UPLOAD_SECONDS:.0f} seconds.", _CLOSE) from error
        size += len(message.get("body", b""))
        if size > MAX_UPLOAD_BYTES:
            raise too_large
        return message

    return received


async def _let_pass(receive: Receive, more: bool) -> None:
    """Take in a little of what is not wanted: who is still sending would not read why it was refused."""
    passed = 0
    while more and passed < _MOST_PASSED_BYTES:
        message = await receive()
        passed += len(message.get("body", b""))
        more = message.get("more_body", False)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once; after it what still comes, which is that the client went away."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _with_headers(scope: Scope, send: Send) -> Send:
    request_id = token_hex(8)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in (*_HEADERS.items(), ("Content-Security-Policy", _policy(scope["path"]))):
                headers.setdefault(name, value)
            headers["X-Request-Id"] = request_id
            if not scope["path"].startswith("/ui"):
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def _policy(path: str) -> str:
    return _CSP_OF_UI if path == "/ui" or path.startswith("/ui/") else _CSP_OF_PAGES
