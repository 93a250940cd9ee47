"""Placeholders of a case become names, periods and amounts of one company, the same ones every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from agents.language.tokens import fold
from evals.cases import Call, Case, Turn
from evals.company import Company, NotHere, shortest_part
from ingestion.calendar import Grain, add_months, end_of, shift, start_of

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::(-?\d+))?(?:\|([a-z]+))?\}")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
# The amounts a question may name: a metric per member, and the part of the members that stays under it.
_AMOUNTS = {
    "big_order": ("revenue", "order", 0.9),
    "big_customer": ("revenue", "customer", 0.8),
    "big_product": ("revenue", "product", 0.8),
    "big_stock": ("stock_on_hand", "product", 0.8),
}
_SHARED = {"product_common": "product", "customer_common": "customer"}
# Rows of an earlier turn of the same dialogue; they are known only once that turn was answered.
SHOWN = re.compile(r"\{shown(\d*):(-?\d+)\}")
_PERIODS = ("month", "quarter", "year", "week", "day")
# First and last days of a period so many units from that of `as_of`.
_ENDS: dict[str, Grain] = {
    "week_start": "week", "week_end": "week", "month_start": "month", "month_end": "month", "quarter_start": "quarter",
    "quarter_end": "quarter",
}  # fmt: skip


def fill_case(case: Case, company: Company) -> Case:
    """The case as this company would be asked it; NotHere when it lacks something that is named."""
    return case.model_copy(update={"turns": tuple(_fill_turn(turn, company) for turn in case.turns)})


def _fill_turn(turn: Turn, company: Company) -> Turn:
    accept = tuple(
        tuple(Call(tool=call.tool, arguments=_filled_mapping(call.arguments, company)) for call in calls) for calls in turn.accept
    )
    return turn.model_copy(update={"ask": fill_text(turn.ask, company), "accept": accept})


def fill_text(text: str, company: Company) -> str:
    """Every placeholder of a text in words."""
    return _PLACEHOLDER.sub(lambda found: _words(found[1], found[2], found[3] or "", company), text)


def fill_value(value: object, company: Company) -> object:
    """Arguments with their placeholders replaced: a text that is one placeholder becomes what it stands for."""
    if isinstance(value, Mapping):
        return _filled_mapping(value, company)
    if isinstance(value, list | tuple):
        return [fill_value(each, company) for each in value]
    if not isinstance(value, str) or not (found := _PLACEHOLDER.fullmatch(value)) or SHOWN.fullmatch(value):
        return value
    kind, place = found[1], int(found[2] or 0)
    if kind in _PERIODS:
        return _period(kind, place, company.as_of)
    if kind in _AMOUNTS:
        return _amount(kind, company)
    if kind in _SHARED:
        return company.common(_SHARED[kind], place)
    return _iso(kind, place, company.as_of) or company.member(kind, place)


def _filled_mapping(value: Mapping[str, object], company: Company) -> dict[str, object]:
    return {str(key): fill_value(each, company) for key, each in value.items()}


def _words(kind: str, place: str | None, modifier: str, company: Company) -> str:
    number = int(place or 0)
    if kind in _AMOUNTS:
        return _amount_words(_amount(kind, company), modifier)
    if kind in _SPOKEN:
        return _SPOKEN[kind](number, company.as_of)
    if iso := _iso(kind, number, company.as_of):
        return iso
    if kind in _SHARED:
        return _changed(company.common(_SHARED[kind], number), modifier, _SHARED[kind], company)
    return _changed(company.member(kind, number), modifier, kind, company)


def _changed(name: str, modifier: str, kind: str, company: Company) -> str:
    changes: dict[str, Callable[[], str]] = {
        "": lambda: name,
        "lower": name.lower,
        "upper": name.upper,
        "folded": lambda: fold(name),
        "words": lambda: name.replace("_", " "),
        "part": lambda: shortest_part(name, company.members(kind)),
        "typo": lambda: mistyped(name),
    }
    if modifier not in changes:
        raise NotHere(f"no way of writing is called {modifier}; there are {', '.join(filter(None, changes))}")
    return changes[modifier]()


def mistyped(name: str) -> str:
    """Two neighbouring letters of the longest word change places: the slip a hurried typist makes most."""
    word = max(name.split(), key=len)
    if len(word) < 4:
        return name
    middle = len(word) // 2
    return name.replace(word, word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :], 1)


def _period(kind: str, place: int, as_of: date) -> dict[str, object]:
    """A period so many units from that of `as_of`."""
    if kind == "day":
        day = (as_of + timedelta(days=place)).isoformat()
        return {"kind": "between", "start": day, "end": day}
    if kind == "week":
        year, week, _ = (as_of + timedelta(weeks=place)).isocalendar()
        return {"kind": "calendar", "year": year, "week": week}
    if kind == "year":
        return {"kind": "calendar", "year": as_of.year + place}
    if kind == "quarter":
        first = add_months(start_of(as_of, "quarter"), 3 * place)
        return {"kind": "calendar", "year": first.year, "quarter": (first.month + 2) // 3}
    first = add_months(start_of(as_of, "month"), place)
    return {"kind": "calendar", "year": first.year, "month": first.month}


def _iso(kind: str, place: int, as_of: date) -> str | None:
    """A day as arguments write it."""
    if kind == "date":
        return (as_of + timedelta(days=place)).isoformat()
    grain = _ENDS.get(kind)
    if grain is None:
        return None
    day = shift(start_of(as_of, grain), place, grain)
    return (day if kind.endswith("_start") else end_of(day, grain)).isoformat()


def _month(place: int, as_of: date) -> date:
    return add_months(start_of(as_of, "month"), place)


def _quarter(place: int, as_of: date) -> date:
    return add_months(start_of(as_of, "quarter"), 3 * place)


def _day(place: int, as_of: date) -> date:
    return as_of + timedelta(days=place)


_SPOKEN: dict[str, Callable[[int, date], str]] = {
    "month": lambda n, day: f"{_MONTHS[_month(n, day).month - 1]} {_month(n, day).year}",
    "month_name": lambda n, day: _MONTHS[_month(n, day).month - 1],
    "month_short": lambda n, day: _MONTHS[_month(n, day).month - 1][:3].lower(),
    "month_number": lambda n, day: str(_month(n, day).month),
    "month_vi": lambda n, day: f"tháng {_month(n, day).month}/{_month(n, day).year}",
    "month_vi_name": lambda n, day: f"tháng {_month(n, day).month}",
    "quarter": lambda n, day: f"Q{(_quarter(n, day).month + 2) // 3} {_quarter(n, day).year}",
    "quarter_number": lambda n, day: str((_quarter(n, day).month + 2) // 3),
    "quarter_vi": lambda n, day: f"quý {(_quarter(n, day).month + 2) // 3}/{_quarter(n, day).year}",
    "year": lambda n, day: str(day.year + n),
    "week": lambda n, day: "week {1} of {0}".format(*(day + timedelta(weeks=n)).isocalendar()),
    "day": lambda n, day: f"{_day(n, day).day} {_MONTHS[_day(n, day).month - 1]} {_day(n, day).year}",
    "day_us": lambda n, day: f"{_MONTHS[_day(n, day).month - 1]} {_day(n, day).day}, {_day(n, day).year}",
    "day_vi": lambda n, day: _day(n, day).strftime("%d/%m/%Y"),
}


def _amount(kind: str, company: Company) -> int:
    """A round number of the company's own size."""
    metric, per, part = _AMOUNTS[kind]
    value = company.percentile(metric, per, part)
    step = int(10 ** max(len(str(int(value))) - 1, 0))
    return max(int(value) // step * step, 1)


def _amount_words(amount: int, modifier: str) -> str:
    million = amount // 1_000_000
    if modifier == "short" and million:
        return f"{million} million"
    if modifier == "tr" and million:
        return f"{million} triệu"
    if modifier == "k" and amount >= 1_000:
        return f"{amount // 1_000}k"
    return f"{amount:,}" if modifier != "tr" else f"{amount:,}".replace(",", ".")
