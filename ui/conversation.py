"""Asking, watching and deciding, without the page: every act becomes a few scenes, one after the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from api.schemas import MAX_MESSAGE_CHARACTERS, Run, Verdict
from ui.client import Client, Credentials, Interruption
from ui.markup import Markup
from ui.opening import ended, open_conversation
from ui.pacing import paced
from ui.render.progress import draw_progress
from ui.render.reading import chosen_changes
from ui.render.sides import draw_note, draw_trouble
from ui.scene import NOTHING, Scene
from ui.steps import Progress
from ui.surroundings import Surroundings
from ui.troubles import ApiTrouble
from ui.turn import MOST_TURNS, Desk, Turn

Change = Callable[[Turn], Turn]
# Eight pictures a second are smooth to the eye and cheap for the page.
REDRAW_SECONDS = 0.12
# Stands for a run whose id is not known yet.
_ASKING = "?"


class Conversation:
    """The acts of one API's pages; each is given the desk of its page."""

    def __init__(self, client: Client, surroundings: Surroundings, redraw_seconds: float = REDRAW_SECONDS) -> None:
        self._client, self._surroundings, self._redraw_seconds = client, surroundings, redraw_seconds

    async def open_thread(self, desk: Desk, thread_id: str, who: Credentials) -> AsyncIterator[Scene]:
        """Another conversation; a run of it that still goes on is watched."""
        try:
            await self._take_up(desk, thread_id, who)
        except ApiTrouble as trouble:
            yield Scene(notice=_trouble(trouble, desk))
            return
        welcome = NOTHING if desk.session.turns else None
        yield Scene(turns=True, live=NOTHING, notice=NOTHING, welcome=welcome, threads=await self._surroundings.threads(desk, who))
        if desk.session.running:
            async for scene in self._watch(desk, desk.session.running, who, Progress()):
                yield scene

    async def new_thread(self, desk: Desk, who: Credentials) -> Scene:
        """An empty page; the conversation itself begins with its first question."""
        desk.change(thread_id="", turns=(), earlier=0, running="")
        return replace(await self._surroundings.draw(desk, who), turns=True, live=NOTHING, notice=NOTHING)

    async def delete_thread(self, desk: Desk, thread_id: str, who: Credentials) -> Scene:
        """A conversation less."""
        try:
            await self._client.delete_thread(thread_id, who)
        except ApiTrouble as trouble:
            return Scene(notice=_trouble(trouble, desk))
        said = draw_note(desk.view.labels("deleted"))
        if thread_id == desk.session.thread_id:
            return replace(await self.new_thread(desk, who), notice=said)
        return Scene(notice=said, threads=await self._surroundings.threads(desk, who))

    async def ask(self, desk: Desk, thread_id: str, message: str, who: Credentials) -> AsyncIterator[Scene]:
        """A question: handed in, watched, answered. `thread_id` is the one of the page's address, for a server that forgot the page."""
        message = message.strip()
        if refusal := _refusal(desk, message):
            yield Scene(notice=draw_trouble(refusal, desk.view), question=message)
            return
        desk.change(running=_ASKING)
        try:
            run = await self._hand_in(desk, thread_id, message, who)
        except ApiTrouble as trouble:
            yield Scene(turns=True, live=NOTHING, notice=_trouble(trouble, desk), question=message)
            return
        finally:  # also when the page went away meanwhile: a desk that waits for nothing would refuse every later question
            if desk.session.running == _ASKING:
                desk.change(running="")
        if run.thread_id != desk.session.thread_id:  # another conversation was opened meanwhile; this one shows the run when it is opened
            return
        async for scene in self._follow(desk, Turn(message, run.id), who):
            yield scene

    async def show_pieces(self, desk: Desk, run_id: str, who: Credentials) -> Scene:
        """The pieces of an answer's reading, to be changed."""
        turn = desk.turn(run_id)
        if turn is None or turn.answer is None:
            return Scene()
        try:
            pieces = (await self._client.reading(turn.answer.answer_id, who)).pieces
        except ApiTrouble as trouble:
            return Scene(notice=_trouble(trouble, desk))
        desk.change_turn(run_id, lambda each: replace(each, pieces=pieces))
        return Scene(turns=True, notice=NOTHING)

    async def change(self, desk: Desk, run_id: str, fields: str, who: Credentials) -> AsyncIterator[Scene]:
        """The question again, with the pieces that have another value in the form; watched like any other."""
        turn = desk.turn(run_id)
        if turn is None or turn.answer is None:
            return
        changes = chosen_changes(turn.pieces, fields)
        if not changes or desk.session.running:
            yield Scene(notice=draw_trouble(desk.view.labels("busy" if desk.session.running else "nothing_changed"), desk.view))
            return
        desk.change(running=_ASKING)
        try:
            run = await self._client.change(turn.answer.answer_id, changes, who)
        except ApiTrouble as trouble:
            yield Scene(turns=True, notice=_trouble(trouble, desk))
            return
        finally:
            if desk.session.running == _ASKING:
                desk.change(running="")
        desk.change_turn(run_id, lambda each: replace(each, pieces=()))
        async for scene in self._follow(desk, Turn(run.question, run.id), who):
            yield scene

    async def _follow(self, desk: Desk, turn: Turn, who: Credentials) -> AsyncIterator[Scene]:
        """A turn that was handed in, at the end of the conversation, until it is answered."""
        turns = (*desk.session.turns, turn)
        dropped = max(0, len(turns) - MOST_TURNS)
        desk.change(turns=turns[dropped:], earlier=desk.session.earlier + dropped, running=turn.run_id)
        async for scene in self._watch(desk, turn.run_id, who, Progress()):
            yield replace(scene, welcome=NOTHING, notice=scene.notice or NOTHING)

    async def decide(self, desk: Desk, run_id: str, proposal_id: str, approved: bool, who: Credentials) -> AsyncIterator[Scene]:
        """A verdict; the run goes on when it has one on everything it proposed."""
        turn = desk.turn(run_id)
        if desk.session.running or turn is None or all(each.proposal_id != proposal_id for each in turn.undecided):
            return
        turn = replace(turn, decisions={**turn.decisions, proposal_id: approved})
        desk.change_turn(run_id, lambda _: turn)
        if turn.undecided:
            yield Scene(turns=True, notice=draw_note(desk.view.labels("decide_all")))
            return
        try:
            known = (await self._client.run(run_id, who)).last_event
            await self._client.decide(run_id, _verdicts(turn), who)
        except ApiTrouble as trouble:
            desk.change_turn(run_id, lambda each: replace(each, decisions={}))
            yield Scene(turns=True, notice=_trouble(trouble, desk))
            return
        desk.change(running=run_id)
        async for scene in self._watch(desk, run_id, who, Progress(last=known)):
            yield scene

    async def cancel(self, desk: Desk, who: Credentials) -> Scene:
        """Ask the running question to stop; how it ended is told by the run itself."""
        if desk.session.running in ("", _ASKING):
            return Scene()
        try:
            await self._client.cancel(desk.session.running, who)
        except ApiTrouble as trouble:
            return Scene(notice=_trouble(trouble, desk))
        return Scene(notice=draw_note(desk.view.labels("stopping")))

    async def _take_up(self, desk: Desk, thread_id: str, who: Credentials) -> None:
        opened = await open_conversation(self._client, thread_id, who, desk.view.labels)
        desk.change(thread_id=opened.thread_id, turns=opened.turns, earlier=opened.earlier, running=opened.running)

    async def _hand_in(self, desk: Desk, thread_id: str, message: str, who: Credentials) -> Run:
        if thread_id and not desk.session.thread_id:
            await self._take_up(desk, thread_id, who)
        if not desk.session.thread_id:
            desk.change(thread_id=(await self._client.open_thread(who)).id)
        return await self._client.ask(desk.session.thread_id, message, who)

    async def _watch(self, desk: Desk, run_id: str, who: Credentials, progress: Progress) -> AsyncIterator[Scene]:
        """A run as it goes, until it ends or the page turns to something else; the run itself goes on in any case."""
        yield Scene(turns=True, live=draw_progress(progress, desk.view), notice=NOTHING)
        try:
            async with aclosing(self._heard(run_id, who, progress)) as hearing:
                async for progress in hearing:
                    if desk.session.running != run_id:
                        return
                    if progress.answer is None and progress.trouble is None:
                        yield Scene(live=draw_progress(progress, desk.view))
            change = await self._outcome(desk, run_id, who, progress)
            if desk.session.running != run_id:
                return
            desk.change_turn(run_id, change)
        finally:
            if desk.session.running == run_id:
                desk.change(running="")
        yield Scene(turns=True, live=NOTHING, notice=NOTHING)
        yield await self._surroundings.draw(desk, who)

    async def _heard(self, run_id: str, who: Credentials, progress: Progress) -> AsyncGenerator[Progress, None]:
        """A run as it is heard of; at the end it has an answer, or the trouble that kept it from being heard."""
        try:
            async with aclosing(paced(self._client.follow(run_id, who, progress.last), self._redraw_seconds)) as batches:
                async for batch in batches:
                    for each in batch:
                        progress = replace(progress, lost=True) if isinstance(each, Interruption) else progress.after(each)
                    yield progress
        except ApiTrouble as trouble:
            yield replace(progress, trouble=trouble)

    async def _outcome(self, desk: Desk, run_id: str, who: Credentials, progress: Progress) -> Change:
        """What a watched run did to its turn; where its events broke off, the run itself is asked."""
        if progress.answer is not None:
            return lambda turn: _answered(turn, progress)
        words = progress.trouble.words(desk.view.labels) if progress.trouble else desk.view.labels("run_failed")
        try:
            run = await self._client.run(run_id, who)
        except ApiTrouble:
            return lambda turn: replace(turn, trouble=words)
        return (lambda turn: ended(turn, run)) if run.answer or run.error else (lambda turn: replace(turn, trouble=words))


def _answered(turn: Turn, progress: Progress) -> Turn:
    return replace(
        turn,
        answer=progress.answer,
        cancelled=progress.cancelled,
        steps=(*turn.steps, *progress.steps),
        proposals=progress.proposals or turn.proposals,
    )


def _refusal(desk: Desk, message: str) -> str:
    """Why a message is not handed in at all, or nothing."""
    labels = desk.view.labels
    if desk.session.running:
        return labels("busy")
    if not message:
        return labels("empty_question")
    if len(message) > MAX_MESSAGE_CHARACTERS:
        return labels("too_long", n=f"{len(message):,}", most=f"{MAX_MESSAGE_CHARACTERS:,}")
    return ""


def _verdicts(turn: Turn) -> tuple[Verdict, ...]:
    """Every decision, under the digest of what was on the screen."""
    return tuple(
        Verdict(proposal_id=each.proposal_id, digest=each.digest, approved=turn.decisions[each.proposal_id]) for each in turn.proposals
    )


def _trouble(trouble: ApiTrouble, desk: Desk) -> Markup:
    return draw_trouble(trouble.words(desk.view.labels), desk.view)
