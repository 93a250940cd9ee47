"""The tables of the data contract, once: DDL, validation, export, the data dictionary and lexicons derive from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "integer", "quantity", "money", "rate", "number", "boolean", "date", "timestamp"]

SQL_TYPES: dict[Kind, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "integer": "BIGINT",
    # Weighed goods are sold in fractions, so a quantity is not an integer.
    "quantity": "DECIMAL(18,3)",
    "money": "DECIMAL(18,2)",
    "rate": "DECIMAL(9,6)",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Column:
    """One column: its logical kind, plain-English meaning and the values it may hold."""

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    references: str | None = None  # the table whose single-column key this is
    minimum: float | None = None
    above: float | None = None  # exclusive lower bound
    maximum: float | None = None
    personal: bool = False  # shown only with scope pii:read

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns (key first) and what a row means."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    required: bool = False

    def __getitem__(self, column: str) -> Column:
        for candidate in self.columns:
            if candidate.name == column:
                return candidate
        raise KeyError(f"{self.name} has no column {column!r}; it has {', '.join(self.column_names)}")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _key(name: str, meaning: str, references: str | None = None) -> Column:
    return Column(name, "id", meaning, required=True, references=references)


ORDER_STATUSES = ("pending", "paid", "shipped", "delivered", "cancelled")
CHANNELS = ("web", "app", "store", "phone", "b2b")
RETURN_REASONS = ("damaged", "wrong_item", "defective", "not_as_described", "changed_mind")
MOVEMENT_KINDS = ("sale", "receipt", "return", "transfer_in", "transfer_out", "damage", "count_adjustment")
PURCHASE_STATUSES = ("open", "partial", "received", "cancelled")
WEB_EVENTS = ("view", "addtocart", "removefromcart", "transaction")

# Parents stand before the tables that refer to them: loading in this order never meets an orphan of its own making.
TABLES: tuple[Table, ...] = (
    Table(
        "suppliers",
        ("supplier_id",),
        "Who we buy from, on which terms",
        (
            _key("supplier_id", "Supplier"),
            Column("name", "text", "Supplier name", required=True),
            Column("country", "text", "Country the supplier ships from"),
            Column("contract_lead_time_days", "integer", "Days from order to receipt promised by contract", "days", minimum=0),
            Column("payment_terms_days", "integer", "Days we have to pay an invoice", "days", minimum=0),
            Column("min_order_value", "money", "Smallest purchase order the supplier accepts", "money", minimum=0),
            Column("email", "text", "Address purchase orders go to", personal=True),
        ),
    ),
    Table(
        "products",
        ("product_id",),
        "What we sell, one row an article",
        (
            _key("product_id", "Product"),
            Column("sku", "text", "Stock keeping unit printed on the shelf label"),
            Column("name", "text", "Product name", required=True),
            Column("description", "text", "Longer description"),
            Column("category", "text", "Top level of the range"),
            Column("subcategory", "text", "Second level of the range"),
            Column("family", "text", "Group of interchangeable products"),
            Column("series", "text", "Product line of the manufacturer"),
            Column("manufacturer", "text", "Brand or maker"),
            Column("supplier_id", "id", "Main supplier", references="suppliers"),
            Column("unit_cost", "money", "What one unit costs us today", "money", minimum=0),
            Column("list_price", "money", "Price of one unit today, before discount", "money", minimum=0),
            Column("pack_size", "integer", "Order multiple: purchases are rounded up to it", "units", minimum=1),
            Column("min_order_qty", "integer", "Fewest units the supplier sells at once", "units", minimum=0),
            Column("weight_kg", "number", "Weight of one unit", "kg", minimum=0),
            Column("shelf_life_days", "integer", "Days until it may no longer be sold; empty when it keeps", "days", minimum=0),
            Column("launched_on", "date", "First day it was for sale"),
            Column("discontinued_on", "date", "Last day it was for sale; empty while it is"),
        ),
        required=True,
    ),
    Table(
        "customers",
        ("customer_id",),
        "Who buys from us",
        (
            _key("customer_id", "Customer"),
            Column("name", "text", "Customer name"),
            Column("kind", "text", "A person or a company", choices=("consumer", "business")),
            Column("tier", "text", "Loyalty tier", choices=("standard", "silver", "gold")),
            Column("email", "text", "E-mail address", personal=True),
            Column("phone", "text", "Telephone number", personal=True),
            Column("province", "text", "Province or top-level region; a sale's province is this one"),
            Column("district", "text", "District within the province"),
            Column("settlement", "text", "Town, ward or commune"),
            Column("area_kind", "text", "Urban or rural", choices=("urban", "rural")),
            Column("latitude", "number", "North of the equator", "degrees", minimum=-90, maximum=90, personal=True),
            Column("longitude", "number", "East of Greenwich", "degrees", minimum=-180, maximum=180, personal=True),
            Column("signed_up_on", "date", "Day the account was opened"),
            Column("marketing_consent", "boolean", "Agreed to receive offers"),
        ),
        required=True,
    ),
    Table(
        "locations",
        ("location_id",),
        "Where stock is kept and orders are served from",
        (
            _key("location_id", "Location"),
            Column("name", "text", "Location name", required=True),
            Column("kind", "text", "Warehouse or store", choices=("warehouse", "store")),
            Column("province", "text", "Province it stands in"),
            Column("latitude", "number", "North of the equator", "degrees", minimum=-90, maximum=90),
            Column("longitude", "number", "East of Greenwich", "degrees", minimum=-180, maximum=180),
            Column("capacity_units", "quantity", "Most units it can hold", "units", minimum=0),
        ),
    ),
    Table(
        "promotions",
        ("promotion_id",),
        "Price offers, on one product or a whole category",
        (
            _key("promotion_id", "Promotion"),
            Column("name", "text", "Promotion name"),
            Column("product_id", "id", "Product on offer; empty for a whole category", references="products"),
            Column("category", "text", "Category on offer"),
            Column("starts_on", "date", "First day", required=True),
            Column("ends_on", "date", "Last day, inclusive", required=True),
            Column("discount_rate", "rate", "Part of the price taken off", "fraction", minimum=0, maximum=1),
        ),
    ),
    Table(
        "orders",
        ("order_id",),
        "Sales orders; valid means not cancelled",
        (
            _key("order_id", "Order"),
            Column("customer_id", "id", "Who ordered; empty for an unnamed counter sale", references="customers"),
            Column("location_id", "id", "Location the order was fulfilled from", references="locations"),
            Column("ordered_at", "timestamp", "When the order was placed", "UTC", required=True),
            Column("status", "text", "Where the order stands", required=True, choices=ORDER_STATUSES),
            Column("channel", "text", "How the order came in", choices=CHANNELS),
            Column("payment_method", "text", "How it is paid"),
            Column("promised_on", "date", "Day we promised to deliver"),
            Column("cancelled_at", "timestamp", "When it was cancelled", "UTC"),
            Column("shipping_fee", "money", "What the customer pays for delivery", "money", minimum=0),
            Column("shipping_province", "text", "Province it is shipped to"),
            Column("device_id", "text", "Device the order was placed on", personal=True),
        ),
        required=True,
    ),
    Table(
        "order_lines",
        ("order_id", "line_no"),
        "What was ordered, one row a product of an order",
        (
            _key("order_id", "Order", "orders"),
            Column("line_no", "integer", "Position within the order, from 1", required=True, minimum=1),
            Column("product_id", "id", "Product", required=True, references="products"),
            Column("quantity", "quantity", "Units ordered", "units", required=True, above=0),
            Column("unit_price", "money", "Price of one unit before discount", "money", required=True, minimum=0),
            Column("discount_rate", "rate", "Part of the price taken off", "fraction", minimum=0, maximum=1),
            Column("net_amount", "money", "quantity x unit_price x (1 - discount_rate)", "money", required=True, minimum=0),
            Column("unit_cost", "money", "What one unit cost us at the time", "money", minimum=0),
            Column("promotion_id", "id", "Promotion the price came from", references="promotions"),
        ),
        required=True,
    ),
    Table(
        "returns",
        ("return_id",),
        "Goods that came back",
        (
            _key("return_id", "Return"),
            Column("order_id", "id", "Order the goods were sold on", references="orders"),
            Column("line_no", "integer", "Line of that order", minimum=1),
            Column("product_id", "id", "Product", required=True, references="products"),
            Column("returned_at", "timestamp", "When they came back", "UTC", required=True),
            Column("quantity", "quantity", "Units returned", "units", required=True, above=0),
            Column("reason", "text", "Why; empty when not recorded", choices=RETURN_REASONS),
            Column("refund_amount", "money", "Money paid back", "money", minimum=0),
        ),
    ),
    Table(
        "shipments",
        ("shipment_id",),
        "Deliveries to customers",
        (
            _key("shipment_id", "Shipment"),
            Column("order_id", "id", "Order delivered", required=True, references="orders"),
            Column("carrier", "text", "Who carried it"),
            Column("shipped_at", "timestamp", "When it left", "UTC"),
            Column("promised_on", "date", "Day it was promised for"),
            Column("delivered_at", "timestamp", "When it arrived; empty while under way", "UTC"),
            Column("cost", "money", "What the carrier charged us", "money", minimum=0),
            Column("distance_km", "number", "Distance travelled", "km", minimum=0),
            Column("damaged", "boolean", "Arrived damaged"),
        ),
    ),
    Table(
        "stock_levels",
        ("as_of", "location_id", "product_id"),
        "Stock at the end of each day, one row a day, location and product",
        (
            Column("as_of", "date", "Day", required=True),
            _key("location_id", "Location", "locations"),
            _key("product_id", "Product", "products"),
            Column("on_hand", "quantity", "Units on the shelf; below zero when more was booked out than in", "units", required=True),
            Column("allocated", "quantity", "Units promised to open orders", "units", minimum=0),
            Column("on_order", "quantity", "Units on open purchase orders", "units", minimum=0),
        ),
    ),
    Table(
        "stock_movements",
        ("movement_id",),
        "Every change of stock, signed",
        (
            _key("movement_id", "Movement"),
            Column("moved_at", "timestamp", "When", "UTC", required=True),
            Column("location_id", "id", "Location", required=True, references="locations"),
            Column("product_id", "id", "Product", required=True, references="products"),
            Column("kind", "text", "Why stock moved", required=True, choices=MOVEMENT_KINDS),
            Column("quantity", "quantity", "Units, negative when they left", "units", required=True),
            Column("reference_id", "id", "Order, purchase order or count behind it"),
        ),
    ),
    Table(
        "purchase_orders",
        ("po_id",),
        "Orders we placed with suppliers",
        (
            _key("po_id", "Purchase order"),
            Column("supplier_id", "id", "Supplier", required=True, references="suppliers"),
            Column("location_id", "id", "Where it is delivered", references="locations"),
            Column("ordered_at", "timestamp", "When it was placed", "UTC", required=True),
            Column("expected_on", "date", "Day it should arrive"),
            Column("status", "text", "Where it stands", required=True, choices=PURCHASE_STATUSES),
        ),
    ),
    Table(
        "purchase_order_lines",
        ("po_id", "line_no"),
        "What we ordered from suppliers and what came",
        (
            _key("po_id", "Purchase order", "purchase_orders"),
            Column("line_no", "integer", "Position within the purchase order, from 1", required=True, minimum=1),
            Column("product_id", "id", "Product", required=True, references="products"),
            Column("quantity", "quantity", "Units ordered", "units", required=True, above=0),
            Column("unit_cost", "money", "Price of one unit", "money", minimum=0),
            Column("received_quantity", "quantity", "Units received", "units", minimum=0),
            Column("rejected_quantity", "quantity", "Units received and refused", "units", minimum=0),
            Column("received_at", "timestamp", "When they came; empty until then", "UTC"),
        ),
    ),
    Table(
        "price_history",
        ("product_id", "valid_from"),
        "List prices through time; each holds until the next",
        (
            _key("product_id", "Product", "products"),
            Column("valid_from", "date", "First day of the price", required=True),
            Column("list_price", "money", "Price of one unit", "money", required=True, minimum=0),
        ),
    ),
    Table(
        "competitor_prices",
        ("product_id", "competitor", "observed_on"),
        "What others ask for the same product",
        (
            _key("product_id", "Product", "products"),
            Column("competitor", "text", "Who asks it", required=True),
            Column("observed_on", "date", "Day it was seen", required=True),
            Column("price", "money", "Price of one unit", "money", required=True, minimum=0),
        ),
    ),
    Table(
        "reviews",
        ("review_id",),
        "What customers wrote",
        (
            _key("review_id", "Review"),
            Column("product_id", "id", "Product", required=True, references="products"),
            Column("customer_id", "id", "Who wrote it", references="customers"),
            Column("order_id", "id", "Order it was bought on", references="orders"),
            Column("reviewed_at", "timestamp", "When", "UTC", required=True),
            Column("rating", "integer", "Stars", "1..5", required=True, minimum=1, maximum=5),
            Column("text", "text", "The words, as written"),
        ),
    ),
    Table(
        "web_events",
        ("event_id",),
        "What visitors did in the shop",
        (
            _key("event_id", "Event"),
            Column("occurred_at", "timestamp", "When", "UTC", required=True),
            Column("visitor_id", "id", "Browser", required=True),
            Column("session_id", "id", "Visit"),
            Column("customer_id", "id", "Signed-in customer; empty for an anonymous visitor", references="customers"),
            Column("event", "text", "What was done", required=True, choices=WEB_EVENTS),
            Column("product_id", "id", "Product", references="products"),
            Column("order_id", "id", "Order, for a transaction", references="orders"),
        ),
    ),
    Table(
        "market_indicators",
        ("indicator", "observed_on"),
        "Prices and indices of the market",
        (
            _key("indicator", "Indicator"),
            Column("observed_on", "date", "Day", required=True),
            Column("value", "number", "Value", required=True),
            Column("unit", "text", "Unit of the value"),
            Column("source", "text", "Where it was published"),
        ),
    ),
)

TABLE_NAMES: tuple[str, ...] = tuple(table.name for table in TABLES)
REQUIRED_TABLES: tuple[str, ...] = tuple(table.name for table in TABLES if table.required)


def table(name: str) -> Table:
    """The table called `name`; a typo is told what exists."""
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise KeyError(f"no table {name!r} in the contract; there are {', '.join(TABLE_NAMES)}")


def ddl(table: Table, prefix: str = "") -> str:
    """CREATE TABLE for `table`. Keys are proved by the checks, not by an index: it would double the load time and the file."""
    columns = ", ".join(f"{column.name} {column.sql_type}{' NOT NULL' if column.required else ''}" for column in table.columns)
    return f"CREATE TABLE {prefix}{table.name} ({columns})"


def comments(table: Table) -> list[str]:
    """COMMENT statements that carry the meanings into the database, for whoever opens it with another tool."""
    statements = [f"COMMENT ON TABLE {table.name} IS {quote(table.meaning)}"]
    for column in table.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        statements.append(f"COMMENT ON COLUMN {table.name}.{column.name} IS {quote(column.meaning + unit)}")
    return statements


def quote(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
