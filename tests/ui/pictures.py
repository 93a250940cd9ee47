"""`python -m tests.ui.pictures`: the screenshots of docs/ui.md, taken anew from the real server over the tiny demo company."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tests.ui.servers import ROOT, real_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "vi-VN"}
# In plain words where the engine of this checkout reads them, else as it can read them.
RANKING = ("Which 5 categories sell best by revenue?", "{tool: ranking, arguments: {metric: revenue, by: category, n: 5}}")
TREND = ("Revenue by month", "{tool: trend, arguments: {metrics: [revenue], grain: month}}")


def main() -> None:
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        found(Warehouse(home), "tiny", 7)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for address in real_server(home, home / "server.log"):
            _take(browser, address)
        browser.close()


def _take(browser: Browser, address: str) -> None:
    ranking, trend = _readable(address, RANKING), _readable(address, TREND)
    with_page(browser, address, DESKTOP, "chat-empty.png", lambda page: page.wait_for_selector(".oi-example"))
    with_page(browser, address, DESKTOP, "chat-answer.png", lambda page: _ask(page, ranking))
    with_page(browser, address, DESKTOP, "chat-evidence.png", lambda page: _unfold(page, trend))
    with_page(browser, address, DESKTOP, "chat-reading.png", lambda page: _change(page, ranking))
    with_page(browser, address, PHONE, "chat-phone.png", lambda page: _ask(page, trend))


def with_page(browser: Browser, address: str, options: Mapping[str, object], name: str, act: Callable[[Page], object]) -> None:
    """A picture of the page after an act."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/ui/")
    page.wait_for_selector("[data-language]")
    act(page)
    page.wait_for_timeout(1_200)
    page.screenshot(path=IMAGES / name)
    context.close()


def _readable(address: str, question: tuple[str, str]) -> str:
    """The question in words, when it is answered; else typed."""
    words, typed = question
    with httpx.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=60) as client:
        thread = client.post("/threads", json={}).json()["id"]
        answer = client.post(f"/threads/{thread}/runs", json={"message": words}).json()["answer"]
        client.delete(f"/threads/{thread}")
    return words if answer["status"] == "answered" else typed


def _ask(page: Page, question: str) -> None:
    page.fill("#oi-ask textarea", question)
    page.press("#oi-ask textarea", "Enter")
    page.wait_for_selector(".vega-embed svg.marks")
    page.wait_for_selector(".oi-thread[aria-current]", state="attached")


def _unfold(page: Page, question: str) -> None:
    _ask(page, question)
    page.click(".oi-steps summary")
    page.click(".oi-evidence > summary")
    page.locator(".oi-reading").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.oi-reading').scrollIntoView({ block: 'start' })")


def _change(page: Page, question: str) -> None:
    _ask(page, question)
    page.click("[data-act=pieces]")
    page.wait_for_selector(".oi-pieces")
    page.evaluate("document.querySelector('.oi-reading').scrollIntoView({ block: 'start' })")


if __name__ == "__main__":
    main()
