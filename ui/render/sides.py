"""Everything around the conversation: threads, preferences, the state of the installation, the empty page."""

from __future__ import annotations

from collections.abc import Sequence

from api.schemas import JobStatus, Preferences, Status, Thread
from ui.labels import OWN_NAMES
from ui.markup import Markup, element, join, join_all
from ui.numbers import show_day
from ui.render.icons import BIN
from ui.turn import View


def draw_threads(threads: Sequence[Thread], current: str, view: View) -> Markup:
    """The conversations, the one last used first; the open one is marked."""
    if not threads:
        return element("p", view.labels("no_threads"), class_="oi-note")
    items = (_thread(thread, thread.id == current, view) for thread in threads)
    return element("nav", element("ul", join_all(items), class_="oi-threads"), aria_label=view.labels("threads"))


def _thread(thread: Thread, current: bool, view: View) -> Markup:
    title = thread.title or view.labels("untitled")
    when = element("span", show_day(thread.updated_at.date(), view.locale.language), class_="oi-quiet")
    open_it = element(
        "button",
        element("span", title, class_="oi-thread-title"),
        when,
        type="button",
        class_="oi-thread",
        aria_current="true" if current else None,
        data_act="open",
        data_thread=thread.id,
        title=title,
    )
    delete = element(
        "button",
        BIN,
        type="button",
        class_="oi-bin",
        aria_label=view.labels("delete_thread", title=title),
        data_act="delete",
        data_thread=thread.id,
        data_confirm=view.labels("delete_sure", title=title),
    )
    return element("li", open_it, delete)


def draw_preferences(preferences: Preferences, view: View) -> Markup:
    """What is remembered about a person, each with a button that forgets it."""
    held = [(name, value) for name, value in preferences.model_dump().items() if value is not None]
    if not held:
        return element("p", view.labels("preferences_none"), class_="oi-note")
    rows = (_preference(name, str(value), view) for name, value in held)
    return join(element("h4", view.labels("remembered")), element("ul", join_all(rows), class_="oi-remembered"))


def _preference(name: str, value: str, view: View) -> Markup:
    shown = next((own for language, own in OWN_NAMES.items() if name == "language" and language == value), value)
    label = view.labels.known(f"name_{name}", name)
    forget = element(
        "button",
        BIN,
        type="button",
        class_="oi-bin",
        aria_label=f"{view.labels('forget')}: {label}",
        data_act="forget",
        data_name=name,
    )
    return element("li", element("span", label, ": ", element("strong", shown)), forget)


def draw_status(status: Status | None, view: View) -> Markup:
    """How the installation stands, in one line, with the work that goes on behind it."""
    if status is None:
        return element("p", view.labels("status_loading"), class_="oi-status", data_language=view.labels.language)
    brain = view.labels.known(f"brain_{status.brain}", status.brain) if status.brain == "embedded" else status.brain
    data = status.data
    parts = (
        _named(view.labels("data_as_of"), show_day(data.data_as_of, view.locale.language))
        if data
        else element("span", view.labels("status_no_data")),
        _named(view.labels("snapshot"), data.snapshot, "oi-minor") if data else None,
        _named(view.labels("brain"), brain),
    )
    jobs = [_job(job, view) for job in status.jobs if job.state != "done"]
    line = element("p", *parts, class_="oi-status", role="status", data_language=view.labels.language)
    return join(line, element("ul", *jobs, class_="oi-jobs") if jobs else None)


def _named(name: str, value: str, kind: str | None = None) -> Markup:
    return element("span", f"{name} ", element("strong", value), class_=kind)


def _job(job: JobStatus, view: View) -> Markup:
    name = view.labels.known(f"job_{job.kind}", job.kind)
    said = job.message or view.labels(f"job_{job.state}")
    percent = f"{job.progress:.0%}"
    bar = element("progress", percent, value=f"{job.progress:.3f}", max=1, aria_label=name) if job.state in ("queued", "running") else None
    words = element("span", element("strong", name), f" {percent} · {said}" if bar else f" {view.labels(f'job_{job.state}')}: {said}")
    return element("li", words, bar, class_="oi-wrong" if job.state == "failed" else None)


def draw_welcome(status: Status | None, view: View) -> Markup:
    """The page before the first question: what this is, and three questions that work on the data there is."""
    head = join(element("h1", view.labels("app_title")), element("p", view.labels("tagline"), class_="oi-tagline"))
    if status is None:
        return element("div", head, class_="oi-welcome")
    if status.examples and status.data:
        chips = (
            element("button", text, type="button", class_="oi-example", data_act="ask", data_text=text) for text in status.examples[:3]
        )
        group = element("div", join_all(chips), role="group", aria_label=view.labels("examples_title"))
        return element("div", head, element("h4", view.labels("examples_title")), group, class_="oi-welcome")
    at_work = any(job.state in ("queued", "running") for job in status.jobs)
    words = "preparing" if at_work or status.data else "no_data"
    return element("div", head, element("p", view.labels(words), class_="oi-note"), class_="oi-welcome")


def draw_note(words: str) -> Markup:
    """Something that went as it should."""
    return element("p", words, class_="oi-done", role="status")


def draw_trouble(words: str, view: View) -> Markup:
    """Something that went wrong, in words."""
    return element("div", element("strong", view.labels("trouble")), element("p", words), class_="oi-trouble", role="alert")
