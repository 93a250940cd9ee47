"""What stands around the conversation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from api.schemas import DataStatus, JobStatus, Preferences, Status, Thread
from tests.ui.answers import EVIL
from tests.ui.reading import read
from ui.labels import labels
from ui.numbers import Locale
from ui.render.sides import draw_preferences, draw_status, draw_threads, draw_welcome
from ui.turn import View

VIEW = View(labels("en"), Locale("en", None, "VND"))
DATA = DataStatus(snapshot="v000001", data_as_of=date(2026, 10, 31), tables=("orders",), currency="VND")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def status(**changed: Any) -> Status:
    fields: dict[str, Any] = {"data": DATA, "brain": "embedded", "version": "1", "examples": ("a", "b", "c", "d")}
    return Status(**(fields | changed))


def test_the_state_is_one_line_and_work_shows_how_far_it_is() -> None:
    job = JobStatus(id="j", kind="found_demo", state="running", progress=0.42, message=EVIL)
    page = read(draw_status(status(data=None, jobs=(job,), brain="openai:gpt"), VIEW))
    assert "no data yet Engine openai:gpt Building the demo company 42% · <script>" in page.text
    assert page.all("progress", value="0.420") and not page.all("script")
    done = read(draw_status(status(jobs=(job.model_copy(update={"state": "done"}),)), VIEW))
    assert done.text == "Data as of 31 Oct 2026 Snapshot v000001 Engine embedded"


def test_failed_work_says_why() -> None:
    job = JobStatus(id="j", kind="load_files", state="failed", progress=0.1, message="disk full")
    page = read(draw_status(status(jobs=(job,)), VIEW))
    assert page.text.endswith("load files failed: disk full") and not page.all("progress")


def test_the_empty_page_offers_three_questions_that_work_or_says_why_not() -> None:
    assert [had["data-text"] for had in read(draw_welcome(status(), VIEW)).all("button")] == ["a", "b", "c"]
    job = JobStatus(id="j", kind="found_demo", state="queued", progress=0)
    assert "being prepared" in read(draw_welcome(status(data=None, jobs=(job,)), VIEW)).text
    nothing = read(draw_welcome(status(data=None), VIEW))
    assert "There is no data yet" in nothing.text and not nothing.all("button")
    assert read(draw_welcome(None, VIEW)).all("h1")


def test_conversations_open_and_are_deleted_after_a_question() -> None:
    threads = (Thread(id="t1", title=EVIL, created_at=NOW, updated_at=NOW), Thread(id="t2", title="", created_at=NOW, updated_at=NOW))
    page = read(draw_threads(threads, "t2", VIEW))
    assert [had["data-thread"] for had in page.all("button", data_act="open")] == ["t1", "t2"]
    assert page.all("button", aria_current="true", data_thread="t2")
    assert all("cannot be undone" in (had["data-confirm"] or "") for had in page.all("button", data_act="delete"))
    assert "Untitled" in page.text and not page.all("script")
    assert read(draw_threads((), "", VIEW)).text == "Nothing asked yet."


def test_what_is_remembered_can_be_seen_and_forgotten() -> None:
    page = read(draw_preferences(Preferences(language="vi", location=EVIL), VIEW))
    assert "Language: Tiếng Việt" in page.text and not page.all("script")
    assert [had["data-name"] for had in page.all("button", data_act="forget")] == ["language", "location"]
    assert read(draw_preferences(Preferences(), VIEW)).text == "Nothing is remembered."
