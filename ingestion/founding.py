"""A warehouse out of nothing: the demo company as a snapshot like any other."""

from __future__ import annotations

from datetime import UTC, datetime

from ingestion.demo.company import COMPANY_NAME, CURRENCY, TIMEZONE, Size, build_demo
from ingestion.load import room
from ingestion.progress import Progress, silent
from ingestion.warehouse import TRUTH, Card, Company, LoadRecord, Warehouse, business_date, count_rows, open_draft, write_card


def found(warehouse: Warehouse, size: Size, seed: int, wait_seconds: float = 0.0, progress: Progress = silent) -> Card:
    """Build the demo company and serve it; the same seed and size give the same rows."""
    with room(warehouse), warehouse.versions.building(wait_seconds) as draft:
        with open_draft(draft) as connection:
            build_demo(connection, draft.path / TRUTH, size, seed, progress)
            rows = count_rows(connection)
            total = sum(rows.values())
            record = LoadRecord(
                source=f"demo company, size {size}, seed {seed}",
                fingerprint=f"demo-{size}-{seed}",
                loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
                read=total,
                accepted=total,
                rejected=0,
            )
            company = Company(name=COMPANY_NAME, timezone=TIMEZONE, currency=CURRENCY)
            card = Card(company=company, as_of=business_date(connection, TIMEZONE), rows=rows, loads=(record,))
        progress("publishing", None)
        write_card(draft, card)
        draft.keep()
    return card
