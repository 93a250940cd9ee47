"""Readings that stand only beside certain other words: May and Mar, a comparison behind a word of change."""

from __future__ import annotations

from agents.language.time import part_readings, range_readings, relative_readings
from agents.language.time.chart import Bound
from agents.language.time.other_readings import against, against_previous
from agents.language.time.stretch import Against, Stretch, latest_stretch
from agents.language.time.units import Unit
from tools.query.contract import Named

_REACH = 8
_LONGEST_PAIR_DAYS = 190  # two quarters
_LINKS = frozenset({"and", "to", "or", ",", "-", "–", "/", "vs", "versus", "against", "through", "va", "&"})
_CLAUSE_ENDS = frozenset(";?!")
_OPENING = frozenset({"from", "between"})
_NUMBERS = frozenset({"digits", "ones", "tens", "teens", "roman", "month_words"})
_UNIT_OR_NUMBER = frozenset({"unit", "digits", "ones", "tens", "teens", "month", "weak_month", "weekday", "full", "half"})
_SURE = frozenset(
    {"in", "during", "of", "for", "since", "from", "until", "till", "before", "after", "by", "this", "last", "next", "vs", "versus"}
    | {"without", "excluding", "except", "exclude", "excl", "minus", "skip", "skipping", "out", "bar", "ignoring", "omitting", "omit"}
    | {"against", "than", "between", "through", "throughout", "early", "mid", "late", "around", "end"}
)


def latest_weak(bound: Bound) -> Stretch | None:
    """May or Mar alone: a month only after a preposition of time or next to another month."""
    chart, before, after = bound.chart, bound.chart.before(bound.start), bound.chart.after(bound.end)
    compared = before == "with" and bound.start >= 2 and chart.before(bound.start - 1).startswith("compar")
    if (
        before not in _SURE
        and not compared
        and not (before in _LINKS and _month_ends(bound))
        and not (after in _LINKS and _is_month(bound, bound.end + 1))
    ):
        return None
    return latest_stretch(bound.get("bare", Unit), chart.as_of)


def change_against(bound: Bound) -> Against | None:
    """Growth over last year, changed since last month."""
    return against(bound) if _changes(bound) else None


def change_previous(bound: Bound) -> Against | None:
    """Up on the month before."""
    return against_previous(bound) if _changes(bound) else None


def since(bound: Bound) -> Stretch | None:
    """Since March; "since the start of" has its own reading."""
    return None if {"since_start", "opening_word", "last_to_date"} & bound.chart.edges[bound.start].keys() else range_readings.since(bound)


def end_of(bound: Bound) -> Stretch | None:
    """End of March; a weekend is another thing, and "the end of the month" says of no month."""
    inside = bound.get("inside", Stretch)
    is_open = isinstance(inside.period, Named) and inside.last > bound.as_of
    is_weekend = any("weekend" in bound.chart.edges[place] for place in range(bound.start, bound.end))
    return None if is_open or is_weekend else part_readings.end_of(bound)


def start_of(bound: Bound) -> Stretch | None:
    """Start of March; "from the start of" has its own reading."""
    return None if "since_start" in bound.chart.edges[bound.start] else part_readings.start_of(bound)


def third_of(bound: Bound) -> Stretch | None:
    """Mid March; where "giữa" opens "giữa tháng 3 và tháng 5" it means between."""
    chart = bound.chart
    opens = "between" in chart.edges[bound.start] and any(chart.readings("point", at) for at, _ in chart.readings("and", bound.end))
    return None if opens else part_readings.third_of(bound)


def the_unit(bound: Bound) -> Stretch | None:
    """The year, the month; with a number behind it is another unit ("tháng 3")."""
    edges = bound.chart.edges
    numbered = bound.end < len(edges) and not _NUMBERS.isdisjoint(edges[bound.end])
    return None if numbered else part_readings.the_unit(bound)


def from_to(bound: Bound) -> Stretch | None:
    """From March to May; behind "fell" or "changed" two months are compared instead."""
    a, b = bound.get("a", Stretch), bound.get("b", Stretch)
    if _are_alike(a, b) and _compares(bound) and "from" not in bound.chart.edges[bound.start]:
        return None
    is_change = _moves(bound) and _are_alike(a, b) and _OPENING & bound.chart.edges[bound.start].keys()
    return None if is_change else range_readings.from_to(bound)


