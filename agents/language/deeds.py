"""What a verb makes of the figure beside it: orders that were cancelled are another figure than orders."""

from __future__ import annotations

from collections.abc import Mapping

# Verbs that add nothing to a noun, and those that turn one figure into another.
PLAIN_DEEDS = frozenset({"units", "revenue", "orders", "stock_on_hand"})
DEEDS: Mapping[tuple[str, str], str] = {
    ("orders", "cancelled_orders"): "cancelled_orders",
    ("placed_orders", "cancelled_orders"): "cancelled_orders",
    ("revenue", "cancelled_orders"): "cancelled_value",
    ("revenue", "returned_units"): "returned_units",
    ("units", "stock_on_order"): "stock_on_order",
    ("active_products", "stock_on_order"): "stock_on_order",
    ("units", "returned_units"): "returned_units",
    ("active_products", "returned_units"): "returned_units",
    ("orders", "returned_units"): "returned_units",
    ("active_products", "units"): "units",
    ("product_count", "units"): "active_products",
    ("units", "received_units"): "received_units",
    ("on_time_delivery_rate", "supplier_on_time_rate"): "supplier_on_time_rate",
    ("orders", "delivery_days"): "deliveries",
    ("shipments", "delivery_days"): "deliveries",
    ("shipments", "damaged_shipments"): "damaged_shipments",
    ("deliveries", "damaged_shipments"): "damaged_shipments",
    ("orders", "damaged_shipments"): "damaged_shipments",
    ("active_products", "received_units"): "received_units",
}
