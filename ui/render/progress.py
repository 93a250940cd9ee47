"""Steps: a line while the run works, a fold once it is done."""

from __future__ import annotations

from collections.abc import Sequence

from api.schemas import Answer
from ui.markup import Markup, element, join_all
from ui.numbers import show_seconds
from ui.prose import to_html
from ui.steps import Progress, Step
from ui.turn import View


def draw_progress(progress: Progress, view: View) -> Markup:
    """What a running question has told so far."""
    words = view.labels("reconnecting") if progress.lost else view.labels("working")
    state = element("p", element("span", class_="oi-pulse", aria_hidden="true"), words, class_="oi-working", role="status")
    text = element("div", to_html(progress.text), class_="oi-prose") if progress.text else None
    return element("div", state, _trail(progress.steps, view), text, class_="oi-live")


def draw_steps(steps: Sequence[Step], answer: Answer, view: View) -> Markup | None:
    """The way an answer was found, in one line that opens."""
    taken = steps or steps_of(answer)
    if not taken:
        return None
    total = answer.timings.get("total")
    time = element("span", view.labels("in_all", time=show_seconds(total)), class_="oi-quiet") if total is not None else None
    summary = element("summary", view.labels("steps"), " ", time)
    troubles = [
        element("p", view.labels("tool_failed", tool=_name(step, view), why=step.why), class_="oi-note") for step in taken if step.why
    ]
    return element("details", summary, _trail(taken, view), *troubles, _cost(answer, view), class_="oi-fold oi-steps")


def steps_of(answer: Answer) -> tuple[Step, ...]:
    """The steps of an answer whose run nobody here watched, from its own timings."""
    agents: set[str] = set(answer.agents)
    steps = [
        Step("agent" if name in agents else "step", name, name, seconds) for name, seconds in answer.timings.items() if name != "total"
    ]
    return (*steps, *(Step("tool", tool, tool, 0.0) for tool in answer.tools))


def _trail(steps: Sequence[Step], view: View) -> Markup:
    return element("ol", join_all(_step(step, view) for step in steps), class_="oi-trail")


def _step(step: Step, view: View) -> Markup:
    running = step.seconds is None
    kinds = ("oi-step", f"oi-{step.kind}", "oi-running" if running else "", "oi-wrong" if step.why else "")
    time = element("span", show_seconds(step.seconds), class_="oi-quiet") if step.seconds else None
    return element("li", _name(step, view), " " if time else None, time, class_=" ".join(filter(None, kinds)))


def _name(step: Step, view: View) -> str:
    return step.name if step.kind == "tool" else view.labels.known(f"{step.kind}_{step.name}", step.name)


def _cost(answer: Answer, view: View) -> Markup:
    """Which engine did it, and what a language model cost."""
    usage = answer.usage
    tokens = usage.input_tokens + usage.output_tokens
    said = (
        f"{view.labels('engine')}: {view.labels(f'engine_{answer.engine}')}",
        usage.model,
        view.labels("tokens", n=f"{tokens:,}") if tokens else "",
        f"{usage.cost_usd:.4f} USD" if usage.cost_usd else "",
    )
    return element("p", " · ".join(part for part in said if part), class_="oi-note")
