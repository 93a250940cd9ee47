"""The journals of the simulation and how each month of them is written into the contract's tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ingestion.demo import sink
from ingestion.demo.arrays import Floats, Ints
from ingestion.demo.fulfilment import CARRIER_NAMES, PAYMENTS
from ingestion.demo.ids import customer_ids, location_ids, movement_id, order_id, product_ids, promotion_ids, scattered, supplier_ids
from ingestion.demo.journal import Journal, Rows
from ingestion.demo.places import provinces
from ingestion.demo.sink import Sink
from ingestion.demo.world import World
from ingestion.schema import CHANNELS, MOVEMENT_KINDS, ORDER_STATUSES, PURCHASE_STATUSES, RETURN_REASONS

MOVEMENT = {name: code for code, name in enumerate(MOVEMENT_KINDS)}
REASON = {name: code for code, name in enumerate(RETURN_REASONS)}
PURCHASE = {name: code for code, name in enumerate(PURCHASE_STATUSES)}
REFERENCES = ("SO", "PO", "TR", "CC", "WO")  # sales order, purchase order, transfer, cycle count, write-off
REFERENCE = {name: code for code, name in enumerate(REFERENCES)}


@dataclass
class Books:
    """One journal a table, and what the truth file wants to know about some of their rows."""

    world: World
    sink: Sink
    orders: Journal = field(default_factory=Journal)
    order_lines: Journal = field(default_factory=Journal)
    shipments: Journal = field(default_factory=Journal)
    returns: Journal = field(default_factory=Journal)
    reviews: Journal = field(default_factory=Journal)
    movements: Journal = field(default_factory=Journal)
    purchase_orders: Journal = field(default_factory=Journal)
    purchase_lines: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self.products = product_ids(self.world.products.count)
        self.customers = customer_ids(self.world.customers)
        self.planted_frauds: list[tuple[str, str]] = []
        self.planted_thefts: list[tuple[str, str, str, float]] = []
        self.mistyped: list[tuple[str, int, str, int]] = []

    def move(
        self, *, second: Ints, cell: Ints, kind: int, units: Floats, reference: int, reference_number: Ints, planted: bool = False
    ) -> None:
        """Books units that moved."""
        rows = len(second)
        self.movements.add(
            second=second,
            cell=cell,
            kind=np.full(rows, kind),
            units=units,
            reference=np.full(rows, reference),
            reference_number=reference_number,
            planted=np.full(rows, planted),
        )

    def write(self, before: int) -> tuple[Rows | None, Rows | None]:
        """Writes everything earlier than `before` and hands back the orders and lines for whoever builds on them."""
        before = min(before, self.world.calendar.end_second)
        orders, lines = self.orders.take(before), self.order_lines.take(before)
        if orders is not None and lines is not None:
            self._write_orders(orders)
            self._write_lines(lines)
        self._write_shipments(self.shipments.take(before))
        self._write_returns(self.returns.take(before))
        self._write_movements(self.movements.take(before))
        self._write_purchase_orders(self.purchase_orders.take(before))
        self._write_purchase_lines(self.purchase_lines.take(before))
        return orders, lines

    def _write_orders(self, rows: Rows) -> None:
        first = self.world.calendar.epoch_days[0]
        self.sink.write(
            "orders",
            order_id=sink.numbered("SO", 7, rows["number"]),
            customer_id=sink.labels(rows["customer"], self.customers),
            location_id=sink.labels(rows["location"], location_ids()),
            ordered_at=sink.moments(rows["second"]),
            status=sink.labels(rows["status"], ORDER_STATUSES),
            channel=sink.labels(rows["channel"], CHANNELS),
            payment_method=sink.labels(rows["payment"], PAYMENTS),
            promised_on=sink.days(rows["promised_day"] + first),
            cancelled_at=sink.moments(rows["cancelled_at"], rows["cancelled_at"] < 0),
            shipping_fee=sink.numbers(rows["fee"]),
            shipping_province=sink.labels(rows["destination"], [province.name for province in provinces()]),
            device_id=sink.where(rows["device"] >= 0, sink.numbered("D", 10, scattered(rows["device"], 97))),
        )
        for row in np.flatnonzero(rows["scheme"] >= 0):
            fraud = self.world.schemes.frauds[rows["scheme"][row]]
            self.planted_frauds.append((order_id(rows["number"][row]), fraud.kind))

    def _write_lines(self, rows: Rows) -> None:
        self.sink.write(
            "order_lines",
            order_id=sink.numbered("SO", 7, rows["order"]),
            line_no=sink.numbers(rows["line_no"]),
            product_id=sink.labels(rows["product"], self.products),
            quantity=sink.numbers(rows["units"]),
            unit_price=sink.numbers(rows["unit_price"]),
            discount_rate=sink.numbers(rows["percent"] / 100),
            net_amount=sink.numbers(rows["net"]),
            unit_cost=sink.numbers(rows["cost"]),
            promotion_id=sink.labels(rows["promotion"], promotion_ids(len(self.world.promotions.offers))),
        )
        for row in np.flatnonzero(rows["mistyped"] > 0):
            product = self.products[rows["product"][row]]
            self.mistyped.append((order_id(rows["order"][row]), int(rows["line_no"][row]), product, int(rows["mistyped"][row])))

    def _write_shipments(self, rows: Rows | None) -> None:
        if rows is None:
            return
        arrived = rows["delivered_at"] < self.world.calendar.end_second
        self.sink.write(
            "shipments",
            shipment_id=sink.numbered("SH", 7, rows["number"]),
            order_id=sink.numbered("SO", 7, rows["order"]),
            carrier=sink.labels(rows["carrier"], CARRIER_NAMES),
            shipped_at=sink.moments(rows["second"]),
            promised_on=sink.days(rows["promised_day"] + self.world.calendar.epoch_days[0]),
            delivered_at=sink.moments(rows["delivered_at"], ~arrived),
            cost=sink.numbers(rows["cost"]),
            distance_km=sink.numbers(rows["distance_km"]),
            damaged=sink.numbers(rows["damaged"] & arrived),
        )

    def _write_returns(self, rows: Rows | None) -> None:
        if rows is None:
            return
        self.sink.write(
            "returns",
            return_id=sink.numbered("RT", 6, rows["number"]),
            order_id=sink.numbered("SO", 7, rows["order"]),
            line_no=sink.numbers(rows["line_no"]),
            product_id=sink.labels(rows["product"], self.products),
            returned_at=sink.moments(rows["second"]),
            quantity=sink.numbers(rows["units"]),
            reason=sink.labels(rows["reason"], RETURN_REASONS),
            refund_amount=sink.numbers(rows["refund"]),
        )

    def _write_movements(self, rows: Rows | None) -> None:
        if rows is None:
            return
        location, product = np.divmod(rows["cell"], self.world.products.count)
        prefixes = sink.labels(rows["reference"], REFERENCES)
        self.sink.write(
            "stock_movements",
            movement_id=sink.numbered("M", 8, rows["number"]),
            moved_at=sink.moments(rows["second"]),
            location_id=sink.labels(location, location_ids()),
            product_id=sink.labels(product, self.products),
            kind=sink.labels(rows["kind"], MOVEMENT_KINDS),
            quantity=sink.numbers(rows["units"]),
            reference_id=sink.joined(prefixes, sink.numbered("", 7, rows["reference_number"])),
        )
        for row in np.flatnonzero(rows["planted"]):
            place, stolen = location_ids()[location[row]], self.products[product[row]]
            self.planted_thefts.append((movement_id(rows["number"][row]), place, stolen, -float(rows["units"][row])))

    def _write_purchase_orders(self, rows: Rows | None) -> None:
        if rows is None:
            return
        self.sink.write(
            "purchase_orders",
            po_id=sink.numbered("PO", 7, rows["number"]),
            supplier_id=sink.labels(rows["supplier"], supplier_ids(len(self.world.products.suppliers))),
            location_id=sink.labels(rows["location"], location_ids()),
            ordered_at=sink.moments(rows["second"]),
            expected_on=sink.days(rows["expected_day"] + self.world.calendar.epoch_days[0]),
            status=sink.labels(rows["status"], PURCHASE_STATUSES),
        )

    def _write_purchase_lines(self, rows: Rows | None) -> None:
        if rows is None:
            return
        pending = rows["received_at"] >= self.world.calendar.end_second
        self.sink.write(
            "purchase_order_lines",
            po_id=sink.numbered("PO", 7, rows["order"]),
            line_no=sink.numbers(rows["line_no"]),
            product_id=sink.labels(rows["product"], self.products),
            quantity=sink.numbers(rows["units"]),
            unit_cost=sink.numbers(rows["cost"]),
            received_quantity=sink.numbers(np.where(pending, 0, rows["received"])),
            rejected_quantity=sink.numbers(np.where(pending, 0, rows["rejected"])),
            received_at=sink.moments(rows["received_at"], pending),
        )
