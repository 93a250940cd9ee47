"""`python -m api.serve`: the server of an installation, one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import uvicorn

from settings import BadSetting, Settings, check_exposure, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.installation import Installation

# Who follows a run is let go at once; a request under way gets this long.
GRACE_SECONDS = 3
WRONG_SETTING, UNREACHABLE, HELD, PORT_TAKEN = 2, 6, 7, 11
_BACKLOG, _MOST_CONNECTIONS = 256, 1_000


class PortTaken(Exception):
    """Something else listens there, or the address is not this machine's."""


class Server(uvicorn.Server):
    """A server that lets go of those who follow runs before it waits for the others."""

    def __init__(self, config: uvicorn.Config, installation: Installation) -> None:
        super().__init__(config)
        self._installation = installation
        self.broken = False
        installation.when_broken = self._stop_broken

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._installation.conductor.close()
        await super().shutdown(sockets)

    def _stop_broken(self) -> None:
        """Whoever started this process starts it again."""
        self.broken = self.should_exit = True


def main() -> int:
    """Serve; what keeps the server from starting is one line on stderr and an exit code."""
    from api.store.errors import InUse, StoreError, Unreachable
    from api.work.errors import QueueUnreachable

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = read_settings()
        check_exposure(settings)
        with listening(settings) as door:
            return asyncio.run(serve(settings, door))
    except InUse as error:
        return _refused(error, HELD)
    except (Unreachable, QueueUnreachable) as error:
        return _refused(error, UNREACHABLE)
    except (BadSetting, StoreError) as error:
        return _refused(error, WRONG_SETTING)
    except PortTaken as error:
        return _refused(error, PORT_TAKEN)


async def serve(settings: Settings, door: socket.socket) -> int:
    """Open the installation, then the door; 0 when it was told to stop."""
    from api.app import build_app
    from api.chat import Chat
    from api.installation import Installation

    installation = Installation(settings)
    async with installation.opened():
        chat = Chat(base_url(settings)) if settings.chat else None
        # uvicorn raises the signal again when it has stopped; what is open here has to be closed first.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        installation.assistant.warm()
        server = Server(configured(build_app(installation, chat)), installation)
        async with chat.opening() if chat else nullcontext():
            await server.serve([door])
    return 1 if server.broken else 0


def configured(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves: quietly, without WebSockets, bounded."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def base_url(settings: Settings) -> str:
    """Where this process reaches itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # whom to ask when it listens everywhere
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def listening(settings: Settings) -> socket.socket:
    """The socket, bound before anything else is opened, so that a port that is taken is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol by its name: asyncio sends small pieces at once only on sockets that name it, else every reply waits for 40 ms.
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
        door.listen(_BACKLOG)
    except OSError as error:
        door.close()
        place = f"{settings.host}:{settings.port}"
        remedy = "stop what uses it, or choose OIIS_HOST and OIIS_PORT anew"
        raise PortTaken(f"cannot listen on {place} ({error.strerror}). Next: {remedy}.") from error
    return door


def _refused(error: Exception, code: int) -> int:
    sys.stderr.write(f"error: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
