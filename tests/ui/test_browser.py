"""The chat in a browser, in front of the real server: outside hosts are blocked, and none is tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

from tests.ui.conftest import Window

if TYPE_CHECKING:
    from playwright.sync_api import Page

RANKING = "{tool: ranking, arguments: {metric: revenue, by: category, n: 5}}"


def ask(page: Page, question: str) -> None:
    """Type a question, hand it in, wait for its answer."""
    before = page.locator("#oi-chat .oi-opinion").count()
    page.fill("#oi-ask textarea", question)
    page.press("#oi-ask textarea", "Enter")
    answered(page, before + 1)


def answered(page: Page, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('#oi-chat .oi-opinion').length >= count", arg=count)


def column(page: Page, place: int) -> list[str]:
    return page.locator(f".oi-block .oi-table tbody tr td:nth-child({place})").all_inner_texts()


def test_a_manager_asks_checks_asks_on_judges_and_comes_back(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    assert "Data as of" in page.inner_text(".oi-status") and page.locator(".oi-example").count() == 3
    ask(page, RANKING)
    assert page.inner_text(".oi-question").endswith(RANKING) and "Highest revenue by category" in page.inner_text(".oi-prose")
    _sees_the_picture_and_sorts_the_table(page)
    _opens_the_steps_and_the_evidence(page)
    _asks_on(page)
    _judges(page, real)
    _changes_the_reading(page)
    page.wait_for_url("**thread=*")
    page.reload()
    answered(page, 3)
    assert "Thank you" in page.inner_text(".oi-opinion >> nth=0") and page.locator(".oi-thread[aria-current]").count() == 1


def _sees_the_picture_and_sorts_the_table(page: Page) -> None:
    page.wait_for_selector(".vega-embed svg.marks")
    assert page.locator(".vega-embed svg.marks .mark-rect path").count() >= 5
    assert "VND" in page.inner_text(".oi-table thead")
    assert page.eval_on_selector(".oi-table td.oi-number", "cell => getComputedStyle(cell).textAlign") == "right"
    names = column(page, 2)
    assert len(names) == 5
    page.click(".oi-table th:nth-child(3) button")
    assert page.get_attribute(".oi-table th:nth-child(3)", "aria-sort") == "descending" and column(page, 2) == names
    page.click(".oi-table th:nth-child(3) button")
    assert page.get_attribute(".oi-table th:nth-child(3)", "aria-sort") == "ascending" and column(page, 2) == names[::-1]
    page.click(".oi-table th:nth-child(2) button")
    page.click(".oi-table th:nth-child(2) button")
    assert column(page, 2) == sorted(names)


def _opens_the_steps_and_the_evidence(page: Page) -> None:
    page.click(".oi-steps summary")
    assert re.search(r"understand.*bi.*ranking.*check", " ".join(page.inner_text(".oi-trail").split()))
    page.click(".oi-evidence > summary")
    assert "SELECT" in page.inner_text(".oi-code code") and "order_lines" in page.inner_text(".oi-evidence")


def _asks_on(page: Page) -> None:
    follow_up = page.inner_text(".oi-chip >> nth=0")
    page.click(".oi-chip >> nth=0")
    answered(page, 2)
    assert page.inner_text(".oi-question >> nth=1").endswith(follow_up)


def _changes_the_reading(page: Page) -> None:
    page.click("[data-act=pieces] >> nth=0")
    page.select_option(".oi-pieces select[name='piece:c1/metric']", "units")
    page.fill(".oi-pieces input[name='piece:c1/n']", "2")
    page.click(".oi-pieces button")
    answered(page, 3)
    assert page.inner_text(".oi-question >> nth=2").endswith("top 2 category by units")
    assert len(page.locator(".oi-block .oi-table >> nth=-1").locator("tbody tr").all()) == 2


def _judges(page: Page, address: str) -> None:
    page.click(".oi-down summary >> nth=0")
    page.check("input[value=wrong_number] >> nth=0")
    page.fill(".oi-down textarea >> nth=0", "<b>too high</b>")
    page.click(".oi-down form button >> nth=0")
    page.wait_for_selector(".oi-opinion [role=status]")
    answer_id = page.get_attribute(".oi-opinion [data-answer] >> nth=0", "data-answer")
    kept = httpx.get(f"{address}/api/v1/answers/{answer_id}/feedback", trust_env=False).json()
    assert (kept["verdict"], kept["reasons"], kept["comment"]) == ("down", ["wrong_number"], "<b>too high</b>")
