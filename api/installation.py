"""One installation: what the settings name, wired together once and used by the server, the terminal and the evaluation alike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.documents import Documents, DocumentWatch
from api.ground import FollowedGround, serve
from settings import BadSetting, Settings

if TYPE_CHECKING:
    from agents.brain import Brain
    from agents.check import Check
    from agents.limits import Limits
    from agents.session import Assistant
    from agents.session_ground import GroundSource
    from agents.synthesise import Write
    from api.conductor import Conductor
    from api.journal import Journal
    from api.store.open import Store
    from api.work.board import JobView
    from api.work.dispatch import Dispatcher
    from ml.ledger import Promise
    from tools.call import AuditEntry
    from tools.contract import AnyTool

__all__ = ["FollowedGround", "Installation", "Plugged", "open_assistant", "open_brain", "serve"]

_LOG = logging.getLogger("oiis.api")
# What a stop waits for: turns take a second or two; a longer one is answered after the restart.
GRACE_SECONDS = 5.0
_WRITING_SECONDS = 10.0


def open_brain(settings: Settings, ground: GroundSource, documents: Documents) -> Brain:
    """The engine that reads questions: the embedded planner, or a chat model with the planner to fall back on."""
    from agents.brain_embedded import EmbeddedBrain

    embedded = EmbeddedBrain(ground, settings.home, meaning=documents.embedder)
    if settings.model is None:
        return embedded
    from agents.llm import LanguageModelBrain
    from agents.llm_models import ModelChoice, ModelSetupError, open_model

    try:
        model = open_model(ModelChoice(settings.model, settings.model_base_url, settings.model_key))
    except ModelSetupError as error:
        raise BadSetting(str(error)) from error
    return LanguageModelBrain(model, embedded)


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant for a process of its own: its conversations lie beside the server's, and it needs none of the server's state."""
    from agents.session import Assistant

    documents = Documents(settings)
    ground = FollowedGround(settings, documents)
    ground()
    brain = open_brain(settings, ground, documents)
    async with Assistant(brain, ground, settings.home / "conversations.db") as assistant:
        yield assistant


@dataclass(frozen=True)
class Plugged:
    """What a test or an evaluation puts in the place of the installation's own parts."""

    brain: Brain | None = None
    tools: tuple[AnyTool, ...] | None = None
    limits: Limits | None = None
    write: Write | None = None
    check: Check | None = None
    background: bool = True


class Installation:
    """Use it as `async with installation.opened()`: its store is held, its assistant answers, and runs that were cut off go on."""

    def __init__(self, settings: Settings, plugged: Plugged | None = None) -> None:
        from tools.catalog import TOOLS

        self.settings, self.documents, self._plugged = settings, Documents(settings), plugged or Plugged()
        self.ground = FollowedGround(settings, self.documents)
        self.brain = self._plugged.brain or open_brain(settings, self.ground, self.documents)
        self.tools = TOOLS if self._plugged.tools is None else self._plugged.tools
        self.is_open = False
        self.when_broken: Callable[[], None] = _nothing
        self.dispatcher: Dispatcher | None = None
        self.store: Store
        self.journal: Journal
        self.assistant: Assistant
        self.conductor: Conductor

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Installation]:
        """On the way out what runs gets a moment to end; what does not is taken up by the next process."""
        from api.blocking import beside
        from api.conductor import Conductor
        from api.journal import Journal
        from api.store.open import open_store

        with await beside(open_store, self.settings.state) as self.store:
            self.journal = Journal(self.store)
            async with self._at_work(self.journal.keep(), "the journal"):
                async with self._assistant() as self.assistant:
                    self.conductor = Conductor(self.store, self.assistant, self.journal, self.ground)
                    async with self._at_work(self.conductor.work(), "the conductor"):
                        await self.conductor.take_up_unfinished()
                        async with self._background():
                            self.is_open = True
                            yield self
                        self.is_open = False
                        await self.conductor.finish(GRACE_SECONDS)
                await self.journal.settled(_WRITING_SECONDS)

    def acted(self, entry: AuditEntry) -> None:
        """Keep what a tool call promised, then the act itself; a ledger that cannot be written holds up no answer."""
        self.keep_promises(entry.promises)
        self.journal.audit(entry)

    def keep_promises(self, promises: Iterable[Promise]) -> None:
        """Put promises into the ledger, from any thread."""
        from ingestion.errors import IngestionError
        from ml.ledger import Ledger

        try:
            Ledger(self.settings.home).record(promises)
        except IngestionError as error:
            _LOG.error("promises are not recorded: %s", error)

    def board(self) -> tuple[JobView, ...]:
        """What goes on in the background."""
        return self.dispatcher.board() if self.dispatcher else ()

    @asynccontextmanager
    async def _background(self) -> AsyncIterator[None]:
        """For as long as the block lasts, jobs are handed to the worker and looked after, and new data is opened before it is asked."""
        if not self._plugged.background:
            yield
            return
        from api.warming import Warming
        from api.work.open import open_dispatcher

        self.dispatcher = open_dispatcher(self.settings, self.store)
        # A chat model would be paid for it.
        warming = Warming(self.ground, self.brain if self.settings.model is None else None, self.tools)
        following = DocumentWatch(self.settings, self.dispatcher)
        async with (
            self._at_work(self.dispatcher.run(), "the dispatcher"),
            self._at_work(warming.watch(), "the warming"),
            self._at_work(following.watch(), "the documents"),
        ):
            yield

    def _assistant(self) -> Assistant:
        from agents.session import Assistant, Ports
        from api.ports import KeptPreferences

        ports = Ports(
            preferences=KeptPreferences(self.store.preferences),
            audit=self.acted,
            record=lambda event: self.conductor.record(event),
            tools=self.tools,
            write=self._plugged.write,
            check=self._plugged.check,
        )
        return Assistant(self.brain, self.ground, self._conversations(), self._plugged.limits, ports)

    def _conversations(self) -> str | Path:
        """Checkpoints lie beside the state: in the same server, or in a file of the same name with another ending."""
        from sqlalchemy import make_url

        state = self.settings.state
        return Path(make_url(state).database or "state").with_suffix(".threads.db") if state.startswith("sqlite") else state

    @asynccontextmanager
    async def _at_work(self, work: Coroutine[object, object, None], name: str) -> AsyncIterator[None]:
        """The work goes on beside the block and ends with it."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._tell_fault)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    def _tell_fault(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            _LOG.critical("%s broke; the server cannot go on", task.get_name(), exc_info=error)
            self.when_broken()


def _nothing() -> None:
    """What is done about a fault when nobody said otherwise."""
