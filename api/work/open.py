"""The dispatcher of an installation, as its settings want it."""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING

from api.work.dispatch import Dispatcher
from api.work.founding import FoundDemo
from api.work.queue import open_queue
from api.work.retention import KIND, prune_state
from settings import Settings

if TYPE_CHECKING:
    from api.store.open import Store

_NAME_CHARACTERS = 200


def open_dispatcher(settings: Settings, store: Store) -> Dispatcher:
    """A dispatcher to be run in the process that holds `store`; it has the demo company built when there is nothing yet."""
    queue = open_queue(settings.queue_url, settings.home)
    dispatcher = Dispatcher(
        store.jobs,
        queue,
        f"{socket.gethostname()} {queue.place}"[-_NAME_CHARACTERS:],
        first=partial(first_work, settings),
        chores={KIND: partial(prune_state, store, settings.keep_events_days)},
    )
    # The rest of the start takes seconds and keeps the event loop busy: the worker may begin with what is needed first.
    dispatcher.step()
    return dispatcher


def first_work(settings: Settings) -> str | None:
    """The arguments of the demo company, when nothing was loaded yet and it is wanted."""
    from ingestion.errors import NoWarehouse
    from ingestion.warehouse import Warehouse

    if settings.demo == "none" or settings.warehouse_url:
        return None
    try:
        empty = Warehouse(settings.home).find() is None
    except NoWarehouse:
        return None  # there is one and it is damaged: that is told elsewhere, and nothing is put over it
    return FoundDemo(size=settings.demo).model_dump_json() if empty else None
