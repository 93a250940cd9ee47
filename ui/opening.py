"""A conversation fetched from the API and put back on the page as it was."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from api.schemas import Message, Run, ThreadDetail
from ui.client import Client, Credentials
from ui.labels import Labels
from ui.troubles import ApiTrouble
from ui.turn import MOST_TURNS, Turn


@dataclass(frozen=True)
class Opened:
    """A conversation as a page holds it: its newest turns, how many came before them, and the run that still goes on."""

    thread_id: str
    turns: tuple[Turn, ...]
    earlier: int
    running: str


async def open_conversation(client: Client, thread_id: str, who: Credentials, labels: Labels) -> Opened:
    """A conversation with its answers and opinions."""
    thread = await client.thread(thread_id, who)
    turns = turns_of(thread)
    shown = tuple(await asyncio.gather(*(_fill(client, turn, answer_id, who, labels) for turn, answer_id in turns[-MOST_TURNS:])))
    shown, running = await _going_on(client, shown, who)
    return Opened(thread.id, shown, max(0, len(turns) - MOST_TURNS), running)


def turns_of(thread: ThreadDetail) -> list[tuple[Turn, str]]:
    """The questions of a conversation, each with the id of the answer that came last to it, if any did."""
    turns: list[tuple[Turn, str]] = []
    for message in thread.messages:
        if message.role == "user":
            waiting = tuple(each for each in thread.waiting if each.run_id == message.run_id)
            turns.append((Turn(message.text, message.run_id or "", proposals=waiting), ""))
        else:
            _reply(turns, message)
    return turns


def _reply(turns: list[tuple[Turn, str]], message: Message) -> None:
    place = next((number for number, (turn, _) in enumerate(turns) if turn.run_id == (message.run_id or "")), len(turns) - 1)
    if place >= 0:
        turns[place] = (replace(turns[place][0], text=message.text), message.answer_id or "")


async def _fill(client: Client, turn: Turn, answer_id: str, who: Credentials, labels: Labels) -> Turn:
    """A turn with its answer; where that cannot be had, its text and the reason."""
    if not answer_id:
        return turn
    try:
        answer, opinion = await asyncio.gather(client.answer(answer_id, who), client.opinion(answer_id, who))
    except ApiTrouble as trouble:
        return replace(turn, trouble=trouble.words(labels))
    return replace(turn, answer=answer, opinion=opinion.verdict if opinion else "")


async def _going_on(client: Client, turns: tuple[Turn, ...], who: Credentials) -> tuple[tuple[Turn, ...], str]:
    """The turns, and the run of the last one while it has not ended; how one ended without an answer is told."""
    last = turns[-1] if turns else None
    if last is None or last.answer or last.text or not last.run_id:
        return turns, ""
    run = await client.run(last.run_id, who)
    if run.status in ("queued", "running"):
        return turns, run.id
    return (*turns[:-1], ended(last, run)), ""


def ended(turn: Turn, run: Run) -> Turn:
    """A turn whose run is over, as far as the run itself tells."""
    return replace(turn, answer=run.answer, trouble=run.error or turn.trouble, cancelled=run.status == "cancelled")
