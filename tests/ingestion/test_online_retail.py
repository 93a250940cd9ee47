"""UCI Online Retail, every row of it, against pandas: what was read, what each rule took, what is served."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ingestion.load import LoadRequest, load
from ingestion.report import SourceReport
from ingestion.warehouse import Warehouse, open_readonly
from tests.conftest import real

CHARGES = {"post", "dot", "m", "d", "s", "c2", "b", "cruk", "pads", "bank charges", "amazonfee", "adjust", "adjust2"}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_parquet(real("online_retail.parquet"))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, frame: pd.DataFrame) -> tuple[Warehouse, SourceReport]:
    folder = tmp_path_factory.mktemp("retail")
    path = folder / "online_retail.csv"
    frame.to_csv(path, index=False, date_format="%m/%d/%Y %H:%M")
    warehouse = Warehouse(folder / "home")
    report = load(warehouse, LoadRequest((path,)))
    return warehouse, report.sources[0]


def test_every_row_is_read_before_any_rule(loaded: tuple[Warehouse, SourceReport]) -> None:
    _, source = loaded
    assert (source.read, source.quantity_read, source.value_read) == (541_909, 5_176_450, 9_747_747.93)


def test_every_rule_accounts_for_its_rows_quantity_and_value(loaded: tuple[Warehouse, SourceReport]) -> None:
    _, source = loaded
    assert source.read == source.accepted + sum(reason.rows for reason in source.reasons)
    assert source.quantity_read == pytest.approx((source.quantity_accepted or 0) + sum(reason.quantity or 0 for reason in source.reasons))
    assert source.value_read == pytest.approx((source.value_accepted or 0) + sum(reason.value or 0 for reason in source.reasons), abs=0.05)


def test_rules_take_what_pandas_says_they_take(loaded: tuple[Warehouse, SourceReport], frame: pd.DataFrame) -> None:
    _, source = loaded
    counts = {reason.rule: reason.rows for reason in source.reasons}
    codes = frame.StockCode.str.casefold()
    charge = codes.isin(CHARGES) | codes.str.startswith("gift_")
    rest = frame[~charge & (frame.UnitPrice >= 0)]  # the two bad debts of negative price stand under a charge's code
    repeated = rest.duplicated()
    assert counts["not_a_product"] == int(charge.sum())
    assert counts.get("negative_price", 0) == int((~charge & (frame.UnitPrice < 0)).sum())
    assert counts["duplicate_row"] == int(repeated.sum())
    # Stock write-offs carry a negative quantity and no customer; credits start with C.
    assert counts["negative_quantity"] == int(((rest.Quantity < 0) & ~rest.InvoiceNo.str.startswith("C") & ~repeated).sum())


def test_served_sales_equal_pandas(loaded: tuple[Warehouse, SourceReport], frame: pd.DataFrame) -> None:
    warehouse, _ = loaded
    codes = frame.StockCode.str.casefold()
    sales = frame[~(codes.isin(CHARGES) | codes.str.startswith("gift_")) & (frame.Quantity > 0) & (frame.UnitPrice >= 0)].drop_duplicates()
    value = (sales.Quantity * sales.UnitPrice).round(2)
    with open_readonly(warehouse.snapshot().database) as connection:
        lines = connection.execute("SELECT count(*), sum(quantity), sum(net_amount), count(DISTINCT order_id) FROM order_lines").fetchone()
        by_country = dict(
            connection.execute(
                "SELECT c.province, count(DISTINCT o.order_id) FROM orders o JOIN customers c USING (customer_id) GROUP BY 1"
            ).fetchall()
        )
        orphans = connection.execute("SELECT count(*) FROM order_lines ANTI JOIN products USING (product_id)").fetchone()
    assert lines == (len(sales), Decimal(int(sales.Quantity.sum())), Decimal(str(round(value.sum(), 2))), sales.InvoiceNo.nunique())
    assert orphans == (0,)
    expected = sales.dropna(subset=["CustomerID"]).groupby("Country").InvoiceNo.nunique()
    assert by_country["France"] == expected["France"]


def test_credits_are_sales_given_back(loaded: tuple[Warehouse, SourceReport], frame: pd.DataFrame) -> None:
    """What is returned or cancelled was sold before, to the same customer, and never more than was sold."""
    warehouse, source = loaded
    with open_readonly(warehouse.snapshot().database) as connection:
        (too_much,) = connection.execute(
            "SELECT count(*) FROM (SELECT order_id, line_no, sum(quantity) AS back FROM returns GROUP BY ALL)"
            " JOIN order_lines USING (order_id, line_no) WHERE back > quantity"
        ).fetchone() or (None,)
        (early,) = connection.execute(
            "SELECT count(*) FROM returns JOIN orders USING (order_id) WHERE returned_at < ordered_at"
        ).fetchone() or (None,)
        returned = connection.execute("SELECT count(*), sum(quantity) FROM returns").fetchone() or (0, 0)
        undone = connection.execute(
            "SELECT count(*), sum(quantity) FROM order_lines WHERE order_id IN (SELECT order_id FROM orders WHERE status = 'cancelled')"
        ).fetchone() or (0, 0)
    assert (too_much, early) == (0, 0)
    unmatched = {reason.rule: reason for reason in source.reasons}["credit_without_sale"]
    codes = frame.StockCode.str.casefold()
    credit = frame[frame.InvoiceNo.str.startswith("C") & ~codes.isin(CHARGES)].drop_duplicates()
    assert returned[1] + undone[1] == -int(credit.Quantity.sum()) + int(unmatched.quantity or 0)


def test_the_parquet_is_the_same_data_as_the_csv(loaded: tuple[Warehouse, SourceReport], tmp_path: Path) -> None:
    from ingestion.warehouse import content_hashes

    other = Warehouse(tmp_path)
    load(other, LoadRequest((real("online_retail.parquet"),)))
    with open_readonly(other.snapshot().database) as one, open_readonly(loaded[0].snapshot().database) as two:
        assert content_hashes(one) == content_hashes(two)