def in_one_word(bound: Bound) -> Stretch | None:
    """Q1/Q2, written as one word: both, one after the other."""
    a, b, terms = bound.get("a", Stretch), bound.get("b", Stretch), bound.chart.terms
    word = terms[bound.start].token
    if not any(term.lower == "/" and term.token == word for term in terms[bound.start : bound.end]) or not _are_alike(a, b):
        return None
    found = range_readings.from_to(bound)
    return found if found and found.first.toordinal() + _LONGEST_PAIR_DAYS >= found.last.toordinal() else None


def compared_with(bound: Bound) -> Against | None:
    """The "to 2024" of "compare 2023 to 2024"."""
    return Against("stretch", bound.get("stretch", Stretch)) if _compares(bound) else None


def lone_relative(bound: Bound) -> Stretch | None:
    """The "this" of "this and last month"."""
    chart = bound.chart
    for link in ("and", "versus"):
        for at, _ in chart.readings(link, bound.end):
            for kind in ("last", "previous", "this"):
                for place, _ in chart.readings(kind, at):
                    for _, unit in chart.readings("unit", place):
                        return relative_readings.named_unit(
                            "this" if "this" in chart.edges[bound.end - 1] else "last", str(unit), bound.as_of
                        )
    return None


def against_lone_last(bound: Bound) -> Against | None:
    """This month vs last."""
    edges = bound.chart.edges
    behind_a_unit = bound.start > 0 and "unit" in edges[bound.start - 1]
    goes_on = bound.end < len(edges) and not _UNIT_OR_NUMBER.isdisjoint(edges[bound.end])
    return Against("previous") if behind_a_unit and not goes_on else None


def _said_before(bound: Bound, reach: int) -> set[str]:
    """The words of the same clause before a reading, so many at most."""
    said: set[str] = set()
    for term in reversed(bound.chart.terms[max(0, bound.start - reach) : bound.start]):
        if term.lower in _CLAUSE_ENDS:
            break
        said.add(term.folded)
    return said


def _compares(bound: Bound) -> bool:
    return not _said_before(bound, bound.start).isdisjoint(bound.chart.lexicon.compare_words)


def change_start(bound: Bound) -> Against | None:
    """The "from September" of "changed from September to October": what October is compared with."""
    start, chart = bound.get("stretch", Stretch), bound.chart
    links = chart.readings("and" if bound.has("between") else "to", bound.end)
    ends = (end for at, _ in links for _, end in chart.readings("point", at))
    alike = any(isinstance(end, Stretch) and _are_alike(start, end) for end in ends)
    return Against("stretch", start) if alike and _moves(bound) else None


def change_end(bound: Bound) -> Stretch | None:
    """The "to October" of "changed from September to October"."""
    return bound.get("stretch", Stretch) if _ends_a_change(bound) else None


def until(bound: Bound) -> Stretch | None:
    """Up to March; not the end of a change."""
    return None if _ends_a_change(bound) else range_readings.until(bound)


def after(bound: Bound) -> Stretch | None:
    """After 15 June; not where the same words are a period ("sau thang dau nam": six months)."""
    if any(end == bound.end for end, _ in bound.chart.readings("stretch", bound.start)):
        return None
    return range_readings.after(bound)


def _ends_a_change(bound: Bound) -> bool:
    edges = bound.chart.edges
    opening = "between" if bound.has("and") else "from"
    return _moves(bound) and any(opening in edges[place] for place in range(max(0, bound.start - _REACH), bound.start))


def _moves(bound: Bound) -> bool:
    """Whether a verb of change stands before the reading."""
    return not _said_before(bound, 2 * _REACH).isdisjoint(bound.chart.lexicon.move_words)


def _are_alike(a: Stretch, b: Stretch) -> bool:
    """Two months, two quarters, two years."""
    return a.unit is not None and b.unit is not None and a.unit.kind == b.unit.kind and a.unit.kind not in ("day", "week")


def _changes(bound: Bound) -> bool:
    return not _said_before(bound, _REACH).isdisjoint(bound.chart.lexicon.change_words)


def _month_ends(bound: Bound) -> bool:
    return bound.start >= 2 and _is_month(bound, bound.start - 2)


def _is_month(bound: Bound, place: int) -> bool:
    edges = bound.chart.edges
    return place < len(edges) and not {"month", "weak_month", "year"}.isdisjoint(edges[place])
