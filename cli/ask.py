"""`./oiis ask`: a question to the assistant, one or a file of them, answered in the terminal or as JSON."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, say

if TYPE_CHECKING:
    from agents.answer import Answer
    from agents.session import Assistant


def ask(
    question: Annotated[str | None, typer.Argument(help="The question")] = None,
    thread: Annotated[str | None, typer.Option(help="Go on in this conversation")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as it would have been on this day")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as one JSON document")] = False,
    batch: Annotated[Path | None, typer.Option(help="JSON lines in: {id, question} or {id, turns}; JSON lines out: {id, answers}")] = None,
) -> None:
    """Ask the assistant, in plain language or with a typed query."""
    day = as_of.date() if as_of else None
    if batch:
        asyncio.run(_batch(batch, day))
        return
    if question is None:
        complain("error: ask what? Next: ./oiis ask '{kind: value, metrics: [revenue]}', or --batch FILE")
        raise typer.Exit(2)
    answer = asyncio.run(_one(question, thread or uuid.uuid4().hex, day))
    if as_json:
        say(answer.model_dump_json(indent=1))
    else:
        _show(answer)


async def _one(question: str, thread: str, day: date | None) -> Answer:
    from tools.contract import LOCAL

    async with _assistant() as assistant:
        return await assistant.ask(question, thread, LOCAL, day)


async def _batch(path: Path, day: date | None) -> None:
    """One process for thousands of questions; each line of turns is a conversation of its own."""
    from tools.contract import LOCAL

    async with _assistant() as assistant:
        for name, turns in _lines(path):
            thread = uuid.uuid4().hex
            answers = [await assistant.ask(turn, thread, LOCAL, day) for turn in turns]
            say(json.dumps({"id": name, "answers": [answer.model_dump(mode="json") for answer in answers]}, ensure_ascii=False))
            await assistant.forget(thread)


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    from ingestion.errors import BadFile

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            turns = asked["turns"] if "turns" in asked else [asked["question"]]
            if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
                raise TypeError("turns is not a list of texts")
            yield str(asked["id"]), turns
        except (ValueError, KeyError, TypeError) as error:
            wanted = '{"id": ..., "question": ...} or {"id": ..., "turns": [...]}'
            raise BadFile(f"line {number} is no question ({error})", where=path.name, expected=wanted) from error


@asynccontextmanager
async def _assistant() -> AsyncIterator[Assistant]:
    from api.installation import open_assistant
    from settings import read_settings

    async with open_assistant(read_settings()) as assistant:
        yield assistant


def _show(answer: Answer) -> None:
    say(answer.text)
    figures = {each.option: each.text for each in answer.clarification.figures} if answer.clarification else {}
    for option in answer.clarification.options if answer.clarification else ():
        say(f"  - {option}: {figures[option]}" if option in figures else f"  - {option}")
    if answer.data_as_of:
        say(f"\n{answer.status}; {answer.engine}; as of {answer.data_as_of}, snapshot {answer.snapshot}")
