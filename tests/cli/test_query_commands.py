"""Asking from the terminal: tables, JSON, CSV and SQL of one query; refusals are one line with a code of their own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_data_commands import oiis

REVENUE = "{kind: breakdown, metrics: [revenue, margin_rate], by: [category], period: {kind: named, name: last_month}}"


def test_one_query_in_every_form(home: Path, tmp_path: Path) -> None:
    shown = oiis("query", REVENUE, home=home)[0]
    assert "revenue [money]" in shown and "%" in shown and "2026-09-01 to 2026-09-30" in shown
    document = json.loads(oiis("query", REVENUE, "--json", home=home)[0])
    assert document["period"] == {"start": "2026-09-01", "end": "2026-09-30"}
    assert document["row_count"] == len(document["rows"]) > 0
    assert document["snapshot"] == "v000001"
    lines = oiis("query", REVENUE, "--csv", home=home)[0].splitlines()
    assert len(lines) == document["row_count"] + 1
    assert "SELECT" in oiis("query", REVENUE, "--explain", home=home)[0]
    path = tmp_path / "asked.yaml"
    path.write_text(REVENUE)
    assert oiis("query", str(path), home=home)[0] == shown
    assert oiis("query", "-", home=home, stdin=REVENUE)[0] == shown


def test_free_sql_gives_the_same_number_and_hostile_sql_none(home: Path) -> None:
    sql = "SELECT sum(net_amount) AS revenue FROM order_lines JOIN orders USING (order_id) WHERE status <> 'cancelled'"
    free = json.loads(oiis("query", "--sql", sql, "--json", home=home)[0])
    typed = json.loads(oiis("query", "{kind: value, metrics: [revenue]}", "--json", home=home)[0])
    assert float(free["rows"][0][0]) == float(typed["rows"][0][0])
    oiis("query", "--sql", "SELECT * FROM read_csv('/etc/passwd')", home=home, code=10)
    elsewhere = "postgresql://nobody@127.0.0.1:1/shop"
    assert "embedded snapshot only" in oiis("query", "--sql", sql, home=home, OIIS_WAREHOUSE_URL=elsewhere, code=10)[1]
    assert "whole snapshot" in oiis("query", "--sql", sql, "--as-of", "2026-06-30", home=home, code=10)[1]


def test_refusals_name_field_value_and_nearest(home: Path) -> None:
    assert "Nearest: revenue" in oiis("query", "{kind: value, metrics: [revenu]}", home=home, code=10)[1]
    assert "kind" in oiis("query", "{kind: valu}", home=home, code=10)[1]
    assert "YAML or JSON" in oiis("query", "{kind: [", home=home, code=10)[1]


def test_metrics_lists_definitions(home: Path) -> None:
    listed = json.loads(oiis("metrics", "--json", home=home)[0])
    assert {"revenue", "stock_on_hand", "supplier_on_time_rate"} <= set(listed["metrics"])
    assert {"product", "province", "month"} <= set(listed["dimensions"])
    assert "margin / revenue" in oiis("metrics", home=home)[0]


def test_an_earlier_day_hides_what_came_later(home: Path) -> None:
    asked = "{kind: value, metrics: [orders]}"
    now, then = (json.loads(oiis("query", asked, "--json", *extra, home=home)[0]) for extra in ((), ("--as-of", "2026-06-30")))
    assert then["rows"][0][0] < now["rows"][0][0]
    assert then["data_as_of"] == "2026-06-30"
