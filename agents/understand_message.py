"""A message before anybody understands it: one normal form, and the two things nobody can answer."""

from __future__ import annotations

import unicodedata

from agents.limits import Limits
from agents.plan import Plan

_UNSEEN = ("Cc", "Cs")  # control characters and halves of characters, which no store could hold


def readable(message: str, limits: Limits) -> str:
    """The message in one normal form without what nobody can see; of one that is too long, enough to tell that it is."""
    seen = (mark for mark in message[: limits.message_characters + 1] if mark in "\n\t" or unicodedata.category(mark) not in _UNSEEN)
    return unicodedata.normalize("NFC", "".join(seen)).strip()


def unanswerable(message: str, limits: Limits) -> Plan | None:
    """What is said to a message that no brain is asked about; None for all others."""
    if not message:
        return Plan(
            standalone_question="", outcome="decline", reply="The message is empty. Ask about orders, stock, customers or operations."
        )
    if len(message) > limits.message_characters:
        reply = "The message is too long to be read as one question. Ask one thing at a time, in a few sentences."
        return Plan(standalone_question=message[:200], outcome="decline", reply=reply)
    return None
