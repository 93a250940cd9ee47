"""The tiny demo company: every metric cut by every dimension it reaches, and the sales of it against pandas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingestion.demo.company import TIMEZONE, build_demo
from ingestion.metrics import load_definitions
from ingestion.warehouse import create_tables
from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import floats
from tools.errors import CannotDo
from tools.query.bench import key_name
from tools.query.contract import Calendar, Comparison, Last, Query, QueryContext, Result
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.series import Series
from tools.query.operators.value import Value
from tools.query.reach import reachable
from tools.query.run import open_database, run_query
from tools.query.source import Source

AS_OF = date(2026, 10, 31)
SEPTEMBER = Calendar(year=2026, month=9)
DEFINITIONS = load_definitions()
VISIBLE = [name for name, metric in DEFINITIONS.metrics.items() if not metric.hidden]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    with duckdb.connect(str(folder / "warehouse.duckdb"), config={"threads": 2}) as connection:
        create_tables(connection)
        build_demo(connection, folder / "truth", "tiny")
    return folder / "warehouse.duckdb"


@pytest.fixture(scope="module")
def ask(demo: Path) -> Iterator[Ask]:
    engine = open_database(demo)
    source, context = Source(engine, "demo"), QueryContext(as_of=AS_OF, timezone=TIMEZONE)

    def answer(query: Query) -> Result:
        return run_query(query, context, source)

    yield answer
    engine.dispose()


@pytest.fixture(scope="module")
def sales(demo: Path) -> pd.DataFrame:
    """Valid order lines with customer, product and local day."""
    tables = ("order_lines", "orders", "products", "customers", "suppliers")
    with duckdb.connect(str(demo), read_only=True, config={"threads": 2}) as connection:
        lines, orders, products, customers, suppliers = (connection.execute(f"SELECT * FROM {table}").df() for table in tables)
    frame = lines.merge(orders, on="order_id").merge(products[["product_id", "category", "supplier_id"]], on="product_id")
    frame = frame.merge(suppliers[["supplier_id", "country"]], on="supplier_id", how="left")
    frame = frame.merge(customers[["customer_id", "province", "tier"]], on="customer_id", how="left")
    local = frame["ordered_at"].dt.tz_localize("UTC").dt.tz_convert(TIMEZONE).dt.tz_localize(None)
    frame = frame.assign(day=local.dt.normalize(), month=local.dt.to_period("M").dt.start_time)
    return frame[frame["status"] != "cancelled"]


def some_of_each_table(names: list[str]) -> list[str]:
    """Two dimensions of each table and of time: dimensions of one table are reached by the same joins."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(DEFINITIONS.dimensions[name].table, []).append(name)
    return [name for group in groups.values() for name in (group[0], group[-1])]


@pytest.mark.parametrize("metric", VISIBLE)
def test_every_metric_by_every_kind_of_dimension(ask: Ask, metric: str) -> None:
    """Each kind of cut runs; the parts of what adds up sum to the whole."""
    entry = DEFINITIONS.metrics[metric]
    whole = ask(Value(metrics=(metric,))).rows[0][0]
    for dimension in some_of_each_table(reachable(DEFINITIONS, entry)):
        parts = [record[metric] for record in ask(Breakdown(metrics=(metric,), by=(dimension,))).records()]
        if entry.additivity == "additive" and not entry.trailing_days:
            assert sum(float(str(part)) for part in parts) == pytest.approx(float(str(whole)), rel=1e-9), dimension


@pytest.mark.parametrize("metric", VISIBLE)
def test_dimensions_out_of_reach_are_refused(ask: Ask, metric: str) -> None:
    near = reachable(DEFINITIONS, DEFINITIONS.metrics[metric])
    for dimension in set(DEFINITIONS.dimensions) - set(near):
        with pytest.raises(CannotDo, match=rf"{dimension}|a level belongs|annualised"):
            ask(Breakdown(metrics=(metric,), by=(dimension,)))


@pytest.mark.parametrize(
    "dimension", ["category", "supplier", "supplier_country", "customer", "province", "tier", "channel", "location", "month"]
)
def test_sales_against_pandas(ask: Ask, sales: pd.DataFrame, dimension: str) -> None:
    key = key_name(DEFINITIONS.dimensions[dimension])
    column = {"supplier_country": "country"}.get(dimension, key)
    frame = sales if dimension == "month" else sales[sales["month"] == "2026-09-01"]
    period = Last(n=8, unit="month") if dimension == "month" else SEPTEMBER
    result = ask(Breakdown(metrics=("revenue", "units", "orders", "active_customers"), by=(dimension,), period=period))
    if dimension == "month":
        frame = frame[frame["day"] > "2026-02-28"]
    groups = frame.groupby(column)
    for metric, expected in (
        ("revenue", groups["net_amount"].sum()),
        ("units", groups["quantity"].sum()),
        ("orders", groups["order_id"].nunique()),
        ("active_customers", groups["customer_id"].nunique()),
    ):
        found = {str(name): value for name, value in floats(result, key, metric).items() if name is not None}
        assert found == pytest.approx({str(name)[:10] if dimension == "month" else name: value for name, value in expected.items()})


def test_year_on_year_and_before_the_data(ask: Ask, sales: pd.DataFrame) -> None:
    query = Value(metrics=("revenue",), period=SEPTEMBER, compare=Comparison())
    record = ask(query).records()[0]
    expected = sales[sales["month"] == "2026-08-01"]["net_amount"].sum()
    assert float(str(record["revenue_before"])) == pytest.approx(expected)
    with pytest.raises(CannotDo, match="hold data from"):
        ask(query.model_copy(update={"compare": Comparison(to="year_on_year")}))


def test_stock_series_closes_each_month(ask: Ask, demo: Path) -> None:
    with duckdb.connect(str(demo), read_only=True, config={"threads": 2}) as connection:
        levels = connection.execute("SELECT * FROM stock_levels").df()
    daily = levels.groupby("as_of")["on_hand"].sum()
    expected = daily.groupby(daily.index.to_period("M")).last()  # type: ignore[attr-defined]
    found = ask(Series(metrics=("stock_on_hand",), grain="month"))
    assert [float(str(row[1])) for row in found.rows if row[1] is not None] == pytest.approx(list(expected.astype(float)))
