"""The spine's measurements measure what they say."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.session_ground import Ground
from evals.bench_spine import covered, overhead, scripts
from evals.spine_chats import converse
from evals.spine_questions import TOGETHER, USUAL, WIDE
from ingestion.founding import found
from ingestion.metrics import load_definitions
from ingestion.warehouse import Warehouse
from tools.catalog import TOOLS
from tools.query.served import serve_snapshot


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spine")
    found(Warehouse(folder), "tiny", 7)
    return folder


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: (float(min(ends)), float(max(ends)))), max_size=8))
def test_time_is_covered_once_however_many_tools_ran_in_it(spans: list[tuple[float, float]]) -> None:
    assert covered(spans) == sum(any(start <= second < end for start, end in spans) for second in range(40))


def test_every_tool_about_the_past_is_asked() -> None:
    """Forecasts, advice and documents take time of their own; they have benches of their own."""
    asked = {tool for tool, _ in (*USUAL, *WIDE, *(each for together in TOGETHER for each in together))}
    assert asked == {each.name for each in TOOLS if each.run.__module__.startswith("tools.questions")}


def test_every_turn_is_measured(home: Path, tmp_path: Path) -> None:
    served = serve_snapshot(Warehouse(home).snapshot())
    ground = Ground(served, load_definitions(), served.currency)
    turns = asyncio.run(overhead(ground, tmp_path / "threads.db", scripts([(each,) for each in USUAL[:3]]), 2))
    assert len(turns) == 6
    assert all(0 < turn.processor_ms < 1000 and turn.wall_ms > 0 for turn in turns)


@pytest.mark.parametrize("over_http", [False, True])
def test_chats_hear_everything_that_is_told(home: Path, tmp_path: Path, over_http: bool) -> None:
    (tmp_path / "warehouse").symlink_to(home / "warehouse")
    talk = asyncio.run(converse(tmp_path, scripts([(each,) for each in USUAL[:4]]), 3, 2, over_http))
    assert (len(talk.heard), talk.lost) == (6, 0)
    assert all(run.kinds[0] == "run_started" and run.kinds[-1] == "done" for run in talk.heard)
