"""A turn as the page shows it: the question, and the answer with everything it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from api.schemas import Answer, Clarification, Fact
from ui.markup import Markup, element, join, join_all
from ui.numbers import show
from ui.prose import to_html
from ui.render.chart import Picture, draw_chart
from ui.render.evidence import draw_evidence, show_period
from ui.render.progress import draw_steps
from ui.render.reading import draw_reading
from ui.render.replies import draw_export, draw_opinion, draw_proposals, draw_questions
from ui.render.sides import draw_trouble
from ui.render.table import draw_table
from ui.turn import Turn, View, said_of

Part = Markup | Picture


@dataclass(frozen=True)
class Message:
    """One message of the conversation."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


def draw_conversation(turns: tuple[Turn, ...], earlier: int, view: View) -> tuple[Message, ...]:
    """Every turn, the oldest first."""
    note = Message("assistant", (element("p", view.labels("earlier_turns", n=earlier), class_="oi-note"),))
    drawn = tuple(message for turn in turns for message in draw_turn(turn, view))
    return (note, *drawn) if earlier else drawn


def draw_turn(turn: Turn, view: View) -> tuple[Message, ...]:
    """The question, and what came of it when something did."""
    question = Message("user", (_question(turn.question, view),))
    parts = _reply(turn, view)
    return (question, Message("assistant", parts)) if parts else (question,)


def _question(text: str, view: View) -> Markup:
    said = element("span", view.labels("you"), ": ", class_="oi-unseen")
    return element("h2", said, said_of(text), class_="oi-question", tabindex=-1)


def _reply(turn: Turn, view: View) -> tuple[Part, ...]:
    trouble = draw_trouble(turn.trouble, view) if turn.trouble else None
    if turn.answer is not None:
        return (*_answer(turn, turn.answer, view), *((trouble,) if trouble else ()))
    text = element("div", to_html(turn.text), class_="oi-prose") if turn.text else None
    said = join(text, trouble)
    return (said,) if said else ()


def _answer(turn: Turn, answer: Answer, view: View) -> tuple[Part, ...]:
    head = join(_status(turn, answer, view), element("div", to_html(_without_reading(answer)), class_="oi-prose"))
    clarify = answer.clarification
    tail = join(
        draw_questions(view.labels("options"), clarify.options, main=True, figures=_figures(clarify)) if clarify else None,
        draw_proposals(turn, view),
        draw_reading(turn, answer, view),
        draw_questions(view.labels("follow_ups"), answer.follow_ups),
        draw_steps(turn.steps, answer, view),
        draw_evidence(answer, view),
        element("div", draw_export(answer, view), draw_opinion(turn, answer, view), class_="oi-foot"),
    )
    return _merged((head, *_blocks(answer, view), tail))


def _figures(clarify: Clarification) -> dict[str, str]:
    """What each option comes to, as it is written."""
    return {each.option: each.text for each in clarify.figures}


def _merged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Neighbouring markup as one piece, so that the page holds as few parts as it can."""
    merged: list[Part] = []
    for part in parts:
        if merged and isinstance(part, Markup) and isinstance(merged[-1], Markup):
            merged[-1] = join(merged[-1], part)
        else:
            merged.append(part)
    return tuple(merged)


def _status(turn: Turn, answer: Answer, view: View) -> Markup | None:
    word = view.labels("cancelled") if turn.cancelled else view.labels(f"status_{answer.status}")
    return element("p", word, class_=f"oi-status-word oi-is-{answer.status}") if turn.cancelled or answer.status != "answered" else None


def _without_reading(answer: Answer) -> str:
    """The text without its last line when that is the interpretation, which has a place of its own."""
    reading = answer.interpretation.text if answer.interpretation else ""
    return answer.text.removesuffix(reading).rstrip() if reading and answer.text.strip() != reading else answer.text


def _blocks(answer: Answer, view: View) -> tuple[Part, ...]:
    facts = {fact.id: fact for fact in answer.facts}
    parts: list[Part] = []
    for block in answer.blocks:
        if block.kind == "kpi":
            parts.append(_kpis(block.title, [facts[id] for id in block.fact_ids if id in facts], view))
        elif block.kind == "table":
            said = any(other.kind == "chart" and other.title == block.title for other in answer.blocks)
            parts.append(draw_table(block.title, block.columns, block.rows, block.truncated, view, title_said=said))
        elif block.kind == "chart":
            parts.extend(_chart(block.title, block.spec, view))
        elif block.kind == "document":
            parts.append(_document(block.title, block.evidence_id, answer))
        elif block.kind == "report":
            parts.append(element("section", element("h3", block.title), to_html(block.text), class_="oi-prose oi-block"))
    return tuple(parts)


def _kpis(title: str, facts: list[Fact], view: View) -> Markup:
    cards = (
        element(
            "div",
            element("dt", " · ".join(filter(None, (fact.name.replace("_", " "), fact.entity)))),
            element("dd", show(fact.value, fact.unit, view.locale)),
            element("dd", show_period(fact, view.locale), class_="oi-quiet"),
            class_="oi-kpi",
        )
        for fact in facts
    )
    return element("dl", join_all(cards), class_="oi-kpis", aria_label=title)


def _chart(title: str, spec: dict[str, object], view: View) -> tuple[Part, ...]:
    picture = draw_chart(title, spec)
    heading = element("h3", title, class_="oi-chart-title")
    return (heading, picture) if picture else (heading, element("p", view.labels("chart_refused"), class_="oi-note"))


def _document(title: str, evidence_id: str, answer: Answer) -> Markup:
    quoted = next((each for each in answer.evidence if each.id == evidence_id and each.kind == "document"), None)
    quote = quoted.quote if quoted is not None and quoted.kind == "document" else ""
    place = element("footer", f"{quoted.title} · {quoted.place}") if quoted is not None and quoted.kind == "document" else None
    return element("figure", element("h3", title), element("blockquote", quote, place), class_="oi-block oi-document")
