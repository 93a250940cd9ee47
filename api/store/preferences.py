"""What a person wants kept between conversations: a few named settings, seen and deleted by that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, select

from api.store.database import Database, put
from api.store.errors import OutOfBounds
from api.store.limits import bounded_text
from api.store.tables import preferences

PreferenceKey = Literal["default_location", "language", "number_format"]
KEYS: tuple[PreferenceKey, ...] = get_args(PreferenceKey)


@dataclass(frozen=True)
class Preference:
    """One thing a person wants kept."""

    owner: str
    key: PreferenceKey
    value: str
    updated_at: datetime


class Preferences:
    """Keep, show and delete preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, owner: str, key: PreferenceKey, value: str) -> Preference:
        """Keep `value`; what was there under this key is replaced."""
        most = self._database.limits.name_characters
        bounded_text("owner", owner, most, least=1)
        bounded_text("preference", value, most, least=1)
        if key not in KEYS:
            raise OutOfBounds("preference key", repr(key), ", ".join(KEYS))
        kept = Preference(owner, key, value, self._database.now())
        with self._database.write() as connection:
            put(connection, preferences, ("owner", "key"), vars(kept))
        return kept

    def of_owner(self, owner: str) -> tuple[Preference, ...]:
        """Everything kept for this person."""
        with self._database.read() as connection:
            rows = connection.execute(select(preferences).where(preferences.c.owner == owner).order_by(preferences.c.key))
            return tuple(Preference(**row._asdict()) for row in rows)

    def delete(self, owner: str, key: PreferenceKey | None = None) -> int:
        """Forget one preference, or all of them; how many there were."""
        chosen = delete(preferences).where(preferences.c.owner == owner)
        with self._database.write() as connection:
            return connection.execute(chosen if key is None else chosen.where(preferences.c.key == key)).rowcount
