"""Families of wordings about what is held against a line, a rest, a mean or a condition of its own."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.language.families import Told

CONTRASTS: Mapping[str, tuple[Told, ...]] = {
    "the mean of days, weeks, months": (
        ("average daily revenue last month", ("percentiles", "metric: revenue", "per: day", "last_month")),
        ("orders per day on average in September", ("percentiles", "metric: orders", "per: day", "month: 9")),
        ("how much do we take on a typical day", ("percentiles", "metric: revenue", "per: day")),
        ("mean weekly units this year", ("percentiles", "metric: units", "per: week", "this_year")),
        ("average monthly margin by channel this year", ("percentiles", "metric: margin", "per: month", "by: [channel]")),
        ("how many orders do we get a week on average", ("percentiles", "metric: orders", "per: week")),
        ("doanh thu trung bình mỗi ngày tháng trước", ("percentiles", "metric: revenue", "per: day", "last_month")),
        ("mỗi tháng trung bình có bao nhiêu đơn", ("percentiles", "metric: orders", "per: month")),
        ("average order value per month this year", ("trend", "average_order_value", "month")),
    ),
    "a change above a line": (
        ("products whose revenue dropped by more than 30 %", ("change_by_member", "falling", "relative: true", "more_than: 0.3")),
        ("which categories grew more than 20% last month", ("change_by_member", "rising", "relative: true", "more_than: 0.2")),
        ("customers whose spending went down by at least 2 million", ("change_by_member", "falling", "at_least: 2000000.0")),
        ("customers whose spending fell by half against last quarter", ("change_by_member", "falling", "relative: true", "at_least: 0.5")),
        ("sản phẩm nào doanh thu giảm hơn 30% so với tháng trước", ("change_by_member", "falling", "relative: true", "more_than: 0.3")),
    ),
    "one against all others": (
        ("revenue in Hà Nội against the rest of the country", ("compare_groups", "province, op: =", "province, op: !=")),
        ("web against everything else: average order value last month", ("compare_groups", "average_order_value", "op: !=, values: [web]")),
        ("is Dairy more profitable than the other categories", ("compare_groups", "margin", "op: !=, values: [Dairy]")),
        ("doanh thu Hà Nội so với các tỉnh khác", ("compare_groups", "province, op: !=")),
    ),
    "this and nothing else": (
        ("customers that only use the app", ("did_but_never", "op: =, values: [app]", "op: !=, values: [app]")),
        ("how many customers only ever bought Dairy", ("did_but_never", "op: !=, values: [Dairy]")),
        ("khách chỉ mua trên app", ("did_but_never", "op: !=, values: [app]")),
        ("revenue of only gold customers", ("metric_value", "revenue", "gold")),
    ),
    "not done yet": (
        ("orders not yet shipped", ("metric_value", "order_status, op: in, values: [pending, paid]")),
        ("which orders have not been paid", ("breakdown", "order", "op: =, values: [pending]")),
        ("how many orders are still waiting to be delivered", ("metric_value", "values: [pending, paid, shipped]")),
        ("đơn nào chưa thanh toán", ("breakdown", "order", "values: [pending]")),
        ("đơn chưa giao", ("metric_value", "values: [pending, paid, shipped]")),
    ),
    "a condition of their own": (
        ("revenue of suppliers that have overdue orders", ("chain", "overdue_purchase_orders, op: >, value: 0", "metrics: [revenue]")),
        ("customers who bought products with fewer than 30 in stock", ("chain", "stock_on_hand, op: <, value: 30.0", "by: [customer]")),
        ("return rate of products from suppliers with late deliveries", ("chain", "late_received_lines", "metrics: [return_rate]")),
        ("what did our 5 best customers of August buy in September", ("chain", "n: 5", "month: 8", "month: 9")),
        ("take the 4 products with most returns this year and show me their stock", ("chain", "returned_units", "n: 4", "stock_on_hand")),
        ("customers with more than 5 orders", ("breakdown", "customer", "metric: orders, op: >, value: 5.0")),
    ),
    "conditions left out and parts of a hundred": (
        (
            "lowest rated products, five of them, but skip those with fewer than 3 reviews",
            ("ranking", "metric: reviews, op: >=, value: 3.0"),
        ),
        ("out of 100 orders how many get called off, per channel?", ("breakdown", "cancellation_rate", "channel")),
        ("which suppliers were on time for fewer than 8 in 10 lines", ("supplier", "op: <, value: 0.8")),
        ("orders this year except the cancelled ones and those paid cash on delivery", ("orders", "op: !=, values: [cod]")),
    ),
    "classes by own edges": (
        ("customers by number of orders: 1, 2-4, 5-9, 10+", ("group_by_metric", "edges: [1.0, 2.0, 5.0, 10.0]")),
        ("customers by how often they bought this year: once, twice, 3-5, 6 and up", ("group_by_metric", "3.0, 6.0]")),
        ("half of our orders are worth less than what?", ("percentiles", "per: order", "0.5")),
    ),
    "turns of phrase": (
        ("margin last 30 days vs the 30 before that", ("metric_value", "margin", "n: 30", "compare: to: previous")),
        ("what is behind the change in revenue from last month to this one?", ("contribution", "revenue")),
        ("stock value of Staples when September ended", ("metric_value", "stock_value", "2026-09-30")),
        ("do businesses cancel more than private shoppers", ("compare_groups", "cancel", "business")),
        ("urban against rural, sales month by month", ("trend", "month", "by: [area_kind]")),
        ("return rate by the country our suppliers come from", ("breakdown", "return_rate", "supplier_country")),
    ),
}
# No figure, or no reading: a percentage of nothing that was named is no condition.
OPEN = (
    "products viewed often but sold little",
    "cost per parcel",
    "phí ship trung bình mỗi đơn",
    "revenue over 30 percent",
    "which company cars were sold",
    "revenue fell below 30 percent of",
)
