"""Findings become one answer in words: numbers only as placeholders of facts, the digits typed by `render`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from agents.answer import Block, DocumentBlock, KpiBlock, TableBlock
from agents.charts import draw
from agents.derive import kind_of
from agents.finding import Finding
from agents.follow_ups import suggest
from agents.formats import STYLES, Style, show, show_period
from agents.phrases.book import Book, Known, in_words, open_book
from agents.plan import Language, Plan
from agents.writer_conditions import said_filters, said_having
from agents.writer_forms import upper
from agents.writer_forms_sets import FORMS, write_plain
from agents.writer_page import CLOSED, Page
from agents.writer_query import asked_query, tool_of
from tools.facts import Fact, FactTable, Findings, Frozen

PLACEHOLDER = re.compile(r"\{(fact|period):([^{}|]+)(?:\|(\w+))?\}")
SHOWN_ROWS = 200
# What a finding of these tells is how things stand on a day, or what its two selections say themselves.
_STATES = ("price_in_force", "overdue", "stock_ageing", "inactive", "look_up", "look_up_lines")
_SETS = ("did_but_never", "overlap")
_MOST_QUOTED = 6
_MOST_IDS, _MOST_TITLED = 5, 3


class Draft(Frozen):
    """An answer before its digits: markdown with placeholders, and everything that goes with it."""

    text: str
    reading: str = ""
    facts: tuple[Fact, ...] = ()  # those the writer derived, restated or cited; the tools' own come with the findings
    blocks: tuple[Block, ...] = ()
    assumptions: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    answered: bool = True


def write(plan: Plan, findings: tuple[Finding, ...], known: Known, currency: str = "VND") -> Draft:
    """One ordered answer: what was found, what could not be said, what to know, how it was read."""
    book = open_book(plan.language)
    order = {call.id: place for place, call in enumerate(plan.calls())}
    ordered = sorted(findings, key=lambda finding: order.get(finding.call.id, len(order)))
    pages = [_open(finding, finding.findings, book, known, currency) for finding in ordered if finding.findings is not None]
    paragraphs = ["\n".join(_paragraph(page)) for page in pages]
    failed = [_trouble(plan, finding, book) for finding in ordered if finding.findings is None]
    words = _Words(plan, book)
    notes = _notes(pages, book)
    reading = _reading(plan, pages, words)
    text = [*paragraphs, *(sentence for sentence, _ in failed), *notes] or [book.sentences["nothing"]]
    return Draft(
        text="\n\n".join([*text, *([reading] if reading else [])]),
        reading=reading,
        facts=_declared(pages, words.facts, [fact for _, fact in failed]),
        blocks=tuple(block for page in pages for block in _blocks(page, currency)),
        assumptions=plan.assumptions,
        follow_ups=_interleaved([suggest(page) for page in pages if page.findings.tables]),
        answered=any(page.findings.tables and page.rows for page in pages),
    )


def render(draft: Draft, facts: Sequence[Fact], language: Language, currency: str) -> str:
    """The draft with its digits typed."""
    return render_text(draft.text, {fact.id: fact for fact in (*facts, *draft.facts)}, language, currency)


def render_text(text: str, by_id: Mapping[str, Fact], language: Language, currency: str) -> str:
    """Placeholders as text; one that names no fact stays as it is, for the checker to find."""

    def type_out(found: re.Match[str]) -> str:
        fact = by_id.get(found[2])
        return found[0] if fact is None else (type_fact(fact, found[1], found[3], language, currency) or found[0])

    return PLACEHOLDER.sub(type_out, text)


def type_fact(fact: Fact, what: str, style: str | None, language: Language, currency: str) -> str | None:
    """One placeholder as text; None when the fact cannot be shown so."""
    if what == "period":
        return show_period(fact.period, language) if fact.period else None
    chosen: Style | None = STYLES.get(style or "plain")
    return show(fact.value, kind_of(fact), language, currency, chosen) if chosen else None


def _open(finding: Finding, found: Findings, book: Book, known: Known, currency: str) -> Page:
    return Page(finding, found, book, known, asked_query(finding.call), currency)


def _paragraph(page: Page) -> list[str]:
    if not page.findings.tables or not page.rows:
        return [_nothing(page)]
    form = FORMS.get(tool_of(page.finding.call, page.query), write_plain)
    return form(page)


def _nothing(page: Page) -> str:
    """No row is an answer of its own."""
    tool = tool_of(page.finding.call, page.query)
    if f"empty_{tool}" in page.book.sentences:
        return page.book.sentences[f"empty_{tool}"]
    return page.book.say("empty_metric" if page.metric() else "empty", metric=page.metric(), when=page.when())


def _trouble(plan: Plan, finding: Finding, book: Book) -> tuple[str, tuple[Fact, ...]]:
    """What could not be said, and why."""
    asked = next((part.question for part in plan.parts if finding.call in part.calls), plan.standalone_question)
    why = book.reason(finding.why.rstrip(". "), book.sentences[f"trouble_{finding.trouble or 'failed'}"])
    facts = tuple(_words_fact(f"{finding.call.id}.{name}", words) for name, words in (("question", asked), ("why", why)))
    return book.say("trouble", what=f"{{fact:{facts[0].id}}}", why=f"{{fact:{facts[1].id}}}"), facts


def _words_fact(id: str, words: str) -> Fact:
    return Fact(id=id, name="text", value=words, evidence_id="plan")


def _notes(pages: Sequence[Page], book: Book) -> list[str]:
    """What a reader must know beside the numbers, each thing once."""
    told: dict[str, str] = {}
    for page in pages:
        for place, note in enumerate(page.findings.notes):
            if note not in told and not _needless(page, note):
                told[note] = book.say("note", text=page.text(f"note.{place}", book.note(note)))
    return list(told.values())


def _needless(page: Page, note: str) -> bool:
    """What the answer says anyway, or what does not bear on it."""
    of_a_state = page.is_state or tool_of(page.finding.call, page.query) in _STATES
    return note == "no rows meet these conditions" or (of_a_state and note == "no period was given: all history")


class _Words:
    """The plan's own words, declared as text."""

    def __init__(self, plan: Plan, book: Book) -> None:
        self.book = book
        self.assumed = [_words_fact(f"plan.assumed.{place}", words) for place, words in enumerate(plan.assumptions)]
        self.ignored = [_words_fact(f"plan.ignored.{place}", words) for place, words in enumerate(plan.ignored)]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return (*self.assumed, *self.ignored)

    def said(self) -> list[str]:
        parts = []
        if self.assumed:
            parts.append(self.book.say("reading_assumed", texts="; ".join(f"{{fact:{fact.id}}}" for fact in self.assumed)))
        if self.ignored:
            parts.append(self.book.say("reading_ignored", words=", ".join(f"“{{fact:{fact.id}}}”" for fact in self.ignored)))
        return parts


