"""A live database brought up to date: extract what is new, then the same road as any file."""

from __future__ import annotations

from ingestion.databases import display, extract
from ingestion.load import LoadRequest, build, room
from ingestion.mapping import LoadMap
from ingestion.matching import Batch
from ingestion.progress import Progress, silent
from ingestion.readers.reading import content_hash
from ingestion.report import LoadReport
from ingestion.staging import fingerprint
from ingestion.warehouse import Warehouse


def sync(warehouse: Warehouse, url: str, load_map: LoadMap | None, request: LoadRequest, progress: Progress = silent) -> LoadReport:
    """Everything the database has that the warehouse has not; `request.again` starts from the beginning."""
    with room(warehouse), warehouse.versions.building(request.wait_seconds) as draft:
        old = warehouse.find()
        marks = dict(old.card.watermarks) if old and not request.again else {}
        into = draft.scratch / "tables"
        into.mkdir()
        taken = extract(url, load_map, marks, into, progress)
        tables = tuple((raw, fingerprint(content_hash(raw.path), display(url))) for raw in taken.tables if raw.rows)
        batch = Batch(tables, taken.load_map, optional=taken.load_map is None, watermarks=taken.watermarks)
        return build(warehouse, draft, batch, request, progress)
