"""The queue: orders there, reports back, nothing but JSON, and a fault that says where."""

from __future__ import annotations

import os
import pickle  # noqa: TID251  # it is what must not be read
import sqlite3
from pathlib import Path

import pytest

from api.work.contract import Order, Report
from api.work.errors import QueueMisconfigured, QueueUnreachable
from api.work.queue import FILE, JsonSerializer, Queue, open_queue
from tests.api.work.conftest import free_port

ORDER = Order(job_id="j1", lease="l1", kind="found_demo", arguments='{"size": "tiny", "seed": 7}')


def work_one(queue: Queue) -> None:
    """What a worker does with the next thing in the queue."""
    queue.huey.execute(queue.huey.dequeue())


def test_an_order_arrives_as_it_was_sent(queue: Queue, queue_url: str | None, own_home: Path) -> None:
    arrived: list[Order] = []
    other = open_queue(queue_url, own_home)
    other.serve(arrived.append)
    queue.send(ORDER)
    assert queue.holds("l1")
    assert not queue.holds("l2")
    work_one(other)
    assert arrived == [ORDER]
    assert not queue.holds("l1")
    assert other.huey.dequeue() is None
    other.close()


def test_only_the_newest_try_at_a_job_is_wanted(queue: Queue) -> None:
    queue.send(ORDER)
    assert queue.wants(ORDER)
    again = ORDER.model_copy(update={"lease": "l2"})
    queue.send(again)
    assert queue.wants(again)
    assert not queue.wants(ORDER)
    queue.forget("j1", "l2")
    assert not queue.wants(again)


def test_reports_are_kept_for_each_try_until_forgotten(queue: Queue) -> None:
    assert queue.report("l1") is None
    first = Report(state="running", progress=0.25, message="Tháng 5: đang dựng", at=1.0)
    queue.tell("l1", first)
    assert queue.report("l1") == first
    assert queue.report("l2") is None
    queue.tell("l1", Report(state="done", progress=1.0, at=2.0))
    assert queue.report("l1") == Report(state="done", progress=1.0, at=2.0)
    queue.forget("j1", "l1")
    assert queue.report("l1") is None


def test_a_worker_shows_that_it_is_there(queue: Queue) -> None:
    assert queue.presence() is None
    queue.show_presence()
    seen = queue.presence()
    assert seen is not None
    assert seen.pid == os.getpid()


def test_a_report_of_another_release_is_as_good_as_none(queue: Queue) -> None:
    queue.huey.storage.put_data("report:l1", b'{"state": "unheard of", "colour": 3}')
    assert queue.report("l1") is None


class Bomb:
    """What unpickling would run."""

    went_off = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return setattr, (Bomb, "went_off", True)


def test_a_pickle_in_the_queue_is_refused_and_never_run(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bomb, "went_off", False)
    queue.huey.storage.enqueue(pickle.dumps(Bomb()))
    with pytest.raises(ValueError):
        queue.huey.dequeue()
    assert not Bomb.went_off
    pickle.loads(pickle.dumps(Bomb()))
    assert Bomb.went_off, "the bomb of this test does not work"


@pytest.mark.parametrize("bytes_there", [b"", b"[]", b'"text"', b'{"id": 1}', b"\xff\xfe", b"{"])
def test_bytes_that_are_no_order_are_refused(bytes_there: bytes) -> None:
    with pytest.raises(ValueError):
        JsonSerializer().deserialize(bytes_there)


def test_nothing_but_orders_is_written() -> None:
    with pytest.raises(TypeError, match="only orders"):
        JsonSerializer().serialize({"a": 1})


@pytest.mark.parametrize("spoil", ["cut", "other"])
def test_a_damaged_file_is_thrown_away(own_home: Path, spoil: str) -> None:
    queue = open_queue(None, own_home)
    for number in range(200):
        queue.send(ORDER.model_copy(update={"lease": f"l{number}"}))
    queue.close()
    path = own_home / FILE
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if spoil == "cut" else b"no database at all" * 500)
    fresh = open_queue(None, own_home)
    assert not fresh.holds("l0")
    fresh.send(ORDER)
    assert fresh.holds("l1")
    fresh.close()


def test_a_locked_file_is_named_and_works_again_afterwards(own_home: Path) -> None:
    queue = open_queue(None, own_home)
    queue.huey.storage._timeout = 0.1
    queue.huey.storage.close()
    other = sqlite3.connect(own_home / FILE)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(QueueUnreachable, match=FILE):
        queue.send(ORDER)
    other.rollback()
    other.close()
    queue.send(ORDER)
    assert queue.holds("l1")
    queue.close()


def test_a_redis_that_is_not_there_is_named_without_its_password() -> None:
    pytest.importorskip("redis", reason="the Python package redis is not installed (./oiis extra redis)")
    queue = open_queue(f"redis://someone:secret@127.0.0.1:{free_port()}/0", Path("unused"))
    with pytest.raises(QueueUnreachable, match=r"redis://127\.0\.0\.1") as caught:
        queue.report("l1")
    assert "secret" not in str(caught.value)


def test_without_the_redis_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huey.storage.ConnectionPool", None)
    with pytest.raises(QueueMisconfigured, match="extra redis") as caught:
        open_queue("redis://someone:secret@127.0.0.1/0", Path("unused"))
    assert "secret" not in str(caught.value)
