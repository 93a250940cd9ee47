"""Servers that the tests of the chat share, and a browser in which nothing outside this machine can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tests.ui.servers import real_server, scripted_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

CHROMIUM = Path("/usr/bin/chromium")
_LOCAL = re.compile(r"(https?://127\.0\.0\.1[:/]|data:|blob:)")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server over the tiny demo company."""
    home = tmp_path_factory.mktemp("chat")
    found(Warehouse(home), "tiny", 7)
    yield from real_server(home, home / "server.log")


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the chat in front of the scripted API."""
    yield from scripted_server(tmp_path_factory.mktemp("scripted") / "server.log")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser for one test: Playwright keeps an event loop running, which no asynchronous test could live beside."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (Debian's package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Window:
    """Windows of one test, with everything they tried to reach outside and every fault of their scripts."""

    browser: Browser
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, address: str, **options: Any) -> Page:
        context = self.browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | options))
        self.contexts.append(context)
        context.route("**/*", self._guard)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector("[data-language]")
        return page

    def _guard(self, route: Route) -> None:
        if _LOCAL.match(route.request.url):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """A test that opens a window asserts, at its end, that nothing outside was tried and no script failed."""
    opened = Window(browser)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.outside == [] and opened.faults == []
