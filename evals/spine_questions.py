"""The questions the spine is measured with: every tool about the past, several agents at once, tables as wide as they get."""

from __future__ import annotations

from collections.abc import Mapping

Asked = tuple[str, Mapping[str, object]]

MONTH: dict[str, object] = {"kind": "named", "name": "last_month"}
QUARTER: dict[str, object] = {"kind": "named", "name": "last_quarter"}
PREVIOUS: dict[str, object] = {"to": "previous"}
WEB = [{"dimension": "channel", "values": ["web"]}]
STORE = [{"dimension": "channel", "values": ["store"]}]
MANY = ["revenue", "orders", "units", "margin", "margin_rate", "cost", "gross_sales", "discount_amount", "average_order_value",
        "return_rate", "refunds", "active_customers"]  # fmt: skip

USUAL: tuple[Asked, ...] = (
    ("metric_value", {"metrics": ["revenue"], "period": MONTH}),
    ("metric_value", {"metrics": ["revenue", "orders", "margin_rate"], "period": MONTH, "compare": PREVIOUS}),
    ("breakdown", {"metrics": ["revenue", "margin_rate"], "by": ["category"], "period": QUARTER}),
    ("breakdown", {"metrics": ["units"], "by": ["product"], "period": QUARTER}),
    ("trend", {"metrics": ["revenue"], "grain": "month"}),
    ("trend", {"metrics": ["orders"], "grain": "day", "period": {"kind": "last", "n": 60}}),
    ("running_total", {"metric": "revenue", "grain": "month", "restart": "year"}),
    ("rolling_average", {"metric": "units", "grain": "day", "n": 7, "period": {"kind": "last", "n": 60}}),
    ("weekday_hour_pattern", {"metric": "orders", "period": QUARTER}),
    ("percentiles", {"metric": "delivery_days", "period": QUARTER}),
    ("histogram", {"metric": "revenue", "per": "order", "bins": 10, "period": QUARTER}),
    ("group_by_metric", {"metric": "orders", "entity": "customer", "edges": [1, 2, 5, 10]}),
    ("ranking", {"metric": "revenue", "by": "product", "n": 10, "period": MONTH}),
    ("ranking", {"metric": "margin", "by": "supplier", "n": 5, "lowest": True, "period": QUARTER}),
    ("ranking_within_groups", {"metric": "revenue", "by": "product", "within": "category", "n": 3, "period": QUARTER}),
    ("share", {"metric": "revenue", "by": ["category"], "period": MONTH}),
    ("pareto", {"metric": "revenue", "by": "product", "period": QUARTER}),
    ("abc_classes", {"metric": "revenue", "by": "product", "period": QUARTER, "summary": True}),
    ("rank_change", {"metric": "revenue", "by": "product", "period": MONTH, "n": 10}),
    ("compare_groups", {"metric": "revenue", "left": WEB, "right": STORE, "period": MONTH}),
    ("change_by_member", {"metric": "revenue", "by": "product", "period": MONTH, "n": 10}),
    ("like_for_like", {"metric": "revenue", "entity": "product", "period": MONTH, "compare": PREVIOUS}),
    ("contribution", {"metric": "revenue", "by": "category", "period": MONTH}),
    ("decomposition", {"period": MONTH}),
    ("streaks", {"metric": "revenue", "by": ["category"], "at_least": 2}),
    ("did_but_never", {"entity": "customer", "did": {"where": WEB}, "never": {"where": STORE}}),
    ("overlap", {"entity": "customer", "left": {"where": WEB}, "right": {"where": STORE}}),
    ("inactive", {"entity": "customer", "days": 60}),
    ("longest_gaps", {"entity": "customer"}),
    ("first_and_last", {"entity": "product", "limit": 10}),
    ("nth_event", {"within_days": 30}),
    ("cohort_retention", {"offsets": 3, "period": {"kind": "last", "n": 4, "unit": "month", "full": True}}),
    ("funnel", {"period": QUARTER}),
    ("bought_together", {"n": 5, "period": QUARTER}),
    ("opening_closing_stock", {"period": MONTH, "by": ["location"]}),
    ("stock_ageing", {}),
    ("price_in_force", {"where": [{"dimension": "category", "values": ["Dairy"]}]}),
    ("overdue", {}),
    ("look_up", {"of": "order", "ids": ["SO0000011"]}),
    ("look_up_lines", {"of": "order", "ids": ["SO0000011", "SO0000021"]}),
    ("chain", {"steps": [
        {"name": "best", "query": {"kind": "top", "metric": "revenue", "by": "category", "n": 2, "period": QUARTER}},
        {"name": "who", "query": {"kind": "value", "metrics": ["orders"], "period": QUARTER,
                                  "where": [{"dimension": "category", "op": "in_step", "step": "best", "column": "category"}]}},
    ]}),
)  # fmt: skip

# Questions of several parts: several agents at once.
TOGETHER: tuple[tuple[Asked, ...], ...] = (
    (USUAL[0], ("opening_closing_stock", {"period": MONTH}), ("nth_event", {"within_days": 30}), ("overdue", {})),
    (USUAL[1], USUAL[5], USUAL[12], USUAL[15]),
    (("stock_ageing", {}), ("inactive", {"entity": "product", "days": 30}), ("overdue", {"of": "shipments"})),
)

WIDE: tuple[Asked, ...] = (
    ("breakdown", {"metrics": MANY, "by": ["product"], "period": QUARTER}),
    ("breakdown", {"metrics": MANY[:6], "by": ["product"], "period": QUARTER, "compare": PREVIOUS}),
    ("breakdown", {"metrics": MANY, "by": ["category", "province"]}),
    ("trend", {"metrics": MANY, "grain": "day", "period": {"kind": "last", "n": 180}}),
    ("ranking", {"metric": "revenue", "by": "product", "n": 200, "also": MANY[1:]}),
    ("change_by_member", {"metric": "units", "by": "product", "n": 200}),
    ("share", {"metric": "units", "by": ["product"]}),
    ("inactive", {"entity": "customer", "days": 1}),
)
