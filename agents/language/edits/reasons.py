"""Why goods were sent back: the reasons customers gave, which are no reasons of a change."""

from __future__ import annotations

import re

from agents.language.edits.draft import Draft

_SENT_BACK = frozenset({"returned_units", "return_rate", "refunds"})
_REASON = re.compile(r"\bwhy\b|\breasons?\b|\bwhat for\b|tại sao|vì sao|sao (?:lại )?(?:trả|bị trả)|lý do|nguyên nhân", re.IGNORECASE)
_COSTLY = ("top", "bottom", "expensive", "cheap")
_MOVED = ("change", "rising", "falling", "unnamed_change")


def edit_reasons(draft: Draft) -> None:
    """Why were they sent back: by the reason customers gave, which is no reason of a change."""
    spoken = bool(draft.sketch.metrics) or draft.sketch.has("which") or not draft.sketch.has("why")
    if not (set(draft.metrics) & _SENT_BACK and _REASON.search(draft.message) and spoken) or draft.sketch.has(*_MOVED):
        return
    if draft.tool not in ("metric_value", "breakdown", "ranking", "trend"):
        return
    figures = [name for name in draft.metrics if name in _SENT_BACK]
    costly = [name for name in _COSTLY if draft.sketch.has(name)]
    draft.take.used.update(slot.at for slot in draft.sketch.metrics)
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name == "return_reason")
    draft.take.cue("why", "which", "details", "how_did", *costly)
    if costly:
        draft.become("ranking", metric=figures[0], by="return_reason", n=1, lowest=costly[0] in ("bottom", "cheap"))
    else:
        draft.become("breakdown", metrics=figures, by=["return_reason"])
