"""How a question was read: its pieces in one line, and the form in which they are changed."""

from __future__ import annotations

import json
from collections.abc import Iterable

from api.schemas import Answer, Change, Piece
from ui.markup import Markup, element, join
from ui.prose import to_html
from ui.turn import Turn, View

_MOST_CHANGES = 20


def draw_reading(turn: Turn, answer: Answer, view: View) -> Markup | None:
    """How the question was understood, how surely, and what was taken for granted."""
    read = answer.interpretation
    if read is None or not (answer.evidence or answer.assumptions or read.plan.reading):
        return None
    level = answer.confidence.level
    sure = element("span", view.labels(f"confidence_{level}"), class_=f"oi-sure oi-sure-{level}")
    text = element("div", to_html(_bare(read.text)), class_="oi-read") if read.text else None
    tokens = element("ul", *(element("li", token.text, class_=f"oi-token-{token.kind}") for token in read.plan.reading), class_="oi-tokens")
    reasons = [element("li", reason) for reason in answer.confidence.reasons]
    assumed = [element("li", text) for text in answer.assumptions]
    return element(
        "section",
        element("h4", view.labels("read_as"), " ", sure),
        text,
        tokens if read.plan.reading and not turn.pieces else None,
        element("ul", *reasons, class_="oi-list") if reasons else None,
        join(element("h4", view.labels("assumptions")), element("ul", *assumed, class_="oi-list")) if assumed else None,
        _change(turn, answer, view),
        class_="oi-reading",
    )


def _change(turn: Turn, answer: Answer, view: View) -> Markup | None:
    """The pieces as a form, or the button that brings it."""
    if answer.interpretation is None or not answer.interpretation.plan.parts:
        return None
    if not turn.pieces:
        return element(
            "button", view.labels("change_reading"), type="button", class_="oi-button oi-small", data_act="pieces", data_run=turn.run_id
        )
    fields = (_field(piece, view) for piece in turn.pieces)
    send = element("button", view.labels("ask_changed"), type="submit", class_="oi-button oi-strong")
    return element("form", *fields, send, data_act="change", data_run=turn.run_id, class_="oi-pieces")


def _field(piece: Piece, view: View) -> Markup:
    name = f"piece:{piece.places[0]}"
    said = view.labels(f"piece_{piece.kind}")
    label = f"{said} ({_words(piece.name)})" if piece.kind == "filter" else said
    entry = _select(name, piece, view) if piece.choices else element("input", name=name, value=piece.value, maxlength=300)
    return element("label", element("span", label), entry)


def _select(name: str, piece: Piece, view: View) -> Markup:
    known = piece.choices if piece.value in piece.choices else (piece.value, *piece.choices)
    none = (element("option", view.labels("piece_none"), value=""),) if piece.removable else ()
    return element("select", *none, *_options(known, piece.value), name=name)


def _options(choices: Iterable[str], chosen: str) -> Iterable[Markup]:
    return (element("option", _words(each), value=each, selected=each == chosen) for each in choices)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _bare(text: str) -> str:
    """The line without the words that the heading beside it says already, and without its italics."""
    plain = text.strip()
    plain = plain[1:-1] if len(plain) > 1 and plain.startswith("*") and plain.endswith("*") and not plain.startswith("**") else plain
    head, colon, rest = plain.partition(":")
    return rest.strip() if colon and len(head) <= 20 and head.lower() in ("read as", "hiểu là", "được hiểu là", "đọc là") else plain


def chosen_changes(pieces: tuple[Piece, ...], sent: str) -> tuple[Change, ...]:
    """The pieces that have another value in the form than they had; anything else that was sent counts for nothing."""
    try:
        fields = json.loads(sent)
    except ValueError:
        return ()
    if not isinstance(fields, dict):
        return ()
    new = {piece: fields.get(f"piece:{piece.places[0]}") for piece in pieces}
    asked = [Change(place=piece.places[0], value=value) for piece, value in new.items() if isinstance(value, str) and value != piece.value]
    return tuple(asked[:_MOST_CHANGES])
