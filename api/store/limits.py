"""How much the store takes: every text, every number of rows; what is over it is refused, never cut."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass

from api.store.errors import NotFound, OutOfBounds

_ID = re.compile(r"[0-9A-Za-z_.:-]{1,64}")


@dataclass(frozen=True)
class Limits:
    """The bounds of one store."""

    message_characters: int = 5_000
    answer_bytes: int = 8_000_000
    title_characters: int = 200
    name_characters: int = 200
    comment_characters: int = 2_000
    reason_characters: int = 1_000
    threads_per_owner: int = 10_000
    messages_per_thread: int = 2_000
    waiting_runs_per_owner: int = 50
    events_per_run: int = 10_000
    event_bytes: int = 1_000_000
    plan_bytes: int = 500_000
    job_bytes: int = 64_000
    queued_jobs: int = 100_000
    proposals_per_run: int = 20
    rows_per_page: int = 500


def new_id() -> str:
    """128 random bits; nobody guesses it, nothing can be read off it."""
    return secrets.token_hex(16)


def known_shape(kind: str, name: str) -> str:
    """`name` when it can be an id at all; a forged one is simply not found."""
    if not _ID.fullmatch(name):
        raise NotFound(kind, name)
    return name


def bounded_text(field: str, value: str, most: int, least: int = 0) -> str:
    """`value` when both engines can hold it as it is and it is not too long."""
    if not least <= len(value) <= most:
        raise OutOfBounds(field, f"a text of {len(value):,} characters", f"{least:,} to {most:,} characters")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise OutOfBounds(field, "a text with NUL or half a character", "text that can be written as UTF-8, without NUL")
    return value


def bounded_json(field: str, value: str, most: int) -> str:
    """`value` when it is one JSON document of at most `most` bytes."""
    size = len(value.encode("utf-8", errors="replace"))
    if size > most:
        raise OutOfBounds(field, f"a document of {size:,} bytes", f"at most {most:,} bytes")
    try:
        json.loads(bounded_text(field, value, most))
    except (ValueError, RecursionError) as error:
        raise OutOfBounds(field, "a text that is not JSON", "one JSON document") from error
    return value


def bounded_count(field: str, count: int, most: int, remedy: str, refusal: type[OutOfBounds] = OutOfBounds) -> None:
    """Refuse one more when there are `most` already."""
    if count >= most:
        raise refusal(field, f"one more than {count:,}", f"at most {most:,}; {remedy}")


def bounded_page(limit: int, offset: int, limits: Limits) -> None:
    """Refuse pages nobody can read."""
    if not 1 <= limit <= limits.rows_per_page:
        raise OutOfBounds("limit", str(limit), f"1 to {limits.rows_per_page}")
    if not 0 <= offset <= 1_000_000:
        raise OutOfBounds("offset", str(offset), "0 to 1,000,000")
