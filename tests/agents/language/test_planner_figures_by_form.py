"""Figures in everyday words, with other words between the parts of a form."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner

MEASURED: dict[str, tuple[str, ...]] = {
    "refunds": ("how much cash did we give back to shoppers last quarter?", "money that was paid back to clients for returns in July 2026"),
    "cancellation_rate": ("how often are orders called off this year?",),
    "return_rate": ("how frequently is stuff sent back to us, this quarter",),
    "damage_rate": ("what part of our parcels turns up smashed?", "how often do deliveries arrive broken this year"),
    "supplier_fill_rate": (
        "what share of the quantity ordered do vendors supply?",
        "how much of what we asked for really came in last month, in percent",
    ),
    "stock_value": ("value of all goods in our warehouses", "stock at the end of August 2026, in money"),
    "available_stock": ("how many pieces of SHA-TMV-0047 aren't earmarked yet?", "what can we still promise of MW-SM-0039"),
    "discount_amount": ("how much did we take off prices in August 2026",),
    "margin": (
        "what remained of sales in August 2026 after paying for the goods?",
        "what did we earn last quarter after the cost of goods",
    ),
    "margin_rate": ("what do we keep on each dong this year",),
    "new_customers": ("how many first-time buyers did we have in August 2026",),
    "average_rating": ("how satisfied are shoppers with Dairy?", "what marks do people give our coffee"),
    "visitors": ("how many folks on our website last week",),
    "units": ("how many pieces did we shift last month", "how many pieces did we sell last week, never mind the revenue"),
    "revenue": ("what did we sell in August 2026", "what have we sold this week", "everything sold last month bar Dairy, in money"),
}
RANKED = {
    "which courier sticks to its deadlines best this quarter": ("on_time_delivery_rate", "carrier", False),
    "which carrier keeps its word worst": ("on_time_delivery_rate", "carrier", True),
    "the half dozen brands we make the least on this year": ("margin", "manufacturer", True),
    "which three promos moved most pieces": ("units", "promotion", False),
}
ONE_CALL: dict[str, tuple[str, dict[str, object]]] = {
    "what's running out?": ("stockout_risk", {}),
    "are we running out of anything?": ("stockout_risk", {}),
    "revenue added up week by week since the quarter began": ("running_total", {"metric": "revenue", "grain": "week"}),
    "orders this year, adding every month to the ones before": ("running_total", {"metric": "orders", "grain": "month"}),
    "which two categories sell in one order most often": ("bought_together", {"of": "category"}),
    "median wait for goods per vendor": ("percentiles", {"metric": "supplier_lead_time_days", "by": ["supplier"]}),
    "products nobody has bought for 45 days": ("inactive", {"entity": "product", "days": 45}),
    "what went into PO0000595?": ("look_up_lines", {"of": "purchase_order"}),
    "where has order SO0001494 got to": ("look_up", {"of": "order"}),
    "who bought every single month for half a year": ("streaks", {"run": "nonzero", "at_least": 6}),
    "what if our suppliers push their cost up by 5%": ("what_if_inventory", {"change": {"cost_factor": 1.05}}),
    "by how much are we up or down on last month, by channel": ("change_by_member", {"period": {"kind": "named", "name": "this_month"}}),
    "customers who spent upwards of 3 million this year": ("breakdown", {"having": [{"metric": "revenue", "op": ">", "value": 3_000_000}]}),
}


@pytest.mark.parametrize(("metric", "question"), [(metric, question) for metric, asked in MEASURED.items() for question in asked])
def test_a_figure_is_found_by_its_form(planner: Planner, metric: str, question: str) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert (tool, arguments["metrics"]) == ("metric_value", [metric])


@pytest.mark.parametrize(("question", "meant"), RANKED.items())
def test_a_figure_found_by_its_form_ranks(planner: Planner, question: str, meant: tuple[str, str, bool]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert tool == "ranking"
    assert (arguments["metric"], arguments["by"], arguments.get("lowest", False)) == meant


@pytest.mark.parametrize(("question", "meant"), ONE_CALL.items())
def test_everyday_words_name_an_operation(planner: Planner, question: str, meant: tuple[str, dict[str, object]]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert tool == meant[0]
    assert {name: arguments[name] for name in meant[1]} == meant[1]


def test_a_form_takes_no_days_and_no_names(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("which brands do we earn the most on this year, only in Hà Nội")
    assert arguments["period"] == {"kind": "named", "name": "this_year"}
    assert arguments["where"] == [{"dimension": "province", "op": "=", "values": ["Hà Nội"]}]
