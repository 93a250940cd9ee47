"""A question that takes too long ends in time, says what to narrow, and leaves its connection fit for the next."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.tools.query.postgres import binaries, running_server
from tests.tools.query.shop import AS_OF, ZONE, Shop, write_shop
from tools.errors import CannotDo
from tools.query.contract import MAX_SECONDS, QueryContext
from tools.query.deadline import OutOfTime, Watch
from tools.query.operators.basket import Basket
from tools.query.operators.value import Value
from tools.query.publish import publish
from tools.query.run import open_database, open_url, run_query
from tools.query.source import Source

LIMIT_SECONDS, GRACE_SECONDS = 0.4, 6.0
LINES_PER_ORDER = 15_000
ENDLESS = "SELECT COUNT(*) FROM GENERATE_SERIES(1, 200000) AS a(x) CROSS JOIN GENERATE_SERIES(1, 200000) AS b(y) WHERE x <> y"
CONTEXT = QueryContext(as_of=AS_OF, timezone=ZONE, max_seconds=LIMIT_SECONDS)


@pytest.fixture(scope="module")
def heavy(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose few orders hold thousands of products each: every pair of them is too much to count."""
    names = [f"Q{number}" for number in range(LINES_PER_ORDER)]
    products = pd.DataFrame({"product_id": names, "name": names}).reindex(columns=shop["products"].columns)
    orders = shop["orders"].tail(3).assign(status="paid")
    line = pd.DataFrame({"line_no": range(LINES_PER_ORDER), "product_id": names})
    lines = pd.concat([line.assign(order_id=order) for order in orders["order_id"]])
    lines = lines.assign(quantity=1, unit_price=1.0, discount_rate=0.0, net_amount=1.0, unit_cost=0.5, promotion_id=None)
    frames = {"products": products, "orders": orders, "order_lines": lines}
    return write_shop(Shop(frames), tmp_path_factory.mktemp("heavy") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def embedded(heavy: Path) -> Iterator[Source]:
    engine = open_database(heavy)
    yield Source(engine, "heavy")
    engine.dispose()


@pytest.fixture(scope="module")
def server(heavy: Path) -> Iterator[Source]:
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): its time limit is not checked")
    with tempfile.TemporaryDirectory(prefix="oiis-postgres-") as name:
        Path(name).chmod(0o755)
        with running_server(Path(name)) as url:
            publish(heavy, url)
            engine = open_url(url)
            yield Source(engine, "heavy")
            engine.dispose()


@pytest.fixture(params=["embedded", "server"])
def source(request: pytest.FixtureRequest) -> Source:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Source)
    return found


def test_a_question_that_takes_too_long_says_what_to_narrow(source: Source) -> None:
    start = time.monotonic()
    with pytest.raises(CannotDo) as refused:
        run_query(Basket(at_least=1), CONTEXT, source)
    assert time.monotonic() - start < LIMIT_SECONDS + GRACE_SECONDS
    text = str(refused.value)
    assert "took longer than 0.4 s" in text and "order_lines" in text and str(AS_OF) in text
    assert "shorter period" in refused.value.remedy and "filters" in refused.value.remedy


def test_the_next_question_is_answered(source: Source) -> None:
    for _ in range(3):
        with pytest.raises(OutOfTime):
            source.fetch(ENDLESS, seconds=0.1)
        assert source.fetch("SELECT 41 + 1") == [(42,)]
        assert run_query(Value(metrics=("lines",)), CONTEXT, source).rows == ((3 * LINES_PER_ORDER,),)


def test_only_the_late_one_is_stopped(source: Source) -> None:
    """Several at once, each with its own limit: quick ones and patient ones are left alone."""
    outcomes: dict[int, str] = {}

    def ask(number: int) -> None:
        try:
            if number % 2:
                source.fetch(ENDLESS, seconds=0.2 + number / 20)
            else:
                source.fetch("SELECT COUNT(*) FROM GENERATE_SERIES(1, 1000000) AS a(x)", seconds=MAX_SECONDS)
            outcomes[number] = "answered"
        except OutOfTime:
            outcomes[number] = "stopped"

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert outcomes == {number: "stopped" if number % 2 else "answered" for number in range(6)}


def test_other_errors_stay_what_they_are(source: Source) -> None:
    with pytest.raises(Exception, match="no_such_table") as found:
        source.fetch("SELECT * FROM no_such_table", seconds=5)
    assert not isinstance(found.value, CannotDo)


def test_a_statement_that_is_over_is_never_stopped() -> None:
    watch, told, over = Watch(), list[str](), list[bool]()
    with watch.limit(0.05, lambda: told.append("too late") if over else None):
        pass
    over.append(True)
    with watch.limit(60, lambda: told.append("patient")) as patient:
        with watch.limit(0.05, lambda: told.append("late")) as late:
            assert _soon(lambda: told.count("late") >= 3)  # told again until it heeds
        heard = len(told)
        time.sleep(0.2)
        assert late.stopped and not patient.stopped
    assert set(told) == {"late"} and len(told) == heard


def test_the_thread_ends_when_nothing_runs() -> None:
    watch = Watch()
    for _ in range(3):
        with watch.limit(0.05, lambda: None):
            assert watch.watching
        assert _soon(lambda: not watch.watching)


def _soon(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes true on a machine that may be busy."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_a_limit_is_some_time() -> None:
    assert QueryContext(as_of=AS_OF).max_seconds == MAX_SECONDS == 20.0
    with pytest.raises(ValueError, match="max_seconds"):
        replace(CONTEXT, max_seconds=0)


def test_duckdb_forgets_an_interrupt_that_came_too_late() -> None:
    """What makes it safe to hand a connection on: told to stop between two statements, it runs the next one."""
    with duckdb.connect() as connection:
        connection.interrupt()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
