"""The dispatcher that an installation gets, and when it asks for the demo company."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.store.open import Store
from api.work.errors import QueueMisconfigured
from api.work.open import first_work, open_dispatcher
from ingestion.warehouse import Card, Warehouse, open_draft, write_card
from settings import Settings, read_settings


def chosen(**values: object) -> Settings:
    return read_settings().model_copy(update=values)


def test_an_empty_home_wants_the_demo_company_that_was_chosen(own_home: Path) -> None:
    assert first_work(chosen(demo="tiny")) == '{"size":"tiny","seed":7}'
    assert first_work(chosen(demo="none")) is None
    assert first_work(chosen(warehouse_url="postgresql://host/shop")) is None


def test_a_home_with_data_or_damaged_data_wants_none(own_home: Path) -> None:
    warehouse = Warehouse(own_home)
    with warehouse.versions.building() as draft:
        with open_draft(draft):
            write_card(draft, Card())
        draft.keep()
    assert first_work(chosen()) is None
    (own_home / "warehouse" / "CURRENT").write_text("v000009\n", encoding="utf-8")
    assert first_work(chosen()) is None


def test_opening_asks_at_once_so_that_the_worker_may_begin(store: Store, own_home: Path) -> None:
    dispatcher = open_dispatcher(chosen(demo="tiny"), store)
    assert [(view.kind, view.state) for view in dispatcher.board()[:1]] == [("found_demo", "queued")]
    assert len(store.jobs.with_status("queued", kind="found_demo")) == 1


def test_a_queue_that_cannot_be_used_stops_the_start(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huey.storage.ConnectionPool", None)
    with pytest.raises(QueueMisconfigured):
        open_dispatcher(chosen(queue_url="redis://127.0.0.1/0"), store)
