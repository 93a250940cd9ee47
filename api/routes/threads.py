"""Conversations: open, list, read, delete."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import schemas
from api.blocking import beside
from api.identity import Identity
from api.reach import House
from api.store.threads import Message, Thread
from tools.errors import BadInput

router = APIRouter(prefix="/threads", tags=["threads"])
_MESSAGES_AT_ONCE = 500


@router.post("", status_code=201)
def open_thread(house: House, caller: Identity, wanted: schemas.NewThread, response: Response) -> schemas.Thread:
    """Open a conversation. Its id is made by the server."""
    made = house.store.threads.create(caller.name, wanted.title)
    response.headers["Location"] = f"/api/v1/threads/{made.id}"
    return _thread(made)


@router.get("")
def list_threads(
    house: House,
    caller: Identity,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=200)] = None,
) -> schemas.ThreadPage:
    """Your conversations, the one last used first; `before` is the `next` of the page before."""
    found = house.store.threads.of_owner(caller.name, limit=limit + 1, before=_place(before) if before else None)
    following = _cursor(found[limit - 1]) if len(found) > limit else None
    return schemas.ThreadPage(threads=tuple(map(_thread, found[:limit])), next=following)


@router.get("/{thread_id}")
async def read_thread(house: House, caller: Identity, thread_id: str) -> schemas.ThreadDetail:
    """A conversation with what was said in it, and the proposals that wait for a decision."""
    thread = await beside(house.store.threads.get, thread_id, caller.name)
    said = await beside(_all_messages, house, thread_id, caller.name)
    return schemas.ThreadDetail(
        **_thread(thread).model_dump(), messages=tuple(map(_message, said)), waiting=await house.conductor.waiting(thread_id, caller)
    )


@router.delete("/{thread_id}", status_code=204)
async def delete_thread(house: House, caller: Identity, thread_id: str) -> None:
    """Delete a conversation with everything that was said, found and remembered in it; what runs in it is stopped."""
    await house.conductor.forget(thread_id, caller)


def _all_messages(house: House, thread_id: str, owner: str) -> list[Message]:
    said: list[Message] = []
    while True:
        page = house.store.threads.messages(thread_id, owner, after=said[-1].number if said else 0, limit=_MESSAGES_AT_ONCE)
        said += page
        if len(page) < _MESSAGES_AT_ONCE:
            return said


def _thread(thread: Thread) -> schemas.Thread:
    return schemas.Thread(id=thread.id, title=thread.title, created_at=thread.created_at, updated_at=thread.updated_at)


def _message(said: Message) -> schemas.Message:
    return schemas.Message(role=said.role, text=said.text, at=said.at, run_id=said.run_id, answer_id=said.answer_id)


def _cursor(last: Thread) -> str:
    return urlsafe_b64encode(f"{last.updated_at.isoformat()} {last.id}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        used, _, name = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        return datetime.fromisoformat(used).astimezone(UTC), name
    except (ValueError, OverflowError) as error:
        raise BadInput("before", cursor, "the `next` of a page that was read before") from error
