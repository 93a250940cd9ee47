"""What an index version says it was made of, read without opening it."""

from __future__ import annotations

import json
from pathlib import Path

from ingestion.errors import NoWarehouse
from ingestion.versions import Versions

CARD, FORMAT = "card.json", 4


def indexed_state(root: Path) -> str:
    """The state of the library that the current index holds; empty when it holds none, is of another form or cannot be read."""
    try:
        version = Versions(root).current()
        told = json.loads((version.path / CARD).read_text(encoding="utf-8")) if version else {}
    except (NoWarehouse, OSError, ValueError):
        return ""
    return str(told.get("state", "")) if isinstance(told, dict) and told.get("format") == FORMAT else ""
