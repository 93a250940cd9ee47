"""Scenes as updates of the page's parts."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from ui.layout import languages, number_formats
from ui.markup import Markup
from ui.render.answer import Message, Part, draw_conversation
from ui.render.chart import Picture
from ui.scene import Scene
from ui.turn import Desk, View

Updates = list[object]


def updates_of(scene: Scene, desk: Desk) -> Updates:
    """A scene as updates of every part, in the order of `Parts`."""
    return [
        _chat(desk) if scene.turns else gr.skip(),
        *(_html(name, getattr(scene, name), desk) for name in ("live", "notice", "threads", "status", "welcome", "preferences")),
        _question(scene, desk.view),
        desk.session.thread_id if desk.opened else gr.skip(),
        *(_relabelled(desk) if scene.relabel else [gr.skip()] * 8),
    ]


def _html(name: str, part: Markup | None, desk: Desk) -> object:
    """What is on the screen already is not sent again: it would take the focus from whoever is in there."""
    if part is None or desk.shown.get(name) == part:
        return gr.skip()
    desk.shown[name] = part
    return part


def _chat(desk: Desk) -> object:
    session = desk.session
    messages = [_message(each) for each in draw_conversation(session.turns, session.earlier, session.view)]
    return messages


def _message(message: Message) -> dict[str, object]:
    return {"role": message.role, "content": [_component(part) for part in message.parts]}


def _component(part: Part) -> gr.blocks.Block:
    if isinstance(part, Picture):
        drawn = PlotData(type="altair", plot=part.spec)
        return gr.Plot(drawn, show_label=False, container=False, elem_classes=["oi-picture"], render=False)
    return gr.HTML(part, js_on_load=None, apply_default_css=False, render=False)


def _question(scene: Scene, view: View) -> object:
    changes: dict[str, Any] = {}
    if scene.relabel:
        changes = {"label": view.labels("ask_label"), "placeholder": view.labels("ask_placeholder")}
    if scene.question is not None:
        changes["value"] = scene.question
    return gr.update(**changes) if changes else gr.skip()


def _relabelled(desk: Desk) -> list[object]:
    """The buttons, choices and fields of the side in the person's language, with what they wished for."""
    say, wishes = desk.view.labels, desk.session.preferences
    return [
        say("send"),
        say("stop"),
        say("new_thread"),
        gr.update(label=say("preferences")),
        gr.update(label=say("language"), choices=languages(desk.view), value=wishes.language or ""),
        gr.update(label=say("number_format"), choices=number_formats(desk.view), value=wishes.number_format or ""),
        gr.update(label=say("location"), placeholder=say("location_hint"), value=wishes.location or ""),
        say("save"),
    ]
