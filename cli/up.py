"""`./oiis up`: everything set up, the server and its worker started and kept running."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, progress_bar, say

if TYPE_CHECKING:
    from settings import Settings

ADDRESS_TAKEN = 11


class FirstData(StrEnum):
    """What an installation that holds nothing starts with."""

    tiny = "tiny"
    demo = "demo"
    large = "large"
    none = "none"


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on (OIIS_HOST)")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API and the chat (OIIS_PORT)", min=1, max=65535)] = None,
    demo: Annotated[FirstData | None, typer.Option(help="Demo company built when nothing was loaded yet (OIIS_DEMO)")] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also run the worker; off when it runs elsewhere")] = True,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the chat in the browser once it answers")] = False,
    setup_only: Annotated[
        bool, typer.Option("--setup-only", help="Make sure there is data, say what is in it, and end: nothing is served")
    ] = False,
) -> None:
    """Serve the chat and the API, with the worker beside them; the demo company is built when nothing was loaded yet."""
    from settings import check_exposure, read_settings

    for name, chosen in (("OIIS_HOST", host), ("OIIS_PORT", port), ("OIIS_DEMO", demo)):
        if chosen is not None:
            os.environ[name] = str(chosen)
    settings = read_settings()
    if setup_only:
        _set_up(settings)
        return
    from cli.supervisor import Supervisor

    check_exposure(settings)
    _refuse_taken(settings.host, settings.port)
    _refuse_held(settings.state)
    raise typer.Exit(Supervisor(settings, with_worker=worker, open_browser=open_browser).run())


def _set_up(settings: Settings) -> None:
    """Make sure there is a warehouse and say what is in it."""
    from cli.data import _show_status
    from ingestion.warehouse import Warehouse

    warehouse = Warehouse(settings.home, settings.keep_snapshots)
    if warehouse.find() is None:
        if settings.demo == "none":
            complain("nothing was loaded yet. Next: ./oiis data load FILE reads your own data.")
            return
        from ingestion.founding import found

        with progress_bar(quiet=False) as progress:
            found(warehouse, settings.demo, 7, 600.0, progress)
    _show_status(warehouse, as_json=False)
    say("\nNext: ./oiis up serves it; ./oiis data load FILE reads your own data.")


def _refuse_taken(host: str, port: int) -> None:
    """Say early, and in words, that nothing can listen there."""
    import errno
    import socket

    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            complain(
                f"error: nothing can listen on {host} port {port}: {error.strerror or error}. Next: choose others with --host, --port."
            )
            raise typer.Exit(2) from error
        from cli.news import answers

        who = "OIIS already answers there" if answers(host, port) else "another program listens there"
        complain(f"error: {host} port {port} is taken: {who}. Next: stop that one, or choose another port with --port N.")
        raise typer.Exit(ADDRESS_TAKEN) from error


def _refuse_held(state: str) -> None:
    """Say early that another process has the state; on a server any number of them may share it."""
    from pathlib import Path

    from api.store.errors import StoreError
    from api.store.holder import hold

    if not state.startswith("sqlite:///"):
        return
    try:
        hold(Path(state.removeprefix("sqlite:///").partition("?")[0])).let_go()
    except StoreError as error:
        complain(f"error: {error}")
        raise typer.Exit(error.exit_code) from error
