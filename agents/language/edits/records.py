"""Another side of a record that was shown: what is in it, how it stands, whose it is."""

from __future__ import annotations

from agents.language.edits.draft import Draft

RECORDS = ("look_up", "look_up_lines")
_SIDES = ("status", "details", "attribute", "where_is", "late_word", "overdue", "last_time", "how_did", "which")
_TOLD = frozenset({"customer", "channel", "payment_method", "location", "supplier", "order_status", "carrier", "province", "day"})


def edit_record(draft: Draft) -> None:
    """A look at the same record from another side."""
    if draft.tool not in RECORDS or draft.sketch.filters or draft.sketch.periods:
        return
    sides = [slot for slot in draft.sketch.dimensions if slot.name in _TOLD]
    lines = draft.sketch.has("lines")
    verbs = [slot for slot in draft.sketch.metrics if slot.verb]
    if any(not slot.verb for slot in draft.sketch.metrics) or not (lines or sides or verbs or draft.sketch.has(*_SIDES)):
        return
    draft.take.used.update([*(slot.at for slot in sides), *(slot.at for slot in verbs)])
    draft.take.cue("lines", *_SIDES)
    of, ids = draft.arguments.get("of"), draft.arguments.get("ids")
    draft.become("look_up_lines" if lines and of in ("order", "purchase_order") else "look_up", of=of, ids=ids)
