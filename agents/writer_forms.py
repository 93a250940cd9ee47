"""One sentence form for each kind of number: values, groups, time, places, parts and changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from agents.formats import to_decimal
from agents.writer_page import Page
from tools.facts import Fact, FactValue

LISTED, MOST_BUCKETS = 5, 12
# Below this part of the mean, first to last along the fitted line, a series is called steady.
STEADY = Decimal("0.05")
_SAID_BY_THE_LEAD = ("contribution", "amount")
Trend = Literal["rising", "falling", "flat"]


def upper(text: str) -> str:
    """The first letter of a sentence."""
    return text[:1].upper() + text[1:]


def number(value: FactValue) -> Decimal | None:
    """A cell as a number, if it is one."""
    return to_decimal(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else None


def trend_of(values: Sequence[Decimal]) -> Trend:
    """The direction of the least-squares line, by how far it moves from first to last against the mean size."""
    count = len(values)
    if count < 2:
        return "flat"
    middle = Decimal(count - 1) / 2
    slope = sum(((place - middle) * value for place, value in enumerate(values)), Decimal(0))
    slope /= sum(((place - middle) ** 2 for place in range(count)), Decimal(0))
    size = sum((abs(value) for value in values), Decimal(0)) / count
    moved = slope * (count - 1)
    if size == 0 or abs(moved) < STEADY * size:
        return "flat"
    return "rising" if moved > 0 else "falling"


def listing(page: Page, columns: Sequence[str], limit: int = LISTED, rows: Sequence[int] | None = None, placed: bool = True) -> list[str]:
    """The first rows, one line each: place, who, and labelled values."""
    chosen = list(rows if rows is not None else range(len(page.rows)))[:limit]
    places = {row: place(page, row) if placed else "" for row in chosen}
    return [f"- {places[row]}{page.name(row)}: {said_values(page, row, columns)}" for row in chosen]


def said_values(page: Page, row: int, columns: Sequence[str]) -> str:
    """Several values behind their labels; a single one needs none when the line above says what it is."""
    if len(columns) == 1 and columns[0] in (*page.asked_metrics, *_SAID_BY_THE_LEAD):
        return page.value(row, columns[0], page.style(columns[0]))
    return labelled(page, row, columns)


def labelled(page: Page, row: int, columns: Sequence[str]) -> str:
    """Each value behind its label."""
    return ", ".join(f"{page.label(column)} {page.value(row, column, page.style(column))}".strip() for column in columns)


def more(page: Page, shown: int = LISTED) -> list[str]:
    """How many rows there are when not all were listed."""
    if len(page.rows) <= shown and not page.findings.truncated:
        return []
    return [page.book.say("more_cut" if page.findings.truncated else "more", count=page.count())]


def write_values(page: Page) -> list[str]:
    """Each metric with its value, and how it changed; for several periods, each of them."""
    if page.periods:
        return [
            page.book.say("values_by_period", metric=page.metric()),
            *listing(page, plain(page), limit=12, placed=False),
            *more(page, 12),
        ]
    return [_value_sentence(page, metric) for metric in plain(page)]


def _value_sentence(page: Page, metric: str) -> str:
    slots = {"metric": page.label(metric), "when": page.when()}
    if page.cell(0, metric) is None:
        return page.book.say("value_none", **slots)
    slots["value"] = page.value(0, metric)
    if f"{metric}_before" not in page.columns:
        return page.book.say("value", **slots)
    slots |= {"then": page.before(), "when_then": page.when_before()}
    change = number(page.cell(0, f"{metric}_change"))
    if change is None:
        return page.book.say("value_new", **slots)
    slots["before"] = page.value(0, f"{metric}_before")
    if change == 0:
        return page.book.say("value_flat", **slots)
    slots |= {"change": page.value(0, f"{metric}_change", "size"), "rate": _rate(page, 0, metric)}
    return page.book.say("value_up" if change > 0 else "value_down", **slots)


def _rate(page: Page, row: int, metric: str) -> str:
    """The relative change; for a rate the change in points says it already."""
    column = f"{metric}_change_rate"
    is_rate = next(each.unit for each in page.table.columns if each.name == metric) == "%"
    if is_rate or page.cell(row, column) is None:
        return ""
    return page.book.say("rate", rate=page.value(row, column, "signed"))


def write_breakdown(page: Page) -> list[str]:
    """Groups in the order found."""
    if page.bucket and page.names:
        return _each_over_time(page)
    by = page.book.both([page.label(column) for column in (*([page.bucket] if page.bucket else []), *page.names)])
    metrics = plain(page)
    if len(metrics) == 1 and page.findings.compared is not None:
        lead = page.book.say("breakdown_against", metric=page.metric(), by=by, period=page.period(), then=page.before())
        return [lead, *(_moved(page, row, metrics[0]) for row in range(min(len(page.rows), LISTED))), *more(page)]
    key = "breakdown_time" if page.bucket or len(page.rows) < 2 else "breakdown"
    lead = page.book.say(key, metric=page.metric(), by=by, when=page.when())
    return [
        *_kept(page),
        lead,
        *listing(page, metrics, limit=MOST_BUCKETS if page.bucket else LISTED),
        *more(page, MOST_BUCKETS if page.bucket else LISTED),
    ]


def _kept(page: Page) -> list[str]:
    """How many members meet the condition, where one is set and every one of them has a name."""
    named = len(page.names) == 1 and all(page.cell(row, page.names[0]) is not None for row in range(len(page.rows)))
    if page.bucket or not named or not page.asked("having") or page.findings.truncated:
        return []
    return [page.book.say("kept", count=page.count(), members=page.members(page.names[0], len(page.rows)))]


def _moved(page: Page, row: int, metric: str) -> str:
    """One group now and before."""
    slots = {"who": page.name(row), "when_then": page.when_before()}
    now, before, change = (number(page.cell(row, name)) for name in (metric, f"{metric}_before", f"{metric}_change"))
    if before is not None:
        slots["before"] = page.value(row, f"{metric}_before")
    if now is None:
        return page.book.say("moved_gone", **slots)
    slots["value"] = page.value(row, metric)
    if change is None or before is None:
        return page.book.say("moved_new", **slots)
    if change == 0:
        return page.book.say("moved_flat", **slots)
    slots |= {"change": page.value(row, f"{metric}_change", "size"), "rate": _rate(page, row, metric)}
    return page.book.say("moved_up" if change > 0 else "moved_down", **slots)


def _each_over_time(page: Page) -> list[str]:
    """Each group's first and latest value, metric after metric."""
    return [*(line for metric in plain(page) for line in _ends(page, metric)), *more(page, 0)]


