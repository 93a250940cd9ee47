"""Why goods were sent back: the reasons customers gave, which are no reasons of a change."""

from __future__ import annotations

import re

from agents.language.edits.draft import Call, Draft, texts

_SENT_BACK = frozenset({"returned_units", "return_rate", "refunds"})
_REASON = re.compile(r"\bwhy\b|\breasons?\b|\bwhat for\b|tại sao|vì sao|sao (?:lại )?(?:trả|bị trả)|lý do|nguyên nhân", re.IGNORECASE)
_COSTLY = ("top", "bottom", "expensive", "cheap")
_MOVED = ("change", "rising", "falling", "unnamed_change")


_GIVEN = re.compile(
    r"\b(?:what|which) (?:were |are |was |is )?(?:the |their |main |usual |most common |biggest )*reasons?\b"
    r"|\breasons? (?:given|for (?:it|that|them|this))\b"
    r"|\bby reasons?\b|lý do (?:gì|là gì|nào)|(?:theo|vì) lý do",
    re.IGNORECASE,
)


_WERE_SENT = re.compile(
    r"\b(?:why|what for)\b.*\b(?:sent|send|brought|bring|return\w*|came|come)\b(?! (?:up|rate|down))|(?:tại sao|vì sao"
    r"|sao)\b.*\btrả\b",
    re.IGNORECASE,
)


def asks_reasons(call: Call, message: str) -> bool:
    """Whether the reasons are asked that customers gave for what they sent back."""
    held = texts(call[1].get("metrics") or call[1].get("metric"))
    return bool(_SENT_BACK & set(held)) and bool(_GIVEN.search(message) or _WERE_SENT.search(message))


def edit_reasons(draft: Draft) -> None:
    """Why were they sent back: by the reason customers gave, which is no reason of a change."""
    given = asks_reasons((draft.tool, draft.arguments), draft.message)
    spoken = given or bool(draft.sketch.metrics) or draft.sketch.has("which") or not draft.sketch.has("why")
    if not (set(draft.metrics) & _SENT_BACK and _REASON.search(draft.message) and spoken) or draft.sketch.has(*_MOVED):
        return
    if draft.tool not in ("metric_value", "breakdown", "ranking", "trend"):
        return
    figures = ["returned_units" if name == "return_rate" else name for name in draft.metrics if name in _SENT_BACK]  # no rate by reason
    costly = [name for name in _COSTLY if draft.sketch.has(name)]
    draft.take.used.update(slot.at for slot in draft.sketch.metrics)
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name in ("return_reason", "customer"))
    draft.take.cue("why", "which", "details", "how_did", *costly)
    if costly:
        draft.become("ranking", metric=figures[0], by="return_reason", n=1, lowest=costly[0] in ("bottom", "cheap"))
    else:
        draft.become("breakdown", metrics=figures, by=["return_reason"])
