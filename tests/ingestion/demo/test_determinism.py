"""The same seed and size give the same company; anything else gives another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

from ingestion.demo.company import COMPANY_NAME, CURRENCY, TIMEZONE, build_demo
from ingestion.demo.seeds import Seeds
from ingestion.schema import TABLE_NAMES
from tests.ingestion.demo.building import Built, build, content_hash, truth_tables

ROOT = Path(__file__).parents[3]
IN_ANOTHER_PROCESS = """
import json, sys
from pathlib import Path
from tests.ingestion.demo.building import build, content_hash, truth_tables
built = build(Path(sys.argv[1]), "tiny")
print(json.dumps(content_hash(built.connection, [*sys.argv[2].split(), *truth_tables(built)])))
"""


def test_same_seed_gives_the_same_content_in_another_process(tiny: Built, tmp_path: Path) -> None:
    """With another hash seed and one thread only, so neither the order of sets nor threads matter."""
    here = content_hash(tiny.connection, [*TABLE_NAMES, *truth_tables(tiny)])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "1"}
    there = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, str(tmp_path), " ".join(TABLE_NAMES)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    assert json.loads(there.stdout) == here


def test_another_seed_gives_another_company(tiny: Built, tmp_path: Path) -> None:
    other = build(tmp_path, "tiny", seed=8)
    mine, theirs = content_hash(tiny.connection, list(TABLE_NAMES)), content_hash(other.connection, list(TABLE_NAMES))
    other.connection.close()
    # Places do not move with the seed; the rest of the company does.
    assert [name for name in TABLE_NAMES if mine[name] == theirs[name]] in (["suppliers", "locations"], ["locations"])


def test_contract_database_holds_only_the_contract(tiny: Built) -> None:
    rows = tiny.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory'")
    assert {name for (name,) in rows} == set(TABLE_NAMES)
    assert tiny.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal") == []


def test_topics_do_not_disturb_each_other() -> None:
    one, two = Seeds(7), Seeds(7)
    two.topic("prices").random(1_000)
    assert np.array_equal(one.topic("customers").random(5), two.topic("customers").random(5))
    assert not np.array_equal(one.topic("customers").random(5), one.topic("prices").random(5))
    assert not np.array_equal(Seeds(7).topic("customers").random(5), Seeds(8).topic("customers").random(5))


def test_truth_says_what_company_it_is(tiny: Built) -> None:
    assert tiny.rows("SELECT name, timezone, currency FROM truth.company") == [(COMPANY_NAME, TIMEZONE, CURRENCY)]


def test_unknown_size_is_told_what_exists(tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(ValueError, match="tiny, demo, large"):
        build_demo(connection, tmp_path / "truth.duckdb", "huge")  # type: ignore[arg-type]


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    from ingestion.schema import TABLES, ddl

    seen: list[float | None] = []
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(ddl(table))
        build_demo(connection, tmp_path / "truth.duckdb", "tiny", progress=lambda _stage, done: seen.append(done))
    known = [done for done in seen if done is not None]
    assert known == sorted(known) and known[-1] == 1.0 and len(known) >= 8
