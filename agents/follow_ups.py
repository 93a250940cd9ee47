"""Questions worth asking next: short, each stands alone, in the words of the metrics, with its period and grouping written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from agents.formats import period_shape, show_day, show_period
from agents.plan import Language
from agents.writer_page import Page
from agents.writer_query import tool_of
from tools.facts import Days
from tools.query.contract import Filter

Next = Literal["over_time", "by_cut", "against", "share", "top", "lowest", "why", "effects"]
_NEXT: dict[str, tuple[Next, ...]] = {
    "metric_value": ("over_time", "by_cut", "against"),
    "breakdown": ("share", "over_time", "top"),
    "trend": ("by_cut", "against", "top"),
    "running_total": ("over_time", "by_cut"),
    "rolling_average": ("over_time", "by_cut"),
    "weekday_hour_pattern": ("over_time", "by_cut"),
    "percentiles": ("over_time", "by_cut"),
    "histogram": ("over_time", "by_cut"),
    "group_by_metric": ("top", "over_time"),
    "ranking": ("lowest", "share", "over_time"),
    "ranking_within_groups": ("top", "share", "over_time"),
    "share": ("top", "over_time", "against"),
    "pareto": ("lowest", "share", "over_time"),
    "abc_classes": ("top", "lowest", "over_time"),
    "rank_change": ("top", "why", "over_time"),
    "compare_groups": ("by_cut", "over_time"),
    "change_by_member": ("why", "over_time", "top"),
    "like_for_like": ("why", "over_time", "by_cut"),
    "contribution": ("effects", "over_time", "top"),
    "decomposition": ("why", "by_cut", "over_time"),
    "streaks": ("over_time", "by_cut"),
    "did_but_never": ("top",),
    "overlap": ("top",),
    "inactive": ("top",),
    "longest_gaps": ("top",),
    "first_and_last": ("top",),
    "nth_event": ("over_time", "by_cut"),
    "cohort_retention": ("over_time", "by_cut"),
    "funnel": ("over_time", "by_cut"),
    "bought_together": ("top", "by_cut"),
    "opening_closing_stock": ("by_cut", "top"),
    "stock_ageing": ("by_cut", "top"),
    "overdue": ("by_cut",),
}
# What is asked next about findings that are not about one metric.
_METRIC = {
    "did_but_never": "revenue", "overlap": "revenue", "inactive": "revenue", "longest_gaps": "revenue", "first_and_last": "revenue",
    "nth_event": "repeat_rate", "cohort_retention": "repeat_rate", "funnel": "cancellation_rate", "bought_together": "units",
    "stock_ageing": "stock_value", "overdue": "supplier_on_time_rate", "decomposition": "revenue",
}  # fmt: skip
# The dimension that says most about a metric among those it can be cut by.
_CUT = {
    "delivery_days": "carrier", "deliveries": "carrier", "on_time_delivery_rate": "carrier", "late_deliveries": "carrier",
    "damage_rate": "carrier", "shipping_cost": "carrier", "shipments": "carrier", "new_customers": "province",
    "active_customers": "province", "repeat_customers": "province", "repeat_rate": "province", "customer_count": "province",
    "sign_ups": "province", "cancelled_orders": "channel", "cancellation_rate": "channel", "placed_orders": "channel",
    "purchase_spend": "supplier", "purchase_orders": "supplier", "supplier_on_time_rate": "supplier", "supplier_punctuality": "supplier",
    "supplier_lead_time_days": "supplier", "supplier_fill_rate": "supplier", "supplier_reject_rate": "supplier",
}  # fmt: skip
# Every dimension that is suggested without having been asked about.
SUGGESTED = frozenset((*_CUT.values(), "category"))
_UNCUT = (
    "sessions",
    "visitors",
    "conversion_rate",
    "product_views",
    "cart_additions",
    "competitor_price",
    "indicator_value",
    "location_count",
)
_ASKED: dict[Language, dict[Next, str]] = {
    "en": {
        "over_time": "{metric} by {grain} {about} {when}",
        "by_cut": "{metric} by {cut} {about} {when}",
        "against": "{metric} {about} {when} compared with the period before",
        "share": "share of {metric} by {by} {about} {when}",
        "top": "top 5 {several} by {metric} {about} {when}",
        "lowest": "bottom 5 {several} by {metric} {about} {when}",
        "why": "why did {metric} change {about} {when} by {by}",
        "effects": "was the change of {metric} {about} {when} price or volume",
    },
    "vi": {
        "over_time": "{metric} theo {grain} {about} {when}",
        "by_cut": "{metric} theo {cut} {about} {when}",
        "against": "{metric} {about} {when} so với kỳ trước",
        "share": "tỷ trọng {metric} theo {by} {about} {when}",
        "top": "5 {several} có {metric} cao nhất {about} {when}",
        "lowest": "5 {several} có {metric} thấp nhất {about} {when}",
        "why": "vì sao {metric} thay đổi {about} {when} theo {by}",
        "effects": "{metric} {about} {when} thay đổi do giá hay do lượng",
    },
}
_DAYS: dict[Language, dict[str, str]] = {
    "en": {
        "day": "on {period}",
        "unit": "in {period}",
        "year": "in {year}",
        "range": "from {first} to {last}",
        "about": "for {value}",
    },
    "vi": {
        "day": "ngày {period}",
        "unit": "trong {period}",
        "year": "trong năm {year}",
        "range": "từ {first} đến {last}",
        "about": "của {value}",
    },
}
_MOST_DAYS_BY_DAY, _MOST_DAYS_BY_WEEK, _LEAST_BUCKETS = 45, 120, 3


def suggest(page: Page) -> tuple[str, ...]:
    """Up to three questions that follow from one finding; none where its conditions could not be carried over in a few words."""
    about = _about(page)
    if about is None:
        return ()
    tool = tool_of(page.finding.call, page.query)
    metric, by = _metric(page, tool), _by(page)
    slots = {
        "metric": page.label(metric),
        "by": page.label(by),
        "several": page.plural(by),
        "cut": page.label(_CUT.get(metric, "category")),
    }
    slots |= {"about": about, "when": _when(page), "grain": page.label(_grain(page))}
    asked = [_ASKED[page.book.language][key].format(**slots) for key in _NEXT.get(tool, ()) if _fits(key, metric, by, page)]
    return tuple(dict.fromkeys(" ".join(question.split()) for question in asked))[:3]


def _metric(page: Page, tool: str) -> str:
    return _METRIC.get(tool) or (*page.asked_metrics, "revenue")[0]


def _by(page: Page) -> str:
    """The members spoken of: those asked about, else the entity, else the usual cut."""
    asked = [name for name in (*page.asked_names("by"), *page.asked_names("entity")) if name in page.known.dimensions]
    timeless = [name for name in asked if name not in ("day", "week", "month", "quarter", "year", "weekday", "hour")]
    return (*timeless, _CUT.get(_metric(page, tool_of(page.finding.call, page.query)), "category"))[0]


def _fits(key: Next, metric: str, by: str, page: Page) -> bool:
    """Whether the question would be answered, and with more than what was just said."""
    adds_up = metric in page.known.metrics and page.known.metrics[metric].additivity == "additive"
    cuttable = metric not in _UNCUT
    if key in ("share", "why"):
        return adds_up and cuttable and (key == "why" or len(page.rows) > 1) and page.days is not None
    if key == "effects":
        return metric == "revenue"
    if key == "against":
        return page.findings.compared is None and page.days is not None and getattr(page.asked("period"), "kind", "all") != "all"
    if key == "over_time":
        return page.days is not None and not page.is_state and _buckets(page.days) >= _LEAST_BUCKETS
    if key == "by_cut":
        return (
            cuttable
            and _CUT.get(metric, "category") in page.known.dimensions
            and _CUT.get(metric, "category") not in (*page.asked_names("by"), *page.asked_names("within"))
        )
    return cuttable and by in page.known.dimensions


def _grain(page: Page) -> str:
    length = _length(page.days) if page.days else _MOST_DAYS_BY_WEEK + 1
    return "day" if length <= _MOST_DAYS_BY_DAY else "week" if length <= _MOST_DAYS_BY_WEEK else "month"


def _buckets(days: Days) -> int:
    length = _length(days)
    return length if length <= _MOST_DAYS_BY_DAY else length // (7 if length <= _MOST_DAYS_BY_WEEK else 28)


def _length(days: Days) -> int:
    return (days.end - days.start).days + 1


def _when(page: Page) -> str:
    """The period as a person would type it."""
    days, language = page.days, page.book.language
    if days is None:
        return ""
    shape = period_shape(days)
    ends = {"first": show_day(days.start, language), "last": show_day(days.end, language)}
    return _DAYS[language][shape].format(period=show_period(days, language), year=days.start.year, **ends)


def _about(page: Page) -> str | None:
    """One plain condition in words; None when there are more, or other ones, than a short question can hold."""
    found = page.asked("where")
    values = list(_plain_values(found if isinstance(found, tuple) else ()))
    if None in values or len(values) > 1:
        return None
    return _DAYS[page.book.language]["about"].format(value=values[0]) if values else ""


def _plain_values(conditions: tuple[object, ...]) -> Iterator[str | None]:
    for each in conditions:
        plain = isinstance(each, Filter) and each.op in ("=", "in") and len(each.values) == 1
        yield str(each.values[0]) if isinstance(each, Filter) and plain else None
