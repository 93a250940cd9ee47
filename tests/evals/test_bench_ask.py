"""The ask benchmark, small."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.bench_ask import bench_ask, build_shop
from evals.bench_ask_child import shop


@pytest.mark.slow
def test_it_measures_one_size_in_a_process_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    (measured,) = bench_ask(sizes=(500,), brain="keyword", judged=False, lines=5_000)
    assert measured.questions > 100
    assert measured.heavy == ()
    assert 0 < measured.planner_p50 <= measured.planner_p95 < measured.total_p95
    assert 50 < measured.peak_mb < 1_200
    assert "500" in capsys.readouterr().out


@pytest.mark.slow
def test_the_made_up_shop_has_as_many_names_as_products(tmp_path: Path) -> None:
    company = shop(build_shop(tmp_path / "shop.duckdb", 2_000, 5_000), 2_000)
    assert len(set(company.members("product"))) == len(company.members("product")) > 1_000
    assert len(company.members("sku")) == len(company.members("product"))