def _ends(page: Page, metric: str) -> list[str]:
    """Where each group began and is, the group that is largest now first."""
    rows: dict[str, list[int]] = {}
    for row in range(len(page.rows)):
        if page.cell(row, metric) is not None:
            rows.setdefault(page.spoken_name(row), []).append(row)
    ends = [sorted(each, key=lambda row: str(page.cell(row, page.bucket or ""))) for each in rows.values()]
    ends.sort(key=lambda each: -(number(page.cell(each[-1], metric)) or Decimal(0)))
    slots = {"metric": page.label(metric), "grain": page.label(page.bucket or "day"), "when": page.when()}
    lead = page.book.say("trend_series", by=page.book.both([page.label(name) for name in page.names]), **slots)
    return [lead, *(f"- {page.name_only(each[0])}: {_first_and_last(page, each, metric)}" for each in ends[:LISTED])]


def _first_and_last(page: Page, rows: Sequence[int], metric: str) -> str:
    first, last = rows[0], rows[-1]
    if first == last:
        return f"{page.value(last, metric)} {page.when_row(last)}"
    slots = {"first": page.value(first, metric), "last": page.value(last, metric)}
    return page.book.say("from_to", when_first=page.when_row(first), when_last=page.when_row(last), **slots)


def write_trend(page: Page) -> list[str]:
    """Where a series goes, its best, worst and latest bucket."""
    grain = page.label(page.bucket or "day")
    if page.names:
        return _each_over_time(page)
    if len(page.rows) < 3:
        lead = page.book.say("breakdown_time", metric=page.metric(), by=grain, when=page.when())
        return [lead, *listing(page, plain(page)), *more(page)]
    return [line for metric in plain(page) for line in _series(page, metric, grain)]


def plain(page: Page) -> list[str]:
    """The measured columns without what they are compared with."""
    return [name for name in page.measured if not name.endswith(("_before", "_change", "_change_rate"))]


