"""The names in the data: complete against the frames, as of the day and within the scope of the asker, the same on both engines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from ingestion.metrics import load_definitions
from tests.tools.query.shop import Shop
from tools.query.contract import QueryContext
from tools.query.served import Served
from tools.query.source import Source
from tools.query.vocabulary import LOOKED_UP, IdShape, Named, existing_ids, id_shapes, named_dimensions, spoken_words, vocabulary

PAST = date(2026, 2, 10)


@pytest.fixture
def here(source: Source, context: QueryContext) -> Served:
    return Served(source, context)


def by_dimension(names: list[Named]) -> dict[str, dict[str, Named]]:
    found: dict[str, dict[str, Named]] = {}
    for each in names:
        assert each.value not in found.setdefault(each.dimension, {}), "a value comes once"
        found[each.dimension][each.value] = each
    return found


def test_every_member_is_named_once(here: Served, shop: Shop) -> None:
    found = by_dimension(list(vocabulary(here)))
    known = load_definitions()
    for dimension in named_dimensions():
        table, column = str(dimension.column).split(".")
        frame = shop.frames.get(table)
        if frame is not None and column in frame:
            assert set(found.get(dimension.name, {})) == set(frame[column].dropna().astype(str)), dimension.name
    assert set(found) <= set(known.dimensions) - set(LOOKED_UP)


def test_entities_go_by_id_name_and_other_codes(here: Served, shop: Shop) -> None:
    found = by_dimension(list(vocabulary(here)))
    sold = Counter(shop["order_lines"]["product_id"])
    for value, name, sku in shop["products"][["product_id", "name", "sku"]].astype(str).to_numpy().tolist():
        assert found["product"][value] == Named("product", value, name, (sku,), float(sold[value]))
    bought = Counter(shop["orders"]["customer_id"])
    assert {value: name.weight for value, name in found["customer"].items()} == {
        customer: float(bought[customer]) for customer in shop["customers"]["customer_id"]
    }
    statuses = Counter(shop["orders"]["status"])
    assert {value: name.weight for value, name in found["order_status"].items()} == {key: float(n) for key, n in statuses.items()}


def test_what_came_later_is_not_named(here: Served, shop: Shop) -> None:
    products = shop["products"]
    early = products["launched_on"].min()
    found = by_dimension(list(vocabulary(replace(here, context=replace(here.context, as_of=early)))))
    assert set(found["product"]) == set(products[products["launched_on"] <= early]["product_id"]) < set(products["product_id"])
    past = replace(here, context=replace(here.context, as_of=PAST))
    later = shop["orders"].sort_values("ordered_at")["order_id"].iloc[-1]
    assert existing_ids(here, "order", (later,)) == (later,)
    assert existing_ids(past, "order", (later,)) == ()


def test_what_is_out_of_scope_is_not_named(here: Served, shop: Shop) -> None:
    limited = replace(here, context=replace(here.context, locations=("L1",)))
    found = by_dimension(list(vocabulary(limited)))
    orders = shop["orders"]
    seen = orders[orders["location_id"] == "L1"]
    assert set(found["location"]) == {"L1"}
    assert set(found["customer"]) == set(seen["customer_id"].dropna())
    hidden = orders[orders["location_id"] != "L1"]["order_id"].iloc[0]
    assert existing_ids(limited, "order", (hidden, seen["order_id"].iloc[0])) == (seen["order_id"].iloc[0],)
    nobody = replace(here, context=replace(here.context, locations=()))
    assert "customer" not in by_dimension(list(vocabulary(nobody)))


def test_ids_are_looked_up_by_their_shape(here: Served, shop: Shop) -> None:
    shapes = {shape.dimension: shape for shape in id_shapes(here)}
    assert set(shapes) <= set(LOOKED_UP)
    for dimension, table, column in (("order", "orders", "order_id"), ("purchase_order", "purchase_orders", "po_id")):
        ids = shop[table][column]
        shape = shapes[dimension]
        assert all(each.startswith(shape.prefix) for each in ids)
        assert shape.width in (0, *map(len, ids))
    assert existing_ids(here, "order", ()) == ()
    assert existing_ids(here, "order", ("'; DROP TABLE orders; --", "%", "")) == ()
    assert IdShape("x").prefix == "" and IdShape("x").width == 0


def test_words_for_metrics_and_dimensions_are_told() -> None:
    said = spoken_words()
    assert "turnover" in said["revenue"] and "doanh thu" in said["revenue"]
    assert "client" in said["customer"] and "supplier country" in said["supplier_country"]
    assert not any(metric.hidden and name in said for name, metric in load_definitions().metrics.items())


@pytest.mark.parametrize("limits", [{}, {"as_of": PAST, "locations": ("L1",)}], ids=["all", "limited, past"])
def test_engines_name_the_same(limits: dict[str, object], source: Source, published: Source, context: QueryContext) -> None:
    within = replace(context, **limits)  # type: ignore[arg-type]
    ours, theirs = (list(vocabulary(Served(engine, within))) for engine in (source, published))
    assert sorted(ours, key=str) == sorted(theirs, key=str)
    assert id_shapes(Served(source, within)) == id_shapes(Served(published, within))
    order = id_shapes(Served(source, within)) and source.fetch("SELECT MIN(order_id) FROM orders")[0][0]
    assert existing_ids(Served(source, within), "order", (str(order),)) == existing_ids(Served(published, within), "order", (str(order),))