def _reading(plan: Plan, pages: Sequence[Page], words: _Words) -> str:
    """How the question was read: definitions, days, conditions, what was assumed and what was left out."""
    read = list(dict.fromkeys("; ".join(_read(page)) for page in pages))
    parts = "; ".join(part for part in [*_merged(read), *words.said()] if part)
    return words.book.say("reading", parts=parts) if parts else ""


def _merged(read: Sequence[str]) -> list[str]:
    return [" / ".join(read)] if read else []


def _read(page: Page) -> list[str]:
    """One call as it was read."""
    metrics = [page.book.say("reading_metric", metric=page.label(name), definition=_definition(page, name)) for name in _metrics(page)]
    filters, having = said_filters(page), said_having(page)
    against = page.book.say("reading_against", then=page.before()) if page.findings.compared is not None else ""
    reached = page.book.say("reading_having", conditions=page.text("having", having)) if having else ""
    scope = page.book.say("reading_where", filters=page.text("filters", filters)) if filters else ""
    whole = "" if scope or reached or page.asked_names("ids") else page.book.sentences["reading_all"]
    return [part for part in (", ".join(metrics), _read_days(page), against, scope, reached, whole) if part]


def _read_days(page: Page) -> str:
    """Which days were read; of a record its ids, of a state its day; sets say theirs themselves."""
    tool = tool_of(page.finding.call, page.query)
    ids = page.asked_names("ids")
    if ids:
        of = page.label(str(page.asked("of") or ""))
        return page.book.say("reading_ids", of=of, ids=page.text("asked.ids", ", ".join(ids[:_MOST_IDS])))
    if tool in _STATES or page.is_state:
        return page.book.say("reading_day", day=page.last_day())
    return "" if tool in _SETS else page.period()


