"""Who asks: on this machine alone everybody is `local`; with an access key, whoever shows it or the cookie it was exchanged for."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from settings import Settings
from tools.contract import LOCAL, Caller

COOKIE = "oiis_session"
SESSION_SECONDS = 12 * 3600


class Keyring:
    """Checks what a request shows against the access key; without a key there is nothing to check."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._key = settings.access_key.get_secret_value().encode() if settings.access_key else None
        self._now = now

    @property
    def locked(self) -> bool:
        """Whether a key is needed."""
        return self._key is not None

    def caller(self, request: HTTPConnection) -> Caller | None:
        """Who asks, or None when nothing that opens was shown."""
        if self._key is None or self._bearer(request) or self._session(request.cookies.get(COOKIE, "")):
            return LOCAL
        return None

    def opens(self, shown: str) -> bool:
        """Whether this is the key; how long the answer takes tells nothing."""
        return self._key is not None and hmac.compare_digest(_digest(shown.encode()), _digest(self._key))

    def new_session(self) -> str:
        """What a cookie holds: when it ends, signed with the key, so that another key ends every session."""
        ends = str(int(self._now()) + SESSION_SECONDS)
        return f"{ends}.{self._signature(ends)}"

    def _bearer(self, request: HTTPConnection) -> bool:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.opens(shown.strip())

    def _session(self, token: str) -> bool:
        ends, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(ends).encode()):
            return False
        return ends.isdecimal() and int(ends) > self._now()

    def _signature(self, ends: str) -> str:
        return hmac.new(b"session " + (self._key or b""), ends.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


# The door (api/door.py) has decided already; a request that it did not let in reaches no route.
Identity = Annotated[Caller, Depends(_caller)]
