"""Where an answer's numbers come from: the SQL that can be run again, models, documents, rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from api.schemas import Answer, Evidence, Fact, FactValue
from ui.markup import Markup, element, join, join_all
from ui.numbers import Locale, show, show_day
from ui.render.icons import COPY
from ui.render.table import draw_pairs
from ui.sql_layout import lay_out
from ui.turn import View

MOST_FACTS = 60


def draw_evidence(answer: Answer, view: View) -> Markup | None:
    """A fold with everything behind the numbers, closed until somebody wants to know."""
    if not answer.evidence:
        return None
    pieces = [_one(evidence, view) for evidence in answer.evidence]
    stand = element("span", stands_at(answer, view), class_="oi-quiet")
    summary = element("summary", view.labels("evidence"), " ", stand)
    return element("details", summary, join_all(pieces), _facts(answer, view), class_="oi-fold oi-evidence")


def stands_at(answer: Answer, view: View) -> str:
    """The day and the snapshot of the data an answer was made from."""
    day = show_day(answer.data_as_of, view.locale.language) if answer.data_as_of else ""
    said = (f"{view.labels('data_as_of')} {day}" if day else "", f"{view.labels('snapshot')} {answer.snapshot}" if answer.snapshot else "")
    return " · ".join(part for part in said if part)


def _one(evidence: Evidence, view: View) -> Markup:
    if evidence.kind == "query":
        return _query(evidence, view)
    if evidence.kind == "model":
        naive = "" if evidence.naive_score is None else f" ({view.labels('naive_score')} {evidence.naive_score:.4g})"
        score = "" if evidence.score is None else f"{evidence.score_name} {evidence.score:.4g}{naive}"
        trained = show_day(evidence.trained_until, view.locale.language)
        said = (("version", evidence.version), ("trained_until", trained), ("score", score))
        return _piece(evidence.id, f"{view.labels('model')}: {evidence.name}", _named(said, view))
    if evidence.kind == "document":
        title = f"{view.labels('document')}: {evidence.title} · {evidence.place}"
        return _piece(evidence.id, title, element("blockquote", evidence.quote))
    return _piece(evidence.id, view.labels("rule"), element("p", evidence.rule))


class _Query(Protocol):
    """The evidence of a query."""

    @property
    def id(self) -> str: ...
    @property
    def tool(self) -> str: ...
    @property
    def sql(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, FactValue]: ...
    @property
    def tables(self) -> tuple[str, ...]: ...
    @property
    def row_count(self) -> int: ...
    @property
    def snapshot(self) -> str: ...
    @property
    def data_as_of(self) -> date: ...


def _query(evidence: _Query, view: View) -> Markup:
    day = show_day(evidence.data_as_of, view.locale.language)
    rows = show(evidence.row_count, "count", view.locale)
    said = (("tables", ", ".join(evidence.tables)), ("rows", rows), ("data_as_of", day), ("snapshot", evidence.snapshot))
    bound = [(f"${name}", str(value)) for name, value in evidence.parameters.items()]
    parameters = join(element("h5", view.labels("parameters")), draw_pairs(bound)) if bound else None
    return _piece(evidence.id, evidence.tool, _code(evidence.sql, view), parameters, _named(said, view))


def _named(pairs: tuple[tuple[str, str], ...], view: View) -> Markup:
    return draw_pairs([(view.labels(key), value) for key, value in pairs])


def _piece(id: str, title: str, *content: Markup | None) -> Markup:
    head = element("h4", title.replace("_", " "), " ", element("code", id, class_="oi-quiet"))
    return element("section", head, *content)


def _code(sql: str, view: View) -> Markup:
    copy = element("button", COPY, view.labels("copy"), type="button", class_="oi-copy", data_copy=True, data_done=view.labels("copied"))
    head = element("div", element("h5", view.labels("sql")), copy, class_="oi-code-head")
    code = element("pre", element("code", lay_out(sql)), tabindex=0, role="region", aria_label=view.labels("sql"))
    return element("div", head, code, class_="oi-code")


def _facts(answer: Answer, view: View) -> Markup | None:
    """The numbers that were said, each with the evidence it is bound to."""
    said = [fact for fact in answer.facts if fact.name != "text" and fact.value is not None]
    if not said:
        return None
    heads = (element("th", view.labels(key), scope="col", class_="oi-plain") for key in ("fact", "value", "about", "period", "source"))
    rows = (_fact(fact, view.locale) for fact in said[:MOST_FACTS])
    title = view.labels("facts")
    body = (element("caption", title), element("thead", element("tr", *heads)), element("tbody", *rows))
    frame = element("div", element("table", *body, class_="oi-table"), class_="oi-scroll", tabindex=0, role="region", aria_label=title)
    more = element("p", view.labels("more_facts", n=len(said) - MOST_FACTS), class_="oi-note") if len(said) > MOST_FACTS else None
    return element("section", frame, more)


def _fact(fact: Fact, locale: Locale) -> Markup:
    value = element("td", show(fact.value, fact.unit, locale), class_="oi-number")
    about = (fact.entity or "", show_period(fact, locale), fact.evidence_id)
    return element("tr", element("td", fact.name.replace("_", " ")), value, *(element("td", text) for text in about))


def show_period(fact: Fact, locale: Locale) -> str:
    """The days a fact is about."""
    if fact.period is None:
        return ""
    first, last = (show_day(day, locale.language) for day in (fact.period.start, fact.period.end))
    return first if first == last else f"{first} – {last}"