def _metrics(page: Page) -> list[str]:
    """The metrics whose meaning the reader needs."""
    sides = [getattr(page.asked(side), "metric", None) for side in ("did", "never", "left", "right")]
    names = (*page.asked_metrics, *page.asked_names("also"), *filter(None, sides))
    if tool_of(page.finding.call, page.query) == "decomposition":
        names = ("revenue",)
    return [name for name in dict.fromkeys(names) if name in page.known.metrics]


def _definition(page: Page, metric: str) -> str:
    words = page.book.definitions.get(metric) or in_words(page.known.metrics[metric].definition)
    return page.text(f"definition.{metric}", words[:1].lower() + words[1:])


def _declared(pages: Sequence[Page], words: Sequence[Fact], failed: Sequence[tuple[Fact, ...]]) -> tuple[Fact, ...]:
    facts = [fact for page in pages for fact in page.said.values()]
    return tuple({fact.id: fact for fact in (*facts, *words, *(fact for each in failed for fact in each))}.values())


def _blocks(page: Page, currency: str) -> list[Block]:
    """Large numbers for one row, a table for several, a chart where it says it better."""
    if not page.findings.tables or not page.rows:
        return []
    if quoted := _quoted(page):
        return quoted
    title = _title(page)
    if len(page.rows) == 1 and not page.names and page.findings.facts:
        return [KpiBlock(title=title, fact_ids=tuple(fact.id for fact in page.findings.facts))]
    chart = draw(page, title, currency)
    columns = tuple(column.model_copy(update={"label": page.heading(column.name)}) for column in page.table.columns)
    cut = page.findings.truncated or len(page.rows) > SHOWN_ROWS
    table = TableBlock(title=title, columns=columns, rows=page.rows[:SHOWN_ROWS], truncated=cut)
    return [*([chart] if chart else []), table, *_further(page)]


def _quoted(page: Page) -> list[Block]:
    """Passages as quotations; a finding with figures keeps its table."""
    found = [each for each in page.findings.evidence if each.kind == "document"]
    return [] if page.measured else [DocumentBlock(title=each.title, evidence_id=each.id) for each in found[:_MOST_QUOTED]]


def _further(page: Page) -> list[Block]:
    """The other tables of a finding, those apart that only a picture needs."""
    shown = [table for table in page.findings.tables[1:] if table.shape == "table" and table.rows]
    return [_table_block(page, table) for table in shown]


def _table_block(page: Page, table: FactTable) -> TableBlock:
    columns = tuple(column.model_copy(update={"label": page.heading(column.name)}) for column in table.columns)
    cut = len(table.rows) > SHOWN_ROWS
    return TableBlock(title=upper(page.label(table.title)), columns=columns, rows=table.rows[:SHOWN_ROWS], truncated=cut)


def _title(page: Page) -> str:
    tool = tool_of(page.finding.call, page.query)
    own = page.book.titles.get(tool)
    shown = [page.heading(name) for name in ([page.bucket] if page.bucket else []) + [name for name in page.names if name not in CLOSED]]
    metric = page.book.both([page.label(name) for name in page.asked_metrics[:_MOST_TITLED]])
    about = {"entity": page.plural(str(page.asked("entity") or "")), "metric": metric}
    what = own.format(**about) if own else metric or page.label(page.table.title.lower())
    if shown and not own:
        what = page.book.say("titled", what=what, by=page.book.both(shown))
    days = show_period(page.days, page.book.language) if page.days and tool not in (*_STATES, *_SETS) else ""
    return ", ".join(part for part in (upper(what), days) if part)


def _interleaved(each: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The first suggestion of every finding before the second of any, three in all."""
    found = [question for turn in zip_longest(*each) for question in turn if question]
    return tuple(dict.fromkeys(found))[:3]
