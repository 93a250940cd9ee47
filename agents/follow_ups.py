"""Questions worth asking next, in words the planner reads: each stands alone, with its period written out."""

from __future__ import annotations

from agents.formats import show_period
from agents.writer_page import Page

_NEXT: dict[str, tuple[str, ...]] = {
    "metric_value": ("by_month", "by_category", "against"),
    "breakdown": ("share", "by_month"),
    "ranking": ("lowest", "share", "by_month"),
    "share": ("ranking", "by_month"),
    "trend": ("by_category", "against"),
    "change_by_member": ("why", "by_month"),
    "contribution": ("effects", "by_month"),
    "decomposition": ("by_category",),
    "weekday_hour_pattern": ("by_month",),
}
_ASKED = {
    "en": {
        "by_month": "{metric} by month",
        "by_category": "{metric} by category in {period}",
        "against": "{metric} in {period} compared with the previous period",
        "share": "share of {metric} by {by} in {period}",
        "ranking": "top 5 {several} by {metric} in {period}",
        "lowest": "lowest 5 {several} by {metric} in {period}",
        "why": "why did {metric} change in {period} by {by}",
        "effects": "was the change of {metric} in {period} price or volume",
    },
    "vi": {
        "by_month": "{metric} theo tháng",
        "by_category": "{metric} theo danh mục trong {period}",
        "against": "{metric} trong {period} so với kỳ trước",
        "share": "tỷ trọng {metric} theo {by} trong {period}",
        "ranking": "top 5 {by} theo {metric} trong {period}",
        "lowest": "5 {by} thấp nhất theo {metric} trong {period}",
        "why": "vì sao {metric} thay đổi trong {period} theo {by}",
        "effects": "{metric} thay đổi trong {period} do giá hay do lượng",
    },
}
# Only sales reach every product dimension; the others would be refused by category.
_BY_CATEGORY = {
    "revenue",
    "gross_sales",
    "units",
    "orders",
    "margin",
    "margin_rate",
    "cost",
    "discount_amount",
    "stock_on_hand",
    "stock_value",
}


def suggest(page: Page) -> tuple[str, ...]:
    """Up to three questions that follow from one finding."""
    metric = (*page.asked_names("metric"), *page.asked_names("metrics"), "revenue")[0]
    period = show_period(page.findings.period, page.book.language) if page.findings.period else ""
    wanted = [key for key in _NEXT.get(page.finding.call.tool, ()) if _fits(key, metric, page)]
    slots = {"metric": page.label(metric), "period": period, "by": page.label(_by(page)), "several": page.plural(_by(page))}
    return tuple(_ASKED[page.book.language][key].format(**slots) for key in wanted)


def _by(page: Page) -> str:
    return (*page.asked_names("by"), "category")[0]


def _fits(key: str, metric: str, page: Page) -> bool:
    if key == "by_category":
        return metric in _BY_CATEGORY
    if key == "effects":
        return metric == "revenue"
    if key == "against":
        return page.asked("compare") is None and getattr(page.asked("period"), "kind", "all") != "all"
    return key != "share" or (not metric.endswith(("_rate", "_days", "_price", "_value")) and len(page.rows) > 1)
