"""The answers to what was planted, in a file of their own that no product code reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ingestion.demo import sink
from ingestion.demo.arrays import Floats, Ints, summed
from ingestion.demo.assortment import ALWAYS
from ingestion.demo.books import Books
from ingestion.demo.families import companion_rules
from ingestion.demo.fulfilment import CARRIERS, SLIPPING_CARRIER, SLIPPING_DAYS
from ingestion.demo.homes import boom_days
from ingestion.demo.ids import location_ids, promotion_ids, supplier_ids
from ingestion.demo.loyalty import NEVER
from ingestion.demo.prices import SQUEEZE_SINCE, SQUEEZED_CATEGORY, SQUEEZED_SUBCATEGORY
from ingestion.demo.schemes import FAILING_SINCE
from ingestion.demo.segments import segments
from ingestion.demo.sink import Column, Sink
from ingestion.demo.stock import Stock
from ingestion.demo.wishes import Wishes
from ingestion.demo.world import World

if TYPE_CHECKING:
    import duckdb


@dataclass
class Truth:
    """What really happened, collected day by day and written once a month."""

    world: World
    books: Books
    connection: duckdb.DuckDBPyConnection
    days: list[Ints] = field(default_factory=list)
    cells: list[Ints] = field(default_factory=list)
    units: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection.execute("CREATE TABLE true_demand (day DATE, location_id VARCHAR, product_id VARCHAR, units DOUBLE)")
        self._sink = Sink(self.connection)

    def note_demand(self, day: int, wishes: Wishes, stock: Stock) -> None:
        """Remembers what was asked for, delivered or not."""
        cell = stock.cell(wishes.location[wishes.order], wishes.product)
        asked = summed(cell, wishes.units, len(stock.on_hand))
        hit = np.flatnonzero(asked)
        self.days.append(np.full(len(hit), day))
        self.cells.append(hit)
        self.units.append(asked[hit])

    def write_month(self) -> None:
        """Writes the demand remembered since the last time."""
        day, cell = np.concatenate(self.days), np.concatenate(self.cells)
        location, product = np.divmod(cell, self.world.products.count)
        self._sink.write(
            "true_demand",
            day=sink.days(self.world.calendar.epoch_days[day]),
            location_id=sink.labels(location, location_ids()),
            product_id=sink.labels(product, self.books.products),
            units=sink.numbers(np.concatenate(self.units)),
        )
        for kept in (self.days, self.cells, self.units):
            kept.clear()

    def write_rest(self, company: Sequence[str]) -> None:
        """Writes everything else."""
        name, timezone, currency = company
        self._table("company", name=[name], timezone=[timezone], currency=[currency])
        self._write_schemes()
        self._write_suppliers()
        self._write_range()
        self._write_customers()
        self._write_promotions()
        self._write_stories()

    def _table(self, table: str, /, **columns: Sequence[object] | Column) -> None:
        data = pa.table(columns)
        self.connection.register("truth_rows", data)
        self.connection.execute(f"CREATE TABLE {table} AS SELECT * FROM truth_rows")
        self.connection.unregister("truth_rows")

    def _day(self, day: int) -> date:
        """The date of a day, before the first one too."""
        return date.fromordinal(self.world.calendar.first_day.toordinal() + int(day))

    def _write_schemes(self) -> None:
        books = self.books
        frauds, thefts, mistyped = books.planted_frauds, books.planted_thefts, books.mistyped
        self._table("planted_frauds", order_id=_text(row[0] for row in frauds), kind=_text(row[1] for row in frauds))
        self._table(
            "planted_thefts",
            movement_id=_text(row[0] for row in thefts),
            location_id=_text(row[1] for row in thefts),
            product_id=_text(row[2] for row in thefts),
            units=pa.array([row[3] for row in thefts], pa.float64()),
        )
        self._table(
            "mistyped_prices",
            order_id=_text(row[0] for row in mistyped),
            line_no=pa.array([row[1] for row in mistyped], pa.int64()),
            product_id=_text(row[2] for row in mistyped),
            true_price=pa.array([row[3] for row in mistyped], pa.int64()),
        )

    def _write_suppliers(self) -> None:
        rows = self.world.products.suppliers
        ids = supplier_ids(len(rows))
        self._table("failing_supplier", supplier_id=[ids[self.world.schemes.failing_supplier]], since=[FAILING_SINCE])
        self._table(
            "supplier_reliability",
            supplier_id=ids,
            lead_ratio=[row.lead_ratio for row in rows],
            lead_spread=[row.lead_spread for row in rows],
            lead_drift=[row.lead_drift for row in rows],
            fill_rate=[row.fill_rate for row in rows],
            reject_rate=[row.reject_rate for row in rows],
        )

    def _write_range(self) -> None:
        goods, products = self.world.products, self.books.products
        self._table("elasticities", product_id=products, elasticity=goods.elasticity)
        self._table("product_quality", product_id=products, quality=goods.quality)
        dead = [index for index in range(goods.count) if goods.dead_from[index] < ALWAYS]
        self._table("dead_stock", product_id=[products[index] for index in dead], since=[self._day(goods.dead_from[i]) for i in dead])
        self._table("overstock", product_id=_text(products[index] for index in np.flatnonzero(goods.overbought)))
        names = {family.name for family in goods.families}
        rules = [rule for rule in companion_rules() if rule.family in names and rule.companion in names]
        self._table(
            "co_purchases",
            family=[rule.family for rule in rules],
            companion=[rule.companion for rule in rules],
            probability=[rule.probability for rule in rules],
        )

    def _write_customers(self) -> None:
        people, ids = self.world.customers, self.books.customers
        gone = [index for index in range(people.named) if people.churned[index] < NEVER]
        self._table(
            "churned",
            customer_id=[ids[index] for index in gone],
            churned_on=[self._day(people.churned[index]) for index in gone],
            won_back_on=pa.array(
                [self._day(people.won_back[index]) if people.won_back[index] < NEVER else None for index in gone], pa.date32()
            ),
        )
        kinds = [segments()[index].name for index in people.segment[: people.named]]
        self._table("customer_segments", customer_id=ids[: people.named], segment=kinds)

    def _write_promotions(self) -> None:
        offers, goods = self.world.promotions.offers, self.world.products
        members = self.world.promotions.members
        lift = [
            float(np.mean((1 - offer.percent / 100) ** goods.elasticity[rows]) * offer.display)
            for offer, rows in zip(offers, members, strict=True)
        ]
        self._table(
            "promotion_uplift",
            promotion_id=promotion_ids(len(offers)),
            uplift=lift,
            dip=[offer.dip for offer in offers],
            dip_days=[offer.dip_days for offer in offers],
        )

    def _write_stories(self) -> None:
        since = self._day(self.world.calendar.days - boom_days(self.world.calendar))
        self._table("growing_province", province=[self.world.customers.booming_province], since=[since])
        slipping = self._day(self.world.calendar.days - SLIPPING_DAYS + 1)
        self._table("slipping_carrier", carrier=[CARRIERS[SLIPPING_CARRIER].name], since=[slipping])
        self._table(
            "margin_squeeze",
            category=[SQUEEZED_CATEGORY],
            subcategory=[SQUEEZED_SUBCATEGORY],
            since=[SQUEEZE_SINCE],
            cause=["unit cost rose, list price stayed"],
        )


def _text(values: Iterable[str]) -> Column:
    return pa.array(list(values), pa.string())


def truth_file(path: Path) -> Path:
    """`path`, with nothing of an earlier truth left there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path