def _series(page: Page, metric: str, grain: str) -> list[str]:
    values = {row: value for row in range(len(page.rows)) if (value := number(page.cell(row, metric))) is not None}
    if not values:
        return [page.book.say("value_none", metric=page.label(metric), when=page.when())]
    # Only the first and the last bucket can be cut off by the period.
    ends = (min(values), max(values))
    whole = {row: value for row, value in values.items() if row not in ends or page.is_whole(row)}
    trend = trend_of(list(values.values()))
    # Half a month is no fall: a way is named only when it is the same without the buckets that are cut off.
    sure = trend == trend_of(list(whole.values())) and len(whole) > 1
    slots = {"metric": page.label(metric), "grain": grain, "by": grain, "when": page.when()}
    lines = [page.book.say(f"trend_{trend}" if sure else "breakdown_time", **slots)]
    marks = [("best", max(values, key=lambda row: values[row])), ("worst", min(values, key=lambda row: values[row]))]
    marks = [(mark, row) for mark, row in marks if row in whole]
    marks.append(("last" if ends[1] in whole else "last_so_far", ends[1]))
    for mark, row in marks:
        lines.append(page.book.say(f"trend_{mark}", grain=grain, value=page.value(row, metric), when=page.when_row(row)))
    return lines


def write_running(page: Page) -> list[str]:
    """The last buckets of a running total or a rolling window."""
    column = page.measured[-1]
    key = "running" if column == "running_total" else "rolling"
    grain = page.bucket or "day"
    slots = {"metric": page.metric(), "grain": page.label(grain), "when": page.when()}
    if key == "rolling":
        slots |= {"n": page.given("n"), "grains": page.plural(grain)}
    known = [row for row in range(len(page.rows)) if page.cell(row, column) is not None]
    if page.names:
        latest = max((str(page.cell(row, grain)) for row in known), default="")
        known = [row for row in known if str(page.cell(row, grain)) == latest][:LISTED]
    else:
        known = known[-3:]
    return [page.book.say(key, **slots), *listing(page, [column], rows=known)]


def write_pattern(page: Page) -> list[str]:
    """The busiest weekdays or hours."""
    metric = str(page.asked("metric"))
    order = sorted(range(len(page.rows)), key=lambda row: -(number(page.cell(row, metric)) or Decimal(0)))
    by = page.book.both([page.label(name) for name in page.names])
    lead = page.book.say("pattern", metric=page.metric(), by=by, when=page.when())
    limit = 7 if page.names == ("weekday",) else LISTED
    return [lead, *listing(page, [metric, "mean"], limit, order), *more(page, limit)]


def write_ranking(page: Page) -> list[str]:
    """The places, ties as ties."""
    metrics = [str(page.asked("metric")), *(name for name in page.measured if name != page.asked("metric"))]
    by, low = str(page.asked("by") or ""), bool(page.asked("lowest"))
    slots = {"metric": page.metric(), "by": page.label(by), "when": page.when()}
    if page.asked("nth"):
        return [page.book.say("ranking_nth_low" if low else "ranking_nth", place=page.given("n"), **slots), *listing(page, metrics)]
    lead = page.book.say("ranking_low" if low else "ranking", **slots)
    wanted = page.asked("n")
    lines = [lead, *listing(page, metrics, limit=10), *more(page, 10)]
    if isinstance(wanted, int) and len(page.rows) < wanted and page.asked("n") != 10:
        lines.append(page.book.say("ranking_few", count=page.count(), n=page.given("n"), by=page.plural(by)))
    places = [page.cell(row, "position") for row in range(len(page.rows))]
    if len(set(places)) < len(places):
        lines.append(page.book.sentences["ranking_ties"])
    return lines


def write_within(page: Page) -> list[str]:
    """The best of each group."""
    group, metric = str(page.asked("within") or ""), str(page.asked("metric") or "")
    lead = page.book.say(
        "within_low" if page.asked("lowest") else "within",
        metric=page.metric(),
        by=page.label(str(page.asked("by"))),
        group=page.label(group),
        when=page.when(),
    )
    return [lead, *listing(page, [metric], limit=12), *more(page, 12)]


def write_share(page: Page) -> list[str]:
    """Each member's part; with `top`, what the largest make together."""
    by = page.book.both([page.plural(name) for name in page.asked_names("by")])
    if not page.asked("top"):
        each = page.book.both([page.label(name) for name in page.asked_names("by")])
        group = page.book.both([page.label(name) for name in page.asked_names("within")])
        lead = page.book.say("share_within" if group else "share", metric=page.metric(), by=each, group=group, when=page.when())
        return [lead, *_shares(page), *more(page)]
    together = page.again(page.raw(0, "combined_share"), "combined", entity=None)
    lead = page.book.say("share_top", n=page.given("top"), by=by, share=together, metric=page.metric(), when=page.when())
    return [lead, *listing(page, ["share", str(page.asked("metric"))]), *more(page)]


def _shares(page: Page) -> list[str]:
    metric = str(page.asked("metric"))
    lines = []
    for row in range(min(len(page.rows), LISTED)):
        slots = {"place": place(page, row), "who": page.name(row), "share": page.value(row, "share"), "value": page.value(row, metric)}
        lines.append(page.book.say("share_row", **slots))
    return lines


