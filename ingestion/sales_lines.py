"""The wide form most shops can export: one row a product sold, from which orders, customers and products are derived."""

from __future__ import annotations

from dataclasses import replace

from ingestion.schema import Column, Table, table

_LINE, _ORDER, _PRODUCT, _CUSTOMER = table("order_lines"), table("orders"), table("products"), table("customers")


def _optional(column: Column) -> Column:
    """The column as a wide row may carry it: absent, and referring to nothing that must exist before."""
    return replace(column, required=False, references=None)


PRODUCT_FIELDS = ("sku", "category", "subcategory", "family", "series", "manufacturer", "list_price")
CUSTOMER_FIELDS = ("kind", "tier", "email", "phone", "province", "district", "settlement", "area_kind", "latitude", "longitude")
ORDER_FIELDS = ("location_id", "status", "channel", "payment_method", "promised_on", "shipping_fee", "shipping_province")

SALES_LINES = Table(
    "sales_lines",
    (),
    "Order lines with everything about them in one row",
    (
        _optional(_ORDER["order_id"]),
        _optional(_LINE["line_no"]),
        _ORDER["ordered_at"],
        _optional(_ORDER["customer_id"]),
        Column("customer_name", "text", "Customer name"),
        # Missing ids are told apart from a missing column by the mapping, so the cell itself is required here.
        replace(_LINE["product_id"], references=None),
        Column("product_name", "text", "Product name"),
        # A negative quantity is a credit to be matched with its sale, so its sign is judged later.
        replace(_LINE["quantity"], above=None),
        replace(_LINE["unit_price"], required=False),
        _LINE["discount_rate"],
        Column("discount_amount", "money", "Money taken off the line", "money"),
        replace(_LINE["net_amount"], required=False, minimum=None),
        _LINE["unit_cost"],
        *(_optional(_ORDER[name]) for name in ORDER_FIELDS),
        *(_PRODUCT[name] for name in PRODUCT_FIELDS),
        *(_CUSTOMER[name] for name in CUSTOMER_FIELDS),
    ),
)
