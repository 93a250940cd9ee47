"""What an installation's questions are made of: its metrics and cuts with their words, and some members of each cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.language.learnt.grammar_read import read_families
from agents.language.learnt.pairs import Material
from tools.errors import ToolError

if TYPE_CHECKING:
    from agents.session_ground import Ground

_MOST = 30
# Something that happens to the members of a dimension: the first that can be counted by it is.
_COUNTED = ("orders", "lines", "purchase_orders", "deliveries", "stock_on_hand")


def material_of(ground: Ground) -> Material:
    """The material of what is served."""
    families = read_families()
    cuts = sorted({name for names in (*families.cuts.values(), *families.listed.values()) for name in names})
    return Material(ground.metrics, ground.dimensions, {cut: _members(ground, cut) for cut in cuts}, ground.served.context.as_of)


def _members(ground: Ground, dimension: str) -> Sequence[str]:
    """The busiest members by name; none where the data has no such thing."""
    from tools.query.read import read_query
    from tools.query.run import run_query

    for metric in _COUNTED:
        try:
            query = read_query({"kind": "top", "metric": metric, "by": dimension, "n": _MOST})
            rows = run_query(query, ground.served.context, ground.served.source).rows
        except ToolError:
            continue
        if names := [str(row[-2]) for row in rows if row[-2] is not None]:
            return sorted(names)
    return ()