def write_pareto(page: Page) -> list[str]:
    """How few make most of it."""
    last = page.again(page.raw(len(page.rows) - 1, "cumulative_share"), "cumulative", entity=None)
    lead = page.book.say(
        "pareto",
        count=page.count(),
        by=page.plural(str(page.asked("by"))),
        share=last,
        metric=page.metric(),
        when=page.when(),
        asked=page.given("share", "%"),
    )
    return [lead, *listing(page, [str(page.asked("metric")), "share"]), *more(page)]


def write_abc(page: Page) -> list[str]:
    """The classes and who is in them."""
    lead = page.book.say(
        "abc",
        by=page.plural(str(page.asked("by"))),
        metric=page.metric(),
        when=page.when(),
        a=page.given("a", "%", page.book.say("class", name="A")),
        b=page.given("b", "%", page.book.say("class", name="B")),
    )
    if not page.asked("summary"):
        return [lead, *listing(page, [str(page.asked("metric")), "share"]), *more(page)]
    lines = []
    for row in range(len(page.rows)):
        members = page.members(str(page.asked("by")), page.cell(row, "members"))
        slots = {"who": page.name(row), "entity": members, "metric": page.metric()}
        values = {
            name: page.value(row, column)
            for name, column in (("members", "members"), ("value", str(page.asked("metric"))), ("share", "share"))
        }
        lines.append(page.book.say("abc_row", **slots, **values))
    return [lead, *lines]


def write_rank_change(page: Page) -> list[str]:
    """Who came, went and stayed."""
    lead = page.book.say("rank_change", n=page.given("n"), metric=page.metric(), period=page.period(), then=page.before())
    lines = []
    for row in range(min(len(page.rows), 10)):
        said = [name for name in ("position", "position_before") if page.cell(row, name) is not None]
        lines.append(f"- {page.name(row)}: {labelled(page, row, said)}")
    return [lead, *lines, *more(page, 10)]


def write_change(page: Page) -> list[str]:
    """Who rose and fell."""
    metric = str(page.asked("metric"))
    slots = {"metric": page.metric(), "by": page.label(str(page.asked("by"))), "period": page.period(), "then": page.before()}
    lines = [_changed(page, row, metric) for row in range(min(len(page.rows), LISTED))]
    return [page.book.say("change", **slots), *lines, *more(page)]


def _changed(page: Page, row: int, metric: str) -> str:
    """One member's change in amount and percent."""
    now, change = number(page.cell(row, metric)), number(page.cell(row, f"{metric}_change"))
    slots = {"who": page.name(row)}
    if now is not None:
        slots["value"] = page.value(row, metric)
    if change is None:
        return page.book.say("change_new", **slots) if now is not None else f"- {slots['who']}"
    slots |= {"change": page.value(row, f"{metric}_change", "size"), "rate": _rate(page, row, metric)}
    if now is None:
        return page.book.say("change_gone", **slots)
    return page.book.say("change_flat" if change == 0 else "change_up" if change > 0 else "change_down", **slots)


def write_contribution(page: Page) -> list[str]:
    """What made the change; the total is the sum of the parts."""
    parts = [page.raw(row, "contribution") for row in range(len(page.rows)) if page.cell(row, "contribution") is not None]
    lead = _change_lead(page, "contribution", page.derive("sum", parts, "total_change"))
    order = sorted(range(len(page.rows)), key=lambda row: -abs(number(page.cell(row, "contribution")) or Decimal(0)))
    return [lead, *listing(page, ["contribution"], rows=order), *more(page)]


def write_decomposition(page: Page) -> list[str]:
    """Price, volume, mix, new and lost."""
    last = len(page.rows) - 1
    total = page.raw(last, "amount")
    lead = _change_lead(page, "decomposition", page.restated(total, "total_change", name="total_change", entity=None))
    return [lead, *listing(page, ["amount"], rows=range(last), placed=False)]


def _change_lead(page: Page, key: str, total: Fact) -> str:
    amount = number(total.value) or Decimal(0)
    way = "flat" if amount == 0 else "up" if amount > 0 else "down"
    slots = {"metric": page.metric(), "when": page.when(), "then": page.before()}
    return page.book.say(f"{key}_{way}", total=f"{{fact:{total.id}|size}}", by=page.label(str(page.asked("by"))), **slots)


def place(page: Page, row: int) -> str:
    """The place of a row, where it has one."""
    return f"{page.value(row, 'position')} " if "position" in page.columns and page.cell(row, "position") is not None else ""
