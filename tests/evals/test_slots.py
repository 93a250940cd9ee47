"""Plans as slots, and the agents they belong to."""

from __future__ import annotations

import pytest

from evals.cases import Call
from evals.company import Company
from evals.routing import agents_for, gold_agents
from evals.slots import f_counts, slots_of


def value(**arguments: object) -> Call:
    return Call(tool="metric_value", arguments={"metrics": ["revenue"], **arguments})


def test_the_same_days_are_the_same_slot_however_said(company: Company) -> None:
    month = company.as_of.month - 1
    named = value(period={"kind": "named", "name": "last_month"})
    calendar = value(period={"kind": "calendar", "year": company.as_of.year, "month": month})
    other = value(period={"kind": "calendar", "year": company.as_of.year, "month": month - 1})
    assert slots_of([named], company) == slots_of([calendar], company) != slots_of([other], company)
    assert slots_of([value()], company) == slots_of([value(period={"kind": "as_of", "day": company.as_of.isoformat()})], company)


def test_a_name_an_id_and_a_sku_are_the_same_filter(company: Company) -> None:
    name, sku = company.member("product", 1), company.member("sku", 1)
    calls = [value(where=[{"dimension": dimension, "values": [said]}]) for dimension, said in (("product", name), ("sku", sku))]
    calls.append(value(where=[{"dimension": "product", "op": "in", "values": [name.upper()]}]))
    assert len({tuple(sorted(slots_of([call], company))) for call in calls}) == 1


def test_each_slot_is_counted_by_kind(company: Company) -> None:
    gold = Call(tool="ranking", arguments={"metric": "revenue", "by": "category", "n": 5})
    given = Call(tool="ranking", arguments={"metric": "units", "by": "category", "n": 3})
    counts = f_counts(slots_of([given], company), slots_of([gold], company))
    assert counts["operator"] == (1, 0, 0)
    assert counts["metric"] == (0, 1, 1)
    assert counts["dimension"] == (1, 0, 0)
    assert counts["n"] == (0, 1, 1)
    assert counts["comparison"] == (0, 0, 0)


def test_conditions_of_both_sides_are_kept_apart(company: Company) -> None:
    def bought(did: str, never: str) -> Call:
        sides = {side: {"where": [{"dimension": "channel", "values": [name]}]} for side, name in (("did", did), ("never", never))}
        return Call(tool="did_but_never", arguments={"entity": "customer", **sides})

    assert slots_of([bought("web", "app")], company) != slots_of([bought("app", "web")], company)


def test_an_invalid_call_counts_as_its_operator(company: Company) -> None:
    assert dict(slots_of([Call(tool="ranking", arguments={"nonsense": 1})], company)) == {("operator", "ranking"): 1}


@pytest.mark.parametrize(
    ("tool", "metric", "first"),
    [
        ("metric_value", "revenue", "bi"),
        ("metric_value", "stock_on_hand", "inventory"),
        ("metric_value", "delivery_days", "operations"),
        ("metric_value", "new_customers", "customer"),
        ("contribution", "cancelled_orders", "bi"),
    ],
)
def test_a_call_belongs_to_an_agent_that_may_make_it(tool: str, metric: str, first: str) -> None:
    arguments: dict[str, object] = {"metrics": [metric]} if tool == "metric_value" else {"metric": metric}
    assert agents_for(Call(tool=tool, arguments=arguments))[0] == first


def test_either_of_two_right_agents_is_right() -> None:
    call = Call(tool="ranking", arguments={"metric": "revenue", "by": "customer"})
    assert gold_agents(("customer",), [call]) == (frozenset({"customer"}), frozenset({"customer"}))
    assert gold_agents(("inventory",), [call])[1] == frozenset({"bi"})
