"""The definitions load, cover the data contract, and a wrong entry is named."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
import yaml

from ingestion.metrics import DEFINITIONS, DefinitionError, build_definitions, load_definitions
from ingestion.schema import TABLE_NAMES

CONTRACT = Path(__file__).parents[2].parent / "shared" / "DATA.md"
RAW = yaml.safe_load(DEFINITIONS.read_text(encoding="utf-8"))


def test_every_metric_of_the_contract_is_defined() -> None:
    if not CONTRACT.exists():
        pytest.skip("the data contract (../shared/DATA.md) is not on this machine")
    section = CONTRACT.read_text(encoding="utf-8").split("## Metrics")[1].split("Dimensions:")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ") and "metric" not in line]
    names = {name for row in rows for name in re.findall(r"[a-z_]+", re.sub(r"\(.*?\)", "", row))}
    assert len(names) > 50
    assert names <= set(load_definitions().metrics)


@pytest.mark.parametrize("name", ["day", "hour", "sku", "supplier_country", "area_kind", "carrier", "return_reason", "event", "promotion"])
def test_dimensions_of_the_contract_are_defined(name: str) -> None:
    assert name in load_definitions().dimensions


def test_every_table_says_how_it_is_read() -> None:
    assert set(load_definitions().tables) == set(TABLE_NAMES)


def test_synonyms_name_one_metric_each() -> None:
    seen: dict[str, str] = {}
    for metric in load_definitions().metrics.values():
        for word in {*metric.en, *metric.vi, metric.name.replace("_", " ")}:
            assert seen.setdefault(word.casefold(), metric.name) == metric.name, word


def test_paths_are_the_shortest_many_to_one_chains() -> None:
    definitions = load_definitions()
    path = definitions.path("order_lines", "suppliers")
    assert path is not None
    assert [edge.target for edge in path] == ["products", "suppliers"]
    assert definitions.path("orders", "products") is None  # one order has many products
    purchasing = definitions.path("purchase_order_lines", "suppliers")
    assert purchasing is not None and purchasing[0].target == "purchase_orders"


def test_adding_a_metric_needs_no_code() -> None:
    raw = copy.deepcopy(RAW)
    raw["metrics"]["web_orders"] = {
        "definition": "Orders of the web channel",
        "unit": "count",
        "additivity": "additive",
        "sources": [{"table": "orders", "expression": "COUNT(*)", "time": "orders.ordered_at", "where": "orders.channel = 'web'"}],
        "en": ["web orders"],
        "vi": ["đơn web"],
    }
    assert "web_orders" in build_definitions(raw).metrics


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("metrics", "revenue", "unit"), "euros", "metric revenue, unit"),
        (
            ("metrics", "revenue", "sources"),
            [{"table": "order_lines", "expression": "SUM(order_lines.amount)"}],
            "no column order_lines.amount",
        ),
        (("metrics", "orders", "sources"), [{"table": "orders", "expression": "SUM(order_lines.quantity)"}], "without multiplying rows"),
        (("metrics", "margin_rate", "numerator"), "profitt", "'profitt' is not a metric"),
        (("metrics", "units", "vi"), [], "synonyms in both languages"),
        (("metrics", "units", "colour"), "red", "metric units, colour"),
        (("dimensions", "tier", "column"), "customers.level", "dimension tier, column"),
        (("dimensions", "tier", "grain"), "day", "exactly one of"),
        (("joins",), ["orders.order_id -> order_lines.order_id"], "must be the key"),
        (("joins",), ["orders.order_id"], "must read"),
    ],
)
def test_a_wrong_entry_is_named(path: tuple[str, ...], value: object, named: str) -> None:
    raw = copy.deepcopy(RAW)
    target = raw
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(DefinitionError, match=re.escape(named)):
        build_definitions(raw)
