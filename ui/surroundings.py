"""What stands around the conversation and lasts: threads, preferences, opinions, the state of the installation."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from api.schemas import NewFeedback, Preferences, Status
from ui.client import Client, Credentials
from ui.labels import choose_language, labels
from ui.markup import Markup
from ui.numbers import Locale
from ui.render.sides import draw_note, draw_preferences, draw_status, draw_threads, draw_trouble, draw_welcome
from ui.scene import NOTHING, Scene
from ui.troubles import ApiTrouble
from ui.turn import Desk, Session, View

Thing = TypeVar("Thing")


class Surroundings:
    """The acts of one API's pages that are no questions; `root` stands before the addresses a browser follows."""

    def __init__(self, client: Client, root: str = "") -> None:
        self._client, self._root = client, root

    async def open_page(self, desk: Desk, accepted: str, who: Credentials) -> Scene:
        """The page as it opens, in the language of the person. What cannot be asked now is left empty and said."""
        desk.session, desk.opened = Session(self._view(Preferences(), accepted, ""), accepted=accepted), True
        try:
            wishes, status = await self._client.preferences(who), await self._client.status(who)
        except ApiTrouble as trouble:
            said = draw_trouble(trouble.words(desk.view.labels), desk.view)
            return replace(self._scene(desk, None), turns=True, live=NOTHING, notice=said, relabel=True)
        currency = status.data.currency if status.data else ""
        desk.change(view=self._view(wishes, accepted, currency), preferences=wishes)
        scene = replace(self._scene(desk, status), preferences=draw_preferences(wishes, desk.view))
        return replace(scene, turns=True, live=NOTHING, notice=NOTHING, relabel=True, threads=await self.threads(desk, who))

    async def draw(self, desk: Desk, who: Credentials) -> Scene:
        """Threads and state as they are now."""
        return replace(await self.look(desk, who), threads=await self.threads(desk, who))

    async def look(self, desk: Desk, who: Credentials) -> Scene:
        """The state of the installation; the empty page learns its examples as soon as there is data."""
        status = await _or_none(self._client.status(who))
        if status is None:
            return Scene()
        if status.data and status.data.currency != desk.view.locale.currency:
            desk.change(view=replace(desk.view, locale=replace(desk.view.locale, currency=status.data.currency)))
        return self._scene(desk, status)

    async def threads(self, desk: Desk, who: Credentials) -> Markup | None:
        """The list of conversations, or None when it cannot be had now."""
        page = await _or_none(self._client.threads(who))
        return draw_threads(page.threads, desk.session.thread_id, desk.view) if page else None

    async def rate(self, desk: Desk, answer_id: str, opinion: NewFeedback, who: Credentials) -> Scene:
        """An opinion about an answer."""
        try:
            await self._client.rate(answer_id, opinion, who)
        except ApiTrouble as trouble:
            return Scene(notice=draw_trouble(trouble.words(desk.view.labels), desk.view))
        of_answer = next((turn.run_id for turn in desk.session.turns if turn.answer and turn.answer.answer_id == answer_id), None)
        if of_answer is not None:
            desk.change_turn(of_answer, lambda turn: replace(turn, opinion=opinion.verdict))
        return Scene(turns=True, notice=NOTHING)

    async def prefer(self, desk: Desk, wishes: Preferences, who: Credentials) -> Scene:
        """Lasting wishes, taken up by the page at once."""
        try:
            kept = await self._client.prefer(wishes, who)
        except ApiTrouble as trouble:
            return Scene(notice=draw_trouble(trouble.words(desk.view.labels), desk.view))
        return await self._written_anew(desk, kept, "saved", who)

    async def forget(self, desk: Desk, name: str, who: Credentials) -> Scene:
        """One lasting wish less."""
        try:
            await self._client.forget(name, who)
            kept = await self._client.preferences(who)
        except ApiTrouble as trouble:
            return Scene(notice=draw_trouble(trouble.words(desk.view.labels), desk.view))
        return await self._written_anew(desk, kept, "forgotten", who)

    async def _written_anew(self, desk: Desk, wishes: Preferences, done: str, who: Credentials) -> Scene:
        """The whole page in the language and with the numbers that are wished for now."""
        desk.change(view=self._view(wishes, desk.session.accepted, desk.view.locale.currency), preferences=wishes)
        around = await self.draw(desk, who)
        remembered, said = draw_preferences(wishes, desk.view), draw_note(desk.view.labels(done))
        return replace(around, turns=True, notice=said, preferences=remembered, relabel=True)

    def _scene(self, desk: Desk, status: Status | None) -> Scene:
        welcome = NOTHING if desk.session.turns else draw_welcome(status, desk.view)
        return Scene(status=draw_status(status, desk.view), welcome=welcome)

    def _view(self, wishes: Preferences, accepted: str, currency: str) -> View:
        language = choose_language(wishes.language, accepted)
        return View(labels(language), Locale(language, wishes.number_format, currency), self._root)


async def _or_none(asked: Awaitable[Thing]) -> Thing | None:
    """What may be missing without harm: it is asked again soon."""
    try:
        return await asked
    except ApiTrouble:
        return None
