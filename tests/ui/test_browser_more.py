"""More of the chat in a browser, in front of the real server: files, phones, keys, wishes, nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tests.ui.conftest import Window
from tests.ui.servers import free_port, real_server, running
from tests.ui.test_browser import RANKING, answered, ask

pytestmark = pytest.mark.slow
VALUE = "{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month}}}"


def test_a_conversation_is_found_again_and_deleted_after_a_question(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    ask(page, VALUE)
    page.wait_for_url("**thread=*")
    page.wait_for_selector(".oi-thread[aria-current]")
    page.reload()
    answered(page, 1)
    page.click("#oi-new")
    page.wait_for_selector(".oi-example")
    assert "thread=" not in page.url
    page.click(".oi-thread >> nth=0")
    answered(page, 1)
    threads = page.locator(".oi-threads li").count()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click(".oi-bin >> nth=0")
    assert page.locator(".oi-threads li").count() == threads
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".oi-bin >> nth=0")
    page.wait_for_selector(".oi-example")
    assert page.locator(".oi-threads li").count() == threads - 1


def test_an_answer_is_taken_away_as_a_file(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    ask(page, RANKING)
    with page.expect_download() as download:
        page.click(".oi-export a >> nth=0")
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert download.value.suggested_filename.endswith(".csv") and len(lines) >= 6 and "revenue" in lines[0].lower()


def test_a_phone_shows_everything_without_sideways_scrolling(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/", viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, device_scale_factor=2)
    page.wait_for_selector("#oi-side:not(.open)")
    ask(page, RANKING)
    page.wait_for_selector(".vega-embed svg.marks")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('.vega-embed svg.marks').getBoundingClientRect().width") > 240
    composer = page.locator("#oi-composer").bounding_box()
    assert composer is not None and composer["y"] + composer["height"] <= 741
    page.evaluate("window.scrollTo(0, 0)")
    again = page.locator("#oi-composer").bounding_box()
    assert again is not None and again["y"] + again["height"] <= 741


def test_the_keyboard_is_enough(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    page.focus("#oi-ask textarea")
    page.keyboard.type(RANKING)
    page.keyboard.press("Enter")
    answered(page, 1)
    for selector in (".oi-table th button", ".oi-chip", ".oi-evidence > summary", ".oi-export a", "[data-verdict=up]", ".oi-down summary"):
        page.focus(selector)
        assert page.evaluate("selector => document.activeElement.matches(selector)", selector)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or selector.startswith("[")
    page.focus(".oi-evidence > summary")
    page.keyboard.press("Enter")
    assert page.is_visible(".oi-code code")
    page.focus("[data-verdict=up]")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-verdict=up][aria-pressed=true]")


def test_what_cannot_be_read_is_answered_in_words(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    for question in ("<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>", "'; DROP TABLE orders; --", "🙂" * 300):
        ask(page, question)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#oi-chat .oi-opinion").count() == 3 and "Traceback" not in page.content()
    page.press("#oi-ask textarea", "Enter")
    page.wait_for_selector(".oi-trouble")
    assert "Type a question first." in page.inner_text("#oi-notice")


def test_wishes_change_the_page_at_once_and_can_be_forgotten(real: str, window: Window) -> None:
    page = window.open(f"{real}/ui/")
    page.click("#oi-preferences .label-wrap")
    page.click("#oi-language input")
    page.click("[role=option]:has-text('Tiếng Việt')")
    page.click("#oi-save")
    page.wait_for_function("document.documentElement.lang === 'vi'")
    assert page.inner_text("#oi-send") == "Hỏi" and "Dữ liệu đến ngày" in page.inner_text(".oi-status")
    page.click(".oi-remembered .oi-bin")
    page.wait_for_function("document.documentElement.lang === 'en'")
    assert page.inner_text("#oi-send") == "Ask" and page.locator(".oi-remembered li").count() == 0


def test_behind_an_access_key_the_chat_asks_as_the_person_who_logged_in(tmp_path: Path, window: Window) -> None:
    key = "a-key-of-sixteen-or-more"
    found(Warehouse(tmp_path), "tiny", 7)
    for address in real_server(tmp_path, tmp_path / "server.log", OIIS_ACCESS_KEY=key):
        context = window.browser.new_context()
        window.contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/ui/")
        assert "/login" in page.url
        page.fill("input[name=access_key]", key)
        page.click("button")
        page.wait_for_selector(".oi-example")
        ask(page, RANKING)
        context.clear_cookies()
        page.fill("#oi-ask textarea", RANKING)
        page.press("#oi-ask textarea", "Enter")
        page.wait_for_timeout(1_500)
        assert page.locator("#oi-chat .oi-opinion").count() == 1


def test_a_page_outlives_the_server_it_came_from(tmp_path: Path, window: Window) -> None:
    found(Warehouse(tmp_path), "tiny", 7)
    port, log = free_port(), tmp_path / "server.log"
    settings = {"OIIS_HOME": str(tmp_path), "OIIS_PORT": str(port), "OIIS_DEMO": "none"}
    with running(["api.serve"], port, log, **settings) as address:
        page = window.open(f"{address}/ui/")
        ask(page, RANKING)
        page.wait_for_url("**thread=*")
    with running(["api.serve"], port, log, **settings):
        page.wait_for_timeout(7_000)
        ask(page, VALUE)
        answered(page, 2)
        assert page.locator(".oi-question").count() == 2 and "thread=" in page.url
