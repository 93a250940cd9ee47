"""The store as the assistant sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from api.blocking import beside

if TYPE_CHECKING:
    from agents.memory import Preferences
    from api.store.preferences import Preference, PreferenceKey
    from api.store.preferences import Preferences as Kept

# What the assistant calls a wish, and what the store calls it.
STORED_NAMES: dict[str, PreferenceKey] = {"language": "language", "location": "default_location", "number_format": "number_format"}


class KeptPreferences:
    """What people wished for good, read anew for every turn."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def preferences(self, caller: str) -> Preferences:
        return as_wishes(await beside(self._kept.of_owner, caller))


def as_wishes(rows: tuple[Preference, ...]) -> Preferences:
    """Rows of the store as the assistant's own type; a value of another release that means nothing here is no wish."""
    from agents.memory import Preferences

    by_key = {row.key: row.value for row in rows}
    wishes = Preferences()
    for name, key in STORED_NAMES.items():
        try:
            wishes = Preferences.model_validate({**wishes.model_dump(), name: by_key.get(key)})
        except ValidationError:
            continue
    return wishes
