"""Steps while a run works, and afterwards."""

from __future__ import annotations

from functools import reduce

from tests.ui.answers import EVIL, answer, told
from tests.ui.reading import read
from ui.labels import labels
from ui.numbers import Locale
from ui.render.progress import draw_progress, draw_steps, steps_of
from ui.steps import Progress, Step
from ui.turn import View

VIEW = View(labels("en"), Locale())


def test_a_run_shows_its_steps_with_times_and_its_text_as_it_comes() -> None:
    events = told(answer())
    early = read(draw_progress(reduce(Progress.after, events[:5], Progress()), VIEW))
    assert early.text == "Working understand 1 ms bi metric_value"
    assert len(early.all("li", class_="oi-running")) == 2
    late = read(draw_progress(reduce(Progress.after, events[:9], Progress()), VIEW))
    assert late.text == "Working understand 1 ms bi 20 ms metric_value 12 ms Revenue: 5 VND" and not late.all("li", class_="oi-running")


def test_a_lost_connection_is_said() -> None:
    assert "Taking it up again" in read(draw_progress(Progress(lost=True), VIEW)).text


def test_afterwards_the_way_is_a_fold_with_what_it_took_and_cost() -> None:
    usage = {"model": "openai:gpt", "input_tokens": 1000, "output_tokens": 234, "calls": 2, "cost_usd": 0.0123}
    steps = (Step("step", "understand", "a", 0.1), Step("tool", "ranking", "b", 0.2, EVIL))
    drawn = draw_steps(steps, answer(engine="llm", usage=usage), VIEW)
    assert drawn is not None
    page = read(drawn)
    assert page.text.startswith("How it was worked out 430 ms in all understand 100 ms ranking 200 ms ranking: <script>")
    assert page.text.endswith("Engine: language model · openai:gpt · 1,234 tokens · 0.0123 USD") and not page.all("script")


def test_of_a_run_nobody_watched_the_answer_tells() -> None:
    assert [(step.kind, step.name) for step in steps_of(answer())] == [("step", "understand"), ("agent", "bi"), ("tool", "ranking")]
    assert draw_steps((), answer(timings={}, tools=()), VIEW) is None
