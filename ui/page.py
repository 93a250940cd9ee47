"""The page in Gradio: which act each part starts. What an act does is `ui.conversation`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, TypedDict, get_args

import gradio as gr

from api.schemas import NewFeedback, PreferenceName, Preferences
from ui.client import Credentials
from ui.conversation import Conversation
from ui.labels import LANGUAGES
from ui.layout import ASSETS, Parts, lay_out
from ui.numbers import NumberFormat
from ui.render.replies import chosen_reasons
from ui.scene import Scene
from ui.surroundings import Surroundings
from ui.turn import Desk, View
from ui.updates import Updates, updates_of

# One person's page asks little; many pages may ask at the same time.
_AT_ONCE, _WAITING, _PAGES = 64, 400, 500
_IDLE_SECONDS = 0.02
_LOOK_SECONDS = 5.0
# By these the API knows who asks; nothing else of the browser's request is handed on.
_IDENTIFYING = ("cookie", "authorization")
_ADDRESS = "() => [null, new URLSearchParams(window.location.search).get('thread') || '']"
_REMEMBER_ADDRESS = """(id) => {
  const address = new URL(window.location);
  if (id) address.searchParams.set('thread', id); else address.searchParams.delete('thread');
  window.history.replaceState(null, '', address);
}"""


class _Quiet(TypedDict):
    """An event that covers nothing while it works and is none of the page's own API."""

    show_progress: Literal["hidden"]
    show_progress_on: gr.components.Component
    api_visibility: Literal["private"]


def build_page(conversation: Conversation, surroundings: Surroundings) -> gr.Blocks:
    """The page, wired to the acts."""
    page = gr.Blocks(title="OIIS", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
    with page:
        desk, parts = gr.State(Desk()), lay_out(View())
        bridge = gr.HTML("", js_on_load=(ASSETS / "bridge.js").read_text(encoding="utf-8"), elem_id="oi-bridge")
        Wiring(conversation, surroundings, desk, parts, bridge).connect(page)
    page.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING)
    page._queue.sleep_when_free = _IDLE_SECONDS  # Gradio looks for work every millisecond, which keeps a core warm for nothing
    page.state_session_capacity = _PAGES
    return page


