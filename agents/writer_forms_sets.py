"""One sentence form for each kind of list: spreads, sets, silences, cohorts, steps, baskets, stock and records."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.writer_conditions import said_filters, said_selection
from agents.writer_forms import (
    LISTED,
    MOST_BUCKETS,
    labelled,
    listing,
    more,
    number,
    upper,
    write_abc,
    write_breakdown,
    write_change,
    write_contribution,
    write_decomposition,
    write_pareto,
    write_pattern,
    write_rank_change,
    write_ranking,
    write_running,
    write_share,
    write_trend,
    write_values,
    write_within,
)
from agents.writer_forms_ahead import write_accuracy, write_forecast
from agents.writer_forms_documents import write_clauses, write_market, write_quotes
from agents.writer_forms_stock import (
    write_budget,
    write_grades,
    write_levels,
    write_missed,
    write_overstock,
    write_reorder,
    write_replay,
    write_risk,
    write_suppliers,
    write_themes,
    write_what_if,
)
from agents.writer_page import Page

Form = Callable[[Page], list[str]]


def _spread(page: Page) -> list[str]:
    per = str(page.asked("per") or "")
    lead = page.book.say("percentiles_per" if per else "percentiles", metric=page.metric(), per=page.label(per), when=page.when())
    if page.names:
        return [lead, *listing(page, page.measured), *more(page)]
    return [lead, *(f"- {labelled(page, 0, [column])}" for column in page.measured)]


def _histogram(page: Page) -> list[str]:
    counts = [number(page.cell(row, "count")) or 0 for row in range(len(page.rows))]
    top = counts.index(max(counts))
    low, high = (page.value(top, column) for column in ("from_value", "to_value"))
    slots = {"low": low, "high": high, "count": page.value(top, "count")}
    per = str(page.asked("per") or "")
    return [page.book.say("histogram_per" if per else "histogram", metric=page.metric(), per=page.label(per), when=page.when(), **slots)]


def _groups(page: Page) -> list[str]:
    entity = page.plural(str(page.asked("entity")))
    lead = page.book.say("groups", entity=entity, metric=page.metric(), when=page.when())
    page.names = (page.columns[0],)
    lines = []
    for row in range(min(len(page.rows), MOST_BUCKETS)):
        values = {name: page.value(row, name) for name in ("members", "share")}
        members = page.members(str(page.asked("entity")), page.cell(row, "members"))
        lines.append(page.book.say("groups_row", who=page.name(row), entity=members, **values))
    return [lead, *lines, *more(page, MOST_BUCKETS)]


def _compare(page: Page) -> list[str]:
    sides = {side: said_filters(page, side) or page.book.sentences["rest"] for side in ("left", "right")}
    named = {side: page.text(f"asked.{side}", words) for side, words in sides.items()}
    values = {side: page.raw(0, f"{side}_value") for side in sides}
    placed = {side: page.again(fact, f"{side}.said", entity=sides[side], name=str(page.asked("metric"))) for side, fact in values.items()}
    a, b = (number(fact.value) for fact in values.values())
    slots = {"metric": page.metric(), "when": page.when(), "left": named["left"], "right": named["right"]}
    if a is None or b is None:
        return [page.book.say("value_none", metric=page.metric(), when=page.when())]
    key = "compare_same" if a == b else "compare_higher" if a > b else "compare_lower"
    lines = [page.book.say(key, a=placed["left"], b=placed["right"], **slots)]
    if page.cell(0, "ratio") is not None:
        lines.append(page.book.say("compare_gap", difference=page.value(0, "difference", "signed"), ratio=page.value(0, "ratio")))
    return lines


def _like_for_like(page: Page) -> list[str]:
    members = page.value(0, "members")
    return [page.book.say("like_for_like", members=members, by=page.plural(str(page.asked("entity")))), *write_values_but(page, "members")]


def write_values_but(page: Page, left_out: str) -> list[str]:
    """The sentences of all metrics but one."""
    return [line for line in write_values(page) if f".{left_out}}}" not in line]


def _streaks(page: Page) -> list[str]:
    slots = {"metric": page.metric(), "grains": page.plural(str(page.asked("grain"))), "when": page.when(), "n": page.given("at_least")}
    lead = page.book.say(f"streaks_{page.asked('run')}", **slots)
    runs = []
    for row in _first(page):
        length, span = page.run(row)
        who = page.name(row) if page.names else upper(page.metric())
        runs.append(page.book.say("run", who=who, length=length, span=span))
    return [lead, *runs, *more(page)]


def _did_but_never(page: Page) -> list[str]:
    did, never = (page.text(f"asked.{side}", said_selection(page, side)) for side in ("did", "never"))
    slots = {"entity": page.members(str(page.asked("entity")), len(page.rows)), "did": did, "never": never}
    return [page.book.say("did_but_never", count=page.count(), **slots), *_names(page), *more(page)]


def _overlap(page: Page) -> list[str]:
    entity, kept = page.plural(str(page.asked("entity"))), str(page.asked("keep"))
    left, right = (page.text(f"asked.{side}", said_selection(page, side)) for side in ("left", "right"))
    slots = {"entity": entity, "left": left, "right": right}
    if kept != "counts":
        lead = page.book.say("overlap_members", count=page.count(), kept=page.label(f"{kept}_count"), **slots)
        return [lead, *_names(page), *more(page)]
    return [page.book.say("overlap", **slots), *(f"- {labelled(page, 0, [column])}" for column in page.measured)]


def _inactive(page: Page) -> list[str]:
    entity = page.plural(str(page.asked("entity")))
    lead = page.book.say("inactive", count=page.count(), entity=entity, metric=page.metric(), days=page.given("days", "days"))
    return [lead, *_labelled_rows(page, ("last_day", "days_since")), *more(page)]


def _gaps(page: Page) -> list[str]:
    lead = page.book.say("gaps", metric=page.metric(), when=page.when())
    lines = []
    for row in _first(page):
        ends = [column for column in ("from_day", "to_day") if page.cell(row, column) is not None]
        lines.append(f"- {page.name(row)}: {page.value(row, 'days')}, {labelled(page, row, ends)}")
    return [lead, *lines, *more(page)]


def _moments(page: Page) -> list[str]:
    lead = page.book.say("moments", metric=page.metric(), entity=page.plural(str(page.asked("entity"))), when=page.when())
    return [lead, *_labelled_rows(page, ("first_day", "last_day")), *more(page)]


def _nth(page: Page) -> list[str]:
    slots = {"entity": page.plural(str(page.asked("entity"))), "metric": page.metric(), "n": page.given("n"), "when": page.when()}
    slots["within"] = page.book.say("within_days", days=page.given("within_days", "days")) if page.asked("within_days") else ""
    if page.asked("members"):
        lines = [page.book.say("after", who=page.name(row), days=page.value(row, "days")) for row in _first(page)]
        return [page.book.say("nth_members", count=page.count(), **slots), *lines, *more(page)]
    if not page.cell(0, "reached"):
        return [page.book.say("nth_none", entities=page.value(0, "entities"), **slots)]
    values = {name: page.value(0, name) for name in ("reached", "entities", "share")}
    return [page.book.say("nth", days=page.value(0, "median_days"), **values, **slots)]


def _cohort(page: Page) -> list[str]:
    grain = page.label(str(page.asked("grain") or "month"))
    offset = page.columns.index("offset_buckets")
    later = [row for row in range(len(page.rows)) if page.rows[row][offset] == 1]
    lines = []
    for row in later[:MOST_BUCKETS]:
        slots = {name: page.value(row, name) for name in ("size", "retention")}
        lines.append(
            page.book.say("cohort_row", who=page.name(row), entity=page.members("customer", page.cell(row, "size")), grain=grain, **slots)
        )
    return [page.book.say("cohort", grain=grain), *lines, *more(page, 0)]


def _funnel(page: Page) -> list[str]:
    lines = []
    for row in range(len(page.rows)):
        slots = {"who": page.name(row), "reached": page.value(row, "reached")}
        if row and page.cell(row, "of_previous") is not None:
            lines.append(page.book.say("funnel_row", of_previous=page.value(row, "of_previous"), **slots))
        else:
            lines.append(page.book.say("funnel_first", **slots))
    return [page.book.say("funnel", when=page.when()), *lines]


def _basket(page: Page) -> list[str]:
    lines = []
    for row in _first(page):
        slots = {"both": page.value(row, "both_orders"), "confidence": page.value(row, "confidence"), "lift": page.value(row, "lift")}
        lines.append(page.book.say("basket_row", who=page.name(row).replace(" · ", " + "), **slots))
    return [page.book.say("basket", when=page.when()), *lines, *more(page)]


def _opening(page: Page) -> list[str]:
    lead = page.book.say("opening", metric=page.metric(), period=page.period())
    if not page.names:
        return [lead, *(f"- {labelled(page, 0, [column])}" for column in page.measured)]
    return [lead, *listing(page, page.measured), *more(page)]


def _ageing(page: Page) -> list[str]:
    page.names = (*(name for name in page.names if name != "from_days"), "from_days")
    known = [row for row in range(len(page.rows)) if page.cell(row, "from_days") is not None]
    return [page.book.sentences["ageing"], *listing(page, ["units", "share"], limit=8, rows=known), *more(page, 8)]


def _prices(page: Page) -> list[str]:
    return [page.book.sentences["prices"], *_labelled_rows(page, ("list_price", "valid_from")), *more(page)]


def _overdue(page: Page) -> list[str]:
    day = next(column for column in page.columns if column in ("expected_on", "promised_on"))
    return [page.book.say("overdue", count=page.count()), *_labelled_rows(page, (day, "days_overdue")), *more(page)]


def _record(page: Page) -> list[str]:
    """What is on file about each, one thing a line."""
    page.names = (page.columns[0],)
    shown = [name for name in page.columns[1:] if name.removesuffix("_id") not in page.columns or not name.endswith("_id")]
    lines = []
    for row in range(min(len(page.rows), 3)):
        told = [name for name in shown if page.cell(row, name) is not None and (name != "name" or page.asked("of") not in page.columns)]
        lead = page.book.say("record", of=page.label(str(page.asked("of") or "")), who=page.name(row))
        lines += [lead, *(f"- {page.label(name)}: {page.value(row, name)}" for name in told)]
    return [*lines, *more(page, 3)]


def _lines(page: Page) -> list[str]:
    page.names = tuple(name for name in (page.columns[0], "product") if name in page.columns)
    numbered = [column for column in ("line_no", "quantity", "unit_price", "unit_cost", "net_amount") if column in page.columns]
    return [page.book.say("lines", count=page.count()), *listing(page, numbered, limit=10), *more(page, 10)]


def write_plain(page: Page) -> list[str]:
    """Any other finding: a single row in a sentence, several rows as a list."""
    if len(page.rows) == 1 and page.measured and not page.names:
        return write_values(page)
    lead = page.book.say("plain", count=page.count(), when=page.when())
    return [lead, *(listing(page, page.measured) if page.measured else _names(page)), *more(page)]


def _labelled_rows(page: Page, columns: tuple[str, ...]) -> list[str]:
    told = {row: [column for column in columns if page.cell(row, column) is not None] for row in _first(page)}
    return [f"- {page.name(row)}: {labelled(page, row, found)}" if found else f"- {page.name(row)}" for row, found in told.items()]


def _names(page: Page) -> list[str]:
    return [f"- {page.name(row)}" for row in _first(page)]


def _first(page: Page) -> range:
    return range(min(len(page.rows), LISTED))


FORMS: Mapping[str, Form] = {
    "metric_value": write_values,
    "breakdown": write_breakdown,
    "trend": write_trend,
    "running_total": write_running,
    "rolling_average": write_running,
    "weekday_hour_pattern": write_pattern,
    "percentiles": _spread,
    "histogram": _histogram,
    "group_by_metric": _groups,
    "ranking": write_ranking,
    "ranking_within_groups": write_within,
    "share": write_share,
    "pareto": write_pareto,
    "abc_classes": write_abc,
    "rank_change": write_rank_change,
    "compare_groups": _compare,
    "change_by_member": write_change,
    "like_for_like": _like_for_like,
    "contribution": write_contribution,
    "decomposition": write_decomposition,
    "streaks": _streaks,
    "did_but_never": _did_but_never,
    "overlap": _overlap,
    "inactive": _inactive,
    "longest_gaps": _gaps,
    "first_and_last": _moments,
    "nth_event": _nth,
    "cohort_retention": _cohort,
    "funnel": _funnel,
    "bought_together": _basket,
    "opening_closing_stock": _opening,
    "stock_ageing": _ageing,
    "price_in_force": _prices,
    "overdue": _overdue,
    "look_up": _record,
    "look_up_lines": _lines,
    "demand_forecast": write_forecast,
    "reorder_advice": write_reorder,
    "stockout_risk": write_risk,
    "safety_stock_and_eoq": write_levels,
    "abc_xyz": write_grades,
    "overstock": write_overstock,
    "supplier_options": write_suppliers,
    "what_if_inventory": write_what_if,
    "budget_buying": write_budget,
    "policy_replay": write_replay,
    "cost_of_stockouts": write_missed,
    "review_themes": write_themes,
    "document_question": write_quotes,
    "search_documents": write_quotes,
    "documents_and_data": write_clauses,
    "market_context": write_market,
    "forecast_accuracy": write_accuracy,
}
