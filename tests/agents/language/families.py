"""Questions by what is special about their wording, with what the best reading of each holds."""

from __future__ import annotations

from collections.abc import Mapping

Told = tuple[str, tuple[str, ...]]

FAMILIES: Mapping[str, tuple[Told, ...]] = {
    "words stuck together": (
        ("grossmargin by brand", ("breakdown", "margin", "manufacturer")),
        ("orderslastweek", ("metric_value", "orders", "last_week")),
        ("doanhthu thangtruoc theo kenh", ("breakdown", "revenue", "channel", "last_month")),
    ),
    "who acts is no cut": (
        ("how much did shoppers give back in August, in units", ("metric_value", "returned_units", "month: 8")),
        ("folks in Hà Nội buying on the web - how many orders in August 2026", ("metric_value", "orders", "web", "Hà Nội")),
        ("bao nhiêu người mua hàng trong quý 2", ("metric_value", "active_customers")),
        ("what do silver customers buy most", ("ranking", "product", "silver")),
        ("how much did couriers charge us last week", ("metric_value", "shipping_cost", "last_week")),
    ),
    "per something": (
        ("do silver customers spend more per order than standard ones", ("compare_groups", "average_order_value", "silver", "standard")),
        ("units per order by channel", ("breakdown", "units_per_order", "channel")),
    ),
    "numbers and lines": (
        ("who spent between 3 and 6 million in August", ("value: 3000000", "upper: 6000000")),
        ("khách hàng có 4 đơn trở lên", ("breakdown", "customer", "op: >=, value: 4.0")),
        ("brands with units from 200 up", ("manufacturer", "op: >=, value: 200.0")),
        ("customers with one order only", ("customer", "op: =, value: 1.0")),
        ("how many customers placed at least two orders last month", ("metric_value", "repeat_customers")),
        ("products with at least 3 ratings", ("breakdown", "metric: reviews, op: >=, value: 3.0")),
        ("within how many days do 80 percent of deliveries arrive", ("percentiles", "delivery_days", "0.8")),
    ),
    "yes or no": (
        ("was revenue above 50 million last month", ("metric_value", "revenue", "last_month")),
        ("doanh thu tháng trước có trên 50 triệu không", ("metric_value", "revenue", "last_month")),
        ("is there anything below 12 days of cover?", ("breakdown", "op: <, value: 12.0")),
        ("còn trà trong kho không", ("metric_value", "stock_on_hand", "Tea")),
    ),
    "places in an order": (
        ("number two on our customer list by profit this year", ("ranking", "customer", "n: 2", "nth")),
        ("which brand comes in third by units", ("ranking", "manufacturer", "n: 3", "nth")),
        ("who is the runner-up among our customers by revenue", ("ranking", "customer", "n: 2", "nth")),
        ("highest rated goods, four please", ("ranking", "average_rating", "n: 4")),
    ),
    "what nobody names": (
        ("what brought in the most money last month", ("ranking", "product", "revenue")),
        ("how much did we grow in Q2 over Q1", ("metric_value", "revenue", "compare")),
        ("who are the top tea buyers", ("ranking", "revenue", "customer")),
        ("three most used payment methods", ("ranking", "orders", "payment_method", "n: 3")),
        ("are we behind last month in orders", ("this_month", "last_month", "orders")),
    ),
    "deeds that change a figure": (
        ("how many orders were placed last month, cancelled ones included", ("placed_orders",)),
        ("how many different goods did we sell last week", ("active_products",)),
        ("is delivery to Hà Nội slower than to Đà Nẵng", ("compare_groups", "delivery_days")),
        ("how reliable were deliveries last month", ("on_time_delivery_rate",)),
        ("for each brand, what percent of the units sold came back", ("breakdown", "return_rate", "manufacturer")),
        ("of all visits this month, what percentage ended in a purchase", ("conversion_rate",)),
        ("count the shipments that arrived broken this year", ("damaged_shipments",)),
        ("which supplier do we give the most money to", ("ranking", "purchase_spend", "supplier")),
        ("why do customers send things back", ("returned_units", "return_reason")),
    ),
    "what is left out": (
        ("units sold this month by every channel but the app", ("units", "channel, op: !=, values: [app]")),
        ("take Hà Nội and Đà Nẵng out of it: sales ytd", ("revenue", "not_in", "Hà Nội")),
        ("bought coffee and never tea: who", ("did_but_never", "Coffee", "Tea")),
        ("khách mua sữa mà không mua trà", ("did_but_never", "Milk", "Tea")),
        ("people who bought coffee and milk", ("overlap", "Coffee", "Milk", "both")),
    ),
    "marks and tones": (
        ("tháng này bao nhiêu đơn huỷ", ("cancelled_orders", "this_month")),
        ("chia doanh thu quý trước theo kênh giúp chị", ("breakdown", "revenue", "channel", "last_quarter")),
        ("top 3 khach hang doanh thu quy 2", ("ranking", "revenue", "customer", "n: 3")),
    ),
}

# Sentences around the question, and questions that are two: what each part that is kept holds.
MESSAGES: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("I am writing a memo: what was profit in Q2", (("margin",),)),
    ("The auditors come tomorrow. What was revenue in Q2?", (("revenue",),)),
    ("I only look after silver customers. What was revenue last month?", (("revenue", "silver", "last_month"),)),
    ("Was Kho Long Biên busier than Kho Bình Tân last month? in orders", (("compare_groups", "orders"),)),
    ("orders in September and units in August", (("orders", "month: 9"), ("units", "month: 8"))),
    ("stock value now, and sales last month", (("stock_value",), ("revenue", "last_month"))),
    ("doanh thu tháng trước bao nhiêu và tồn kho hiện tại còn bao nhiêu?", (("revenue", "last_month"), ("stock_on_hand",))),
    ("revenue and orders by channel", (("revenue", "orders", "channel"),)),
)

# Words close to others that mean something else, names nobody has, states no tool lists: not answered as another question.
NOT_ANSWERED: tuple[str, ...] = (
    "sales in summer",
    "undelivered shipments",
    "Thắng Lợi, total spent this year",
    "shipping cost per order in Q3",
    "did anybody buy printers but no ink",
)
