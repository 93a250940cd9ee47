"""What stands where on the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import gradio as gr

from ui.labels import OWN_NAMES
from ui.numbers import NumberFormat
from ui.turn import View

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Parts:
    """The components that acts change, in the order in which their updates are given."""

    chat: gr.Chatbot
    live: gr.HTML
    notice: gr.HTML
    threads: gr.HTML
    status: gr.HTML
    welcome: gr.HTML
    remembered: gr.HTML
    question: gr.Textbox
    here: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    preferences: gr.Accordion
    language: gr.Dropdown
    numbers: gr.Dropdown
    location: gr.Textbox
    save: gr.Button

    def all(self) -> list[gr.blocks.Block]:
        return [getattr(self, name) for name in self.__dataclass_fields__]


def lay_out(view: View) -> Parts:
    """Every part, in its place, in the language of a view."""
    with gr.Sidebar(label=view.labels("threads"), width=300, elem_id="oi-side"):
        gr.HTML((ASSETS / "brand.html").read_text(encoding="utf-8"), apply_default_css=False)
        new = gr.Button(view.labels("new_thread"), elem_id="oi-new")
        threads = _html("oi-thread-list")
        with gr.Accordion(view.labels("preferences"), open=False, elem_id="oi-preferences") as preferences:
            remembered, language, numbers, location, save = _wishes(view)
    with gr.Column(elem_id="oi-main"):
        status, welcome = _html("oi-status-line"), _html("oi-welcome-page")
        chat = gr.Chatbot(
            [], elem_id="oi-chat", show_label=False, container=False, height=None, autoscroll=False, buttons=[], feedback_options=None,
            allow_tags=False, latex_delimiters=[], layout="panel",
        )  # fmt: skip
        live, notice = _html("oi-live-run"), _html("oi-notice")
        with gr.Row(elem_id="oi-composer"):
            question, send, stop = _composer(view)
    here = gr.Textbox("", visible="hidden", elem_id="oi-here")
    return Parts(
        chat, live, notice, threads, status, welcome, remembered, question, here,
        send, stop, new, preferences, language, numbers, location, save,
    )  # fmt: skip


def _html(id: str) -> gr.HTML:
    return gr.HTML("", apply_default_css=False, elem_id=id)


def _wishes(view: View) -> tuple[gr.HTML, gr.Dropdown, gr.Dropdown, gr.Textbox, gr.Button]:
    say = view.labels
    return (
        _html("oi-remembered"),
        gr.Dropdown(languages(view), value="", label=say("language"), elem_id="oi-language"),
        gr.Dropdown(number_formats(view), value="", label=say("number_format"), elem_id="oi-numbers"),
        gr.Textbox(label=say("location"), placeholder=say("location_hint"), max_length=200, elem_id="oi-location"),
        gr.Button(say("save"), elem_id="oi-save"),
    )


def _composer(view: View) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    say = view.labels
    question = gr.Textbox(
        label=say("ask_label"), placeholder=say("ask_placeholder"), show_label=False, container=False, lines=1, max_lines=8,
        autofocus=True, interactive=True, scale=1, elem_id="oi-ask",
    )  # fmt: skip
    send = gr.Button(say("send"), variant="primary", scale=0, min_width=90, elem_id="oi-send")
    return question, send, gr.Button(say("stop"), scale=0, min_width=90, elem_id="oi-stop")


def languages(view: View) -> list[tuple[str, str]]:
    return [(view.labels("language_auto"), ""), *((name, language) for language, name in OWN_NAMES.items())]


def number_formats(view: View) -> list[tuple[str, str]]:
    return [(view.labels("number_format_auto"), ""), *((each, each) for each in get_args(NumberFormat))]
