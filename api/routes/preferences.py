"""What you want in every conversation: seen, changed and deleted by you."""

from __future__ import annotations

from fastapi import APIRouter

from api import schemas
from api.identity import Identity
from api.ports import STORED_NAMES, as_wishes
from api.reach import House

router = APIRouter(prefix="/preferences", tags=["preferences"])


@router.get("")
def read_preferences(house: House, caller: Identity) -> schemas.Preferences:
    """Everything that is kept about your wishes."""
    wishes = as_wishes(house.store.preferences.of_owner(caller.name))
    return schemas.Preferences(language=wishes.language, location=wishes.location, number_format=wishes.number_format)


@router.patch("")
def change_preferences(house: House, caller: Identity, changes: schemas.Preferences) -> schemas.Preferences:
    """Change some wishes: a value sets one, null deletes it, what is left out stays."""
    for name in changes.model_fields_set:
        value = getattr(changes, name)
        if value:
            house.store.preferences.set(caller.name, STORED_NAMES[name], value)
        else:
            house.store.preferences.delete(caller.name, STORED_NAMES[name])
    return read_preferences(house, caller)


@router.delete("", status_code=204)
def delete_preferences(house: House, caller: Identity) -> None:
    """Forget all wishes."""
    house.store.preferences.delete(caller.name)


@router.delete("/{name}", status_code=204)
def delete_preference(house: House, caller: Identity, name: schemas.PreferenceName) -> None:
    """Forget one wish; one that was never made is forgotten already."""
    house.store.preferences.delete(caller.name, STORED_NAMES[name])
