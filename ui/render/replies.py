"""What a person can do with an answer: choose, ask on, decide, take it away, judge it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import get_args

from api.schemas import Answer, ExportFormat, FeedbackReason, Proposal
from ui.markup import Markup, element, join, join_all
from ui.render.icons import DOWNLOAD, THUMB_DOWN, THUMB_UP
from ui.render.table import draw_pairs
from ui.turn import Turn, View

_NONE: Mapping[str, str] = {}


def draw_questions(label: str, questions: tuple[str, ...], main: bool = False, figures: Mapping[str, str] = _NONE) -> Markup | None:
    """Questions that are sent as they stand when they are pressed; beside each the figure it comes to, where that is known."""
    if not questions:
        return None
    chips = (
        element("button", text, _figure(figures.get(text)), type="button", class_="oi-chip", data_act="ask", data_text=text)
        for text in questions
    )
    kind = "oi-chips oi-main" if main else "oi-chips"
    return element("div", element("h4", label), element("div", join_all(chips), role="group", aria_label=label), class_=kind)


def _figure(text: str | None) -> Markup | None:
    return element("span", " \u00b7 ", element("strong", text), class_="oi-figure") if text else None


def draw_proposals(turn: Turn, view: View) -> Markup | None:
    """A card for each action that waits for a person, or was decided just now."""
    return join_all(_proposal(proposal, turn, view) for proposal in turn.proposals) if turn.proposals else None


def _proposal(proposal: Proposal, turn: Turn, view: View) -> Markup:
    title = f"{view.labels('approval')}: {proposal.tool.replace('_', ' ')}"
    decided = turn.decisions.get(proposal.proposal_id)
    if decided is None:
        foot = join(element("p", view.labels("approval_note"), class_="oi-note"), _verdicts(proposal, turn, view))
    else:
        foot = element("p", view.labels("approved" if decided else "rejected"), class_="oi-note", role="status")
    arguments = draw_pairs([(name.replace("_", " "), _plain(value)) for name, value in proposal.arguments.items()])
    details = element("details", element("summary", view.labels("approval_details")), arguments) if proposal.arguments else None
    return element(
        "section", element("h4", title), element("p", proposal.text), details, foot, class_="oi-card oi-proposal", aria_label=title
    )


def _verdicts(proposal: Proposal, turn: Turn, view: View) -> Markup:
    buttons = (
        element(
            "button",
            view.labels(word),
            type="button",
            class_="oi-button oi-strong" if word == "approve" else "oi-button",
            data_act="verdict",
            data_run=turn.run_id,
            data_proposal=proposal.proposal_id,
            data_approved="yes" if word == "approve" else "no",
        )
        for word in ("approve", "reject")
    )
    return element("div", join_all(buttons), class_="oi-row")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def draw_export(answer: Answer, view: View) -> Markup | None:
    """The answer as files."""
    if not answer.evidence and not any(block.kind == "table" for block in answer.blocks):
        return None
    links = (_download(answer.answer_id, kind, view) for kind in get_args(ExportFormat))
    return element("div", join_all(links), class_="oi-row oi-export", role="group", aria_label=view.labels("export"))


def _download(answer_id: str, kind: str, view: View) -> Markup:
    address = f"{view.root}/api/v1/answers/{answer_id}/export?format={kind}"
    said = view.labels("export_as", kind=kind.upper())
    return element("a", DOWNLOAD, kind.upper(), href=address, download=True, class_="oi-button oi-small", aria_label=said, title=said)


def draw_opinion(turn: Turn, answer: Answer, view: View) -> Markup:
    """Thumbs; the one down asks for the reasons."""
    up = element(
        "button",
        THUMB_UP,
        type="button",
        class_="oi-button oi-small",
        aria_label=view.labels("good"),
        title=view.labels("good"),
        aria_pressed="true" if turn.opinion == "up" else "false",
        data_act="rate",
        data_answer=answer.answer_id,
        data_verdict="up",
    )
    thanks = element("span", view.labels("thanks"), class_="oi-quiet", role="status") if turn.opinion else None
    return element("div", up, _reasons(turn, answer, view), thanks, class_="oi-row oi-opinion")


def _reasons(turn: Turn, answer: Answer, view: View) -> Markup:
    summary = element(
        "summary",
        THUMB_DOWN,
        class_="oi-button oi-small oi-pressed" if turn.opinion == "down" else "oi-button oi-small",
        aria_label=view.labels("bad"),
        title=view.labels("bad"),
    )
    boxes = (_reason(reason, view) for reason in get_args(FeedbackReason))
    comment = element(
        "textarea", name="comment", maxlength=2000, rows=2, aria_label=view.labels("comment"), placeholder=view.labels("comment")
    )
    send = element("button", view.labels("send_feedback"), type="submit", class_="oi-button oi-strong")
    form = element(
        "form",
        element("fieldset", element("legend", view.labels("why_bad")), *boxes),
        comment,
        send,
        data_act="rate",
        data_answer=answer.answer_id,
        data_verdict="down",
    )
    return element("details", summary, form, class_="oi-down")


def _reason(reason: str, view: View) -> Markup:
    return element("label", element("input", type="checkbox", name="reasons", value=reason), view.labels(f"reason_{reason}"))


def chosen_reasons(sent: Mapping[str, object]) -> tuple[FeedbackReason, ...]:
    """The reasons that were ticked, of those there are."""
    ticked = sent.get("reasons")
    known: tuple[FeedbackReason, ...] = get_args(FeedbackReason)
    return tuple(reason for reason in known if isinstance(ticked, list) and reason in ticked)
