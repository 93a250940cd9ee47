"""The suppliers, products and places that documents may be about, as the warehouse knows them."""

from __future__ import annotations

from pathlib import Path

from ingestion.warehouse import Warehouse, open_readonly
from knowledge.contract import Entity, EntityKind

MOST = 100_000
# Private customers are left out: a document is not filed under a person's name because it stands in it.
_NAMED: tuple[tuple[EntityKind, str, str], ...] = (
    ("supplier", "suppliers", "SELECT supplier_id, name FROM suppliers"),
    ("product", "products", "SELECT product_id, name FROM products UNION SELECT product_id, sku FROM products"),
    ("category", "products", "SELECT DISTINCT category, category FROM products"),
    ("location", "locations", "SELECT location_id, name FROM locations"),
    ("carrier", "shipments", "SELECT DISTINCT carrier, carrier FROM shipments"),
    ("customer", "customers", "SELECT customer_id, name FROM customers WHERE kind = 'business'"),
)


def known_entities(home: Path) -> tuple[Entity, ...]:
    """Those of the current snapshot under a home; none when nothing was loaded."""
    snapshot = Warehouse(home).find()
    if snapshot is None:
        return ()
    found: list[Entity] = []
    with open_readonly(snapshot.database, threads=1) as connection:
        there = {str(row[0]) for row in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        for kind, table, query in _NAMED:
            if table in there:
                rows = connection.execute(
                    f"SELECT * FROM ({query}) t(id, name) WHERE id <> '' AND name <> '' ORDER BY id, name LIMIT {MOST}"
                )
                found += [Entity(kind=kind, id=str(identifier), name=str(name)) for identifier, name in rows.fetchall()]
    return tuple(found)
