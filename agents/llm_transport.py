"""The way out to a language model: no redirect is followed, no reply is read beyond a size, no idle connection is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

MAX_REPLY_BYTES = 2_000_000


class ReplyTooLarge(httpx.HTTPError):
    """A reply that grew beyond the limit; the rest was not read."""


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, limit: int) -> None:
        self._stream, self._limit = stream, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._stream:
            read += len(piece)
            if read > self._limit:
                raise ReplyTooLarge(f"a reply of more than {self._limit} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class BoundedTransport(httpx.AsyncBaseTransport):
    """A transport whose replies end at a limit."""

    def __init__(self, inner: httpx.AsyncBaseTransport, limit: int = MAX_REPLY_BYTES) -> None:
        self._inner, self._limit = inner, limit

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"  # what is counted is what was sent, not what it unpacks to
        response = await self._inner.handle_async_request(request)
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _BoundedStream(response.stream, self._limit)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def open_transport() -> BoundedTransport:
    """Without idle connections a transport belongs to no event loop and needs no closing."""
    return BoundedTransport(httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=32, max_keepalive_connections=0)))


def open_client(seconds: float) -> httpx.AsyncClient:
    """A client of our own: the shared one of langchain-openai breaks with the first event loop that ends."""
    return httpx.AsyncClient(transport=open_transport(), timeout=seconds, follow_redirects=False)
