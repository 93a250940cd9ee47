"""One sentence form for each kind of number: values, groups, time, places, parts and changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from agents.formats import to_decimal
from agents.writer_page import Page
from tools.facts import Fact, FactValue

LISTED = 5
# Below this part of the mean, first to last along the fitted line, a series is called steady.
STEADY = Decimal("0.05")
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
    places = {row: _place(page, row) if placed else "" for row in chosen}
    return [f"- {places[row]}{page.name(row)}: {labelled(page, row, columns)}" for row in chosen]


def labelled(page: Page, row: int, columns: Sequence[str]) -> str:
    """Each value behind its label."""
    return ", ".join(f"{page.label(column)} {page.value(row, column, page.style(column))}".strip() for column in columns)


def more(page: Page, shown: int = LISTED) -> list[str]:
    """How many rows there are when not all were listed."""
    if len(page.rows) <= shown and not page.findings.truncated:
        return []
    return [page.book.say("more_cut" if page.findings.truncated else "more", count=page.count())]


def write_values(page: Page) -> list[str]:
    """Each metric with its value, and how it changed."""
    metrics = [name for name in page.measured if not name.endswith(("_before", "_change", "_change_rate"))]
    return [_value_sentence(page, metric) for metric in metrics]


def _value_sentence(page: Page, metric: str) -> str:
    slots = {"metric": page.label(metric), "period": page.period()}
    if page.cell(0, metric) is None:
        return page.book.say("value_none", **slots)
    slots["value"] = page.value(0, metric)
    if f"{metric}_before" not in page.columns:
        return page.book.say("value", **slots)
    slots["then"] = page.before()
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
    by = ", ".join(page.label(column) for column in (*([page.bucket] if page.bucket else []), *page.names))
    metric = ", ".join(page.label(column) for column in page.measured)
    key = "breakdown_time" if page.bucket or len(page.rows) < 2 else "breakdown"
    lead = page.book.say(key, metric=metric, by=by, period=page.period())
    return [lead, *listing(page, page.measured), *more(page)]


def write_trend(page: Page) -> list[str]:
    """Where a series goes, its best, worst and latest bucket."""
    grain = page.label(page.bucket or "day")
    if page.names or len(page.rows) < 3:
        lead = page.book.say(
            "trend_by" if page.names else "breakdown_time",
            metric=page.metric(),
            grain=grain,
            by=" ".join(page.label(name) for name in page.names) or grain,
            period=page.period(),
        )
        return [lead, *listing(page, _plain(page)), *more(page)]
    return [line for metric in _plain(page) for line in _series(page, metric, grain)]


def _plain(page: Page) -> list[str]:
    return [name for name in page.measured if not name.endswith(("_before", "_change", "_change_rate"))]


def _series(page: Page, metric: str, grain: str) -> list[str]:
    values = {row: value for row in range(len(page.rows)) if (value := number(page.cell(row, metric))) is not None}
    if not values:
        return [page.book.say("value_none", metric=page.label(metric), period=page.period())]
    trend = trend_of(list(values.values()))
    name = page.label(metric)
    lines = [page.book.say(f"trend_{trend}", metric=name, grain=grain, period=page.period())]
    marks = (("best", max(values, key=lambda row: values[row])), ("worst", min(values, key=lambda row: values[row])), ("last", max(values)))
    for mark, row in marks:
        lines.append(page.book.say(f"trend_{mark}", metric=name, value=page.value(row, metric), when=page.name(row)))
    return lines


def write_running(page: Page) -> list[str]:
    """The last buckets of a running total or a rolling window."""
    column = page.measured[-1]
    key = "running" if column == "running_total" else "rolling"
    slots = {"metric": page.metric(), "grain": page.label(page.bucket or "day"), "period": page.period()}
    if key == "rolling":
        slots["n"] = page.given("n")
    known = [row for row in range(len(page.rows)) if page.cell(row, column) is not None]
    return [page.book.say(key, **slots), *listing(page, [column], rows=known[-3:])]


def write_pattern(page: Page) -> list[str]:
    """The busiest weekdays or hours."""
    metric = str(page.asked("metric"))
    order = sorted(range(len(page.rows)), key=lambda row: -(number(page.cell(row, metric)) or Decimal(0)))
    by = ", ".join(page.label(name) for name in page.names)
    lead = page.book.say("pattern", metric=page.metric(), by=by, period=page.period())
    return [lead, *listing(page, [metric, "mean"], rows=order), *more(page)]


def write_ranking(page: Page) -> list[str]:
    """The places, ties as ties."""
    metrics = [str(page.asked("metric")), *(name for name in page.measured if name != page.asked("metric"))]
    by, low = str(page.asked("by") or ""), bool(page.asked("lowest"))
    slots = {"metric": page.metric(), "by": page.label(by), "period": page.period()}
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
        period=page.period(),
    )
    return [lead, *listing(page, [metric], limit=12), *more(page, 12)]


def write_share(page: Page) -> list[str]:
    """Each member's part; with `top`, what the largest make together."""
    by = ", ".join(page.plural(name) for name in page.asked_names("by"))
    if not page.asked("top"):
        each = ", ".join(page.label(name) for name in page.asked_names("by"))
        lead = page.book.say("share", metric=page.metric(), by=each, period=page.period())
        return [lead, *listing(page, ["share", str(page.asked("metric"))]), *more(page)]
    together = page.again(page.raw(0, "combined_share"), "combined", entity=None)
    lead = page.book.say("share_top", n=page.given("top"), by=by, share=together, metric=page.metric(), period=page.period())
    return [lead, *listing(page, ["share", str(page.asked("metric"))]), *more(page)]


def write_pareto(page: Page) -> list[str]:
    """How few make most of it."""
    last = page.again(page.raw(len(page.rows) - 1, "cumulative_share"), "cumulative", entity=None)
    lead = page.book.say(
        "pareto",
        count=page.count(),
        by=page.plural(str(page.asked("by"))),
        share=last,
        metric=page.metric(),
        period=page.period(),
        asked=page.given("share", "%"),
    )
    return [lead, *listing(page, [str(page.asked("metric")), "share"]), *more(page)]


def write_abc(page: Page) -> list[str]:
    """The classes and who is in them."""
    lead = page.book.say(
        "abc",
        by=page.plural(str(page.asked("by"))),
        metric=page.metric(),
        period=page.period(),
        a=page.given("a", "%", page.book.say("class", name="A")),
        b=page.given("b", "%", page.book.say("class", name="B")),
    )
    columns = page.measured if page.asked("summary") else [str(page.asked("metric")), "share"]
    return [lead, *listing(page, columns), *more(page)]


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
    lines = [page.book.say("change", **slots)]
    for row in range(min(len(page.rows), LISTED)):
        change = number(page.cell(row, f"{metric}_change"))
        lines.append(
            page.book.say(
                "change_up" if change is not None and change > 0 else "change_down",
                who=page.name(row),
                change=page.value(row, f"{metric}_change", "size"),
                rate=_rate(page, row, metric),
                value=page.value(row, metric),
            )
        )
    return [*lines, *more(page)]


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
    slots = {"metric": page.metric(), "period": page.period(), "then": page.before()}
    return page.book.say(f"{key}_{way}", total=f"{{fact:{total.id}|size}}", by=page.label(str(page.asked("by"))), **slots)


def _place(page: Page, row: int) -> str:
    return f"{page.value(row, 'position')} " if "position" in page.columns and page.cell(row, "position") is not None else ""
