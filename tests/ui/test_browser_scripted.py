"""The chat in a browser in front of a scripted API: runs that take their time, hostile names, decisions, questions asked back."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Window
from tests.ui.test_browser import answered, ask

pytestmark = pytest.mark.slow


def test_steps_are_seen_while_a_run_goes_on_and_it_can_be_stopped(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/")
    page.fill("#oi-ask textarea", "slow")
    page.click("#oi-send")
    page.wait_for_selector("#oi-live-run .oi-running")
    assert "understand" in page.inner_text("#oi-live-run") and page.is_hidden("#oi-send")
    page.fill("#oi-ask textarea", "at once")
    page.press("#oi-ask textarea", "Enter")
    page.wait_for_selector(".oi-trouble")
    assert "still being answered" in page.inner_text("#oi-notice")
    page.wait_for_function("document.querySelector('#oi-ask textarea').value === 'at once'")
    page.click("#oi-stop")
    answered(page, 1)
    assert "Stopped." in page.inner_text(".oi-status-word") and page.is_visible("#oi-send")


def test_a_page_loaded_again_goes_on_watching_its_run(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/")
    page.fill("#oi-ask textarea", "slow")
    page.press("#oi-ask textarea", "Enter")
    page.wait_for_selector("#oi-live-run .oi-running")
    page.wait_for_url("**thread=*")
    page.reload()
    page.wait_for_selector("#oi-live-run .oi-running")
    assert page.inner_text(".oi-question").endswith("slow")
    page.click("#oi-stop")
    answered(page, 1)


@pytest.mark.parametrize("locale", ["en-US", "vi-VN"])
def test_hostile_names_stay_text(scripted: str, window: Window, locale: str) -> None:
    page = window.open(f"{scripted}/ui/", locale=locale)
    ask(page, "hostile")
    page.wait_for_selector(".vega-embed svg.marks")
    page.hover(".vega-embed svg.marks .mark-rect path >> nth=0")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#oi-chat img, #oi-chat script, #oi-chat iframe").count() == 0
    assert "<script>window.hacked=1</script>" in page.inner_text("#oi-chat")
    page.wait_for_selector(".oi-thread[aria-current]")


def test_a_question_asked_back_is_answered_with_one_press(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/")
    ask(page, "ask back")
    assert page.inner_text(".oi-status-word") == "One question first"
    page.click(".oi-main .oi-chip >> nth=0")
    answered(page, 2)
    assert page.inner_text(".oi-question >> nth=1").endswith("at once")


def test_nothing_is_done_before_a_person_approves(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/")
    ask(page, "propose")
    assert "Order 5 units." in page.inner_text(".oi-proposal") and "Nothing is done before" in page.inner_text(".oi-proposal")
    page.click("[data-approved=yes]")
    page.wait_for_selector(".oi-prose:has-text('Ordered.')")
    assert page.locator("[data-act=verdict]").count() == 0 and "approved" in page.inner_text(".oi-proposal")


def test_the_page_speaks_the_language_of_the_browser(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/", locale="vi-VN")
    page.wait_for_function("document.documentElement.lang === 'vi'")
    assert page.inner_text("#oi-send") == "Hỏi" and "Ví dụ" in page.inner_text(".oi-welcome")
    ask(page, "at once")
    assert "683.822.345" in page.inner_text(".oi-table") and "Bằng chứng" in page.inner_text(".oi-evidence > summary")


def test_looking_how_things_stand_takes_the_focus_from_nobody(scripted: str, window: Window) -> None:
    page = window.open(f"{scripted}/ui/")
    page.focus(".oi-example >> nth=1")
    page.wait_for_timeout(6_000)
    assert page.evaluate("document.activeElement.matches('.oi-example')")


def test_an_answer_opened_folded_or_played_stays_so_when_another_one_comes(scripted: str, window: Window) -> None:
    """What a person opened is theirs: a new answer redraws nothing above it."""
    page = window.open(f"{scripted}/ui/")
    ask(page, "at once")
    page.wait_for_selector(".vega-embed svg.marks")
    page.click(".oi-evidence > summary")
    page.evaluate("document.querySelector('.vega-embed').dataset.seen = '1'")
    ask(page, "ask back")
    assert page.get_attribute(".oi-evidence >> nth=0", "open") is not None
    assert page.get_attribute(".vega-embed >> nth=0", "data-seen") == "1"
