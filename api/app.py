"""The HTTP surface of an installation: door, routes, problems, chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.background import jobs_of
from api.chat import Chat, WithChat
from api.door import Door
from api.identity import Keyring
from api.installation import Installation
from api.openapi import describe
from api.problems import tell_problems
from api.routes.catalog import PAGES, PREFIX, RESOURCES
from settings import version


class Application(FastAPI):
    """An application behind the door, with everything it replies, faults of ours too."""

    def build_middleware_stack(self) -> ASGIApp:
        door: Callable[[ASGIApp], ASGIApp] = self.state.door
        return door(super().build_middleware_stack())


def build_app(installation: Installation, chat: Chat | None = None) -> FastAPI:
    """The application; the installation is open for as long as it lives."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if installation.is_open:
            yield
        else:
            async with installation.opened():
                yield

    app = Application(title="OIIS", version=version(), lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.installation = installation
    app.state.keyring = keyring = Keyring(installation.settings)
    app.state.door = partial(Door, keyring=keyring, names=(*installation.settings.names, installation.settings.host))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    for router in RESOURCES:
        app.include_router(router, prefix=PREFIX)
    for router in PAGES:
        app.include_router(router)
    tell_problems(app, lambda: jobs_of(installation))
    if chat is not None:
        app.add_middleware(WithChat, chat=chat)
    return app
