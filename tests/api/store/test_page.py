"""docs/state.md says what the store is: its parts, their methods, its errors."""

from __future__ import annotations

import re
from pathlib import Path

from api.store import errors
from api.store.open import Store, open_store
from api.store.preferences import KEYS

PAGE = (Path(__file__).parents[3] / "docs" / "state.md").read_text(encoding="utf-8")


def test_the_page_lists_every_part_and_method(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`.*) \|$", PAGE, re.MULTILINE)
    told = {part: set(re.findall(r"`(\w+)`", methods)) - set(KEYS) for part, methods in rows}
    with open_store(tmp_path / "state.db") as store:
        assert told == {name: methods(part) for name, part in vars(store).items() if not name.startswith("_")}
    assert methods(Store) == {"forget", "close"}
    assert "store.forget(owner)" in PAGE


def methods(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_") and callable(getattr(thing, name))}


def test_the_page_gives_every_error_a_status() -> None:
    told = set(re.findall(r"`([A-Z]\w+)`", PAGE.split("| error |")[1].split("##")[0]))
    assert told == {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {"StoreError"}


def test_the_page_names_tests_that_exist() -> None:
    for name in re.findall(r"`(test_\w+\.py)`", PAGE):
        assert (Path(__file__).parent / name).exists(), name