class Wiring:
    """From what a person does to the acts, and from their scenes to the page."""

    def __init__(self, conversation: Conversation, surroundings: Surroundings, desk: gr.State, parts: Parts, bridge: gr.HTML) -> None:
        self._conversation, self._surroundings = conversation, surroundings
        self._desk, self._parts, self._bridge = desk, parts, bridge

    def connect(self, page: gr.Blocks) -> None:
        """Every event of the page. Whoever asks, looks and presses does not wait for each other."""
        parts, changed, desk = self._parts, self._parts.all(), self._desk
        # Gradio tells the parts of an event how far it is, and so overwrites what they were told a moment before; the bridge shows nothing.
        quiet: _Quiet = {"show_progress": "hidden", "show_progress_on": self._bridge, "api_visibility": "private"}
        page.load(self._open, [desk, parts.here], [desk, *changed], js=_ADDRESS, **quiet)
        self._bridge.ask(self._act, [desk, parts.here], changed, trigger_mode="multiple", **quiet)
        self._bridge.act(self._act, [desk, parts.here], changed, trigger_mode="multiple", **quiet)
        parts.stop.click(self._stop, [desk], changed, trigger_mode="multiple", **quiet)
        parts.new.click(self._new, [desk], changed, trigger_mode="multiple", **quiet)
        parts.save.click(self._save, [desk, parts.language, parts.numbers, parts.location], changed, **quiet)
        gr.Timer(_LOOK_SECONDS).tick(self._look, [desk, parts.here], changed, **quiet)
        parts.here.change(None, [parts.here], None, js=_REMEMBER_ADDRESS, **quiet)

    async def _open(self, desk: Desk, thread_id: str, request: gr.Request) -> AsyncIterator[Updates]:
        async for scene in self._opening(desk, thread_id, request):
            yield [desk, *updates_of(scene, desk)]

    async def _opening(self, desk: Desk, thread_id: str, request: gr.Request) -> AsyncIterator[Scene]:
        """The page with the conversation of its address; a run of it that still goes on is watched."""
        who = _credentials(request)
        yield await self._surroundings.open_page(desk, request.headers.get("accept-language", ""), who)
        if thread_id:
            async for scene in self._conversation.open_thread(desk, thread_id, who):
                yield scene

    async def _asked(self, desk: Desk, thread_id: str, question: str, request: gr.Request) -> AsyncIterator[Scene]:
        who = _credentials(request)
        if not desk.opened:
            yield await self._surroundings.open_page(desk, request.headers.get("accept-language", ""), who)
        async for scene in self._conversation.ask(desk, thread_id, question, who):
            yield scene

    async def _act(self, desk: Desk, thread_id: str, happened: gr.EventData, request: gr.Request) -> AsyncIterator[Updates]:
        """What was pressed inside the page's own HTML; its data comes from the browser and is taken for no more than words."""
        sent = {str(name): value for name, value in happened._data.items()}
        async for scene in self._acted(desk, thread_id, sent, request):
            yield updates_of(scene, desk)

    async def _acted(self, desk: Desk, thread_id: str, sent: dict[str, object], request: gr.Request) -> AsyncIterator[Scene]:
        who = _credentials(request)
        text = {name: value if isinstance(value, str) else "" for name, value in sent.items()}
        match text.get("act"):
            case "ask":
                scenes = self._asked(desk, thread_id, text.get("text", ""), request)
            case "verdict":
                approved = text.get("approved") == "yes"
                scenes = self._conversation.decide(desk, text.get("run", ""), text.get("proposal", ""), approved, who)
            case "pieces":
                scenes = _one(await self._conversation.show_pieces(desk, text.get("run", ""), who))
            case "change":
                scenes = self._conversation.change(desk, text.get("run", ""), text.get("pieces", ""), who)
            case "open":
                scenes = self._conversation.open_thread(desk, text.get("thread", ""), who)
            case "delete":
                scenes = _one(await self._conversation.delete_thread(desk, text.get("thread", ""), who))
            case "rate":
                opinion = NewFeedback(
                    verdict="up" if text.get("verdict") == "up" else "down",
                    reasons=chosen_reasons(sent),
                    comment=text.get("comment", "")[:2000],
                )
                scenes = _one(await self._surroundings.rate(desk, text.get("answer", ""), opinion, who))
            case "forget" if text.get("name") in get_args(PreferenceName):
                scenes = _one(await self._surroundings.forget(desk, text["name"], who))
            case _:
                return
        async for scene in scenes:
            yield scene

    async def _stop(self, desk: Desk, request: gr.Request) -> Updates:
        return updates_of(await self._conversation.cancel(desk, _credentials(request)), desk)

    async def _new(self, desk: Desk, request: gr.Request) -> Updates:
        return updates_of(await self._conversation.new_thread(desk, _credentials(request)), desk)

    async def _look(self, desk: Desk, thread_id: str, request: gr.Request) -> AsyncIterator[Updates]:
        if desk.opened:
            yield updates_of(await self._surroundings.look(desk, _credentials(request)), desk)
            return
        # A server that was started anew knows nothing of the pages that are open.
        async for scene in self._opening(desk, thread_id, request):
            yield updates_of(scene, desk)

    async def _save(self, desk: Desk, language: str, numbers: str, location: str, request: gr.Request) -> Updates:
        known = next((each for each in LANGUAGES if each == language), None)
        separators = next((each for each in get_args(NumberFormat) if each == numbers), None)
        wishes = Preferences(language=known, number_format=separators, location=" ".join(location.split()) or None)
        return updates_of(await self._surroundings.prefer(desk, wishes, _credentials(request)), desk)


async def _one(scene: Scene) -> AsyncIterator[Scene]:
    yield scene


def _credentials(request: gr.Request) -> Credentials:
    return {name: request.headers[name] for name in _IDENTIFYING if name in request.headers}
