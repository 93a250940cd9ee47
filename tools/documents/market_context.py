"""The market around a question: indicators and competitors' prices of a time, and what the library's notes say about them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field

from ingestion.calendar import Span
from ingestion.metrics import MetricSource, Unit
from knowledge.cite_sentences import pieces
from knowledge.contract import Document, DocumentKind, Passage
from knowledge.keyword_words import rarity, terms
from tools.contract import ToolContext, tool
from tools.documents.documents_and_data_rows import Fetched, fetch, open_bench
from tools.documents.documents_and_data_terms import quoted
from tools.documents.search_documents import DocumentSearch, look_up_passages
from tools.errors import BadInput, CannotDo, nearest_words
from tools.facts import Days, Derivation, DocumentEvidence, Fact, FactTable, FactValue, Findings, Frozen, TableColumn
from tools.query.bench import Conditions, Draft
from tools.query.body import body_sql
from tools.query.contract import AllTime, Cell, Column, Last, Period
from tools.query.rows import Rows

_NOTES, _CANDIDATES = 3, 20
_MARKET: tuple[DocumentKind, ...] = ("market",)
_FOUR_PLACES = Decimal("0.0001")
_OF_MOVE = ("indicator", "unit", "from", "to", "first_value", "last_value", "change_rate", "lowest", "highest")
_OF_GAP = ("competitor", "price_gap", "products", "prices")
_UNITS: dict[str, Unit] = {
    "first_value": "number",
    "last_value": "number",
    "lowest": "number",
    "highest": "number",
    "change_rate": "%",
    "price_gap": "%",
    "products": "count",
    "prices": "count",
}


class MarketContext(Frozen):
    """Which indicators (all when none are named), competitors' prices of which products, when, and words to look notes up with."""

    indicators: tuple[str, ...] = Field(default=(), max_length=20)
    competitors: bool = True
    where: Conditions = ()
    period: Period = Last(n=90)
    about: str = Field(default="", max_length=300)


@dataclass(frozen=True)
class Move:
    """An indicator over the days asked about."""

    name: str
    unit: str
    first: Decimal
    last: Decimal
    lowest: Decimal
    highest: Decimal
    days: Days


@dataclass(frozen=True)
class Gap:
    """How far a competitor's prices lie from our list prices of the same days."""

    competitor: str
    rate: Decimal
    products: int
    prices: int


@tool()
def market_context(context: ToolContext, query: MarketContext) -> Findings:
    """How market indicators moved (coffee, rice, oil, exchange rates, consumer prices ...) and what competitors ask beside our list
    prices of the same days, with the market notes of the library.

    The last 90 days unless a period is given. `where` keeps products or categories of the competitor comparison; `about` is what to
    look for in the notes. Not for our own prices (price_in_force) or for a forecast.
    """
    moves, read = _moves(context, query)
    gaps, seen, listed = _gaps(context, query) if query.competitors else ((), None, None)
    span = next((each.result.period for each in (read, seen) if each is not None and each.result.period), None)
    papers, told = _papers(context, query, [move.name for move in moves], span)
    notes = tuple(_quoted_from(context, papers, _words_for(query, [move.name for move in moves])))
    if not moves and not gaps and not notes:
        raise CannotDo("the market", "there are no indicators, competitor prices or notes of these days", "Load market_indicators")
    evidence = tuple(each.evidence for each in (read, seen, listed) if each is not None)
    return Findings(
        facts=(*_move_facts(context, moves, read), *_gap_facts(context, gaps, seen)),
        evidence=(*evidence, *notes),
        tables=tuple(_tables(moves, gaps)),
        period=Days(start=span.first, end=span.last) if span else None,
        notes=tuple(dict.fromkeys((*(note for each in (read, seen) if each is not None for note in each.result.notes), *told))),
    )


def _moves(context: ToolContext, query: MarketContext) -> tuple[tuple[Move, ...], Fetched | None]:
    rows = _rows(
        context, "market_indicators", ("indicator", "unit", "observed_on", "value"), "market_indicators.observed_on", (), query.period, 1
    )
    if rows is None:
        return (), None
    series: dict[str, list[dict[str, Cell]]] = defaultdict(list)
    for row in rows.rows:
        series[str(row["indicator"])].append(row)
    known = sorted(series)
    for name in query.indicators:
        if name not in series:
            raise BadInput("indicators", name, known, nearest_words(name, known))
    return tuple(_move(name, series[name]) for name in known if not query.indicators or name in query.indicators), rows


def _move(name: str, rows: Sequence[dict[str, Cell]]) -> Move:
    ordered = sorted(rows, key=lambda row: _day(row["observed_on"]))
    values = [Decimal(str(row["value"])) for row in ordered]
    days = Days(start=_day(ordered[0]["observed_on"]), end=_day(ordered[-1]["observed_on"]))
    return Move(name, str(ordered[0]["unit"] or ""), values[0], values[-1], min(values), max(values), days)


def _gaps(context: ToolContext, query: MarketContext) -> tuple[tuple[Gap, ...], Fetched | None, Fetched | None]:
    """Each observed price beside the list price in force on that day; products without one then are left out."""
    named = ("product_id", "competitor", "observed_on", "price")
    seen = _rows(context, "competitor_prices", named, "competitor_prices.observed_on", query.where, query.period, 2)
    ours = _rows(context, "price_history", ("product_id", "valid_from", "list_price"), None, (), AllTime(), 3)
    if seen is None or ours is None:
        return (), None, None
    prices: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in ours.rows:
        prices[str(row["product_id"])].append((_day(row["valid_from"]), Decimal(str(row["list_price"]))))
    for steps in prices.values():
        steps.sort()
    rates: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in seen.rows:
        product, day = str(row["product_id"]), _day(row["observed_on"])
        own = _in_force(prices.get(product, []), day)
        if own:
            rates[str(row["competitor"])].append((product, Decimal(str(row["price"])) / own - 1))
    return tuple(_gap(name, found) for name, found in sorted(rates.items())), seen, ours


def _gap(name: str, found: Sequence[tuple[str, Decimal]]) -> Gap:
    mean = sum((rate for _, rate in found), Decimal(0)) / len(found)
    return Gap(name, mean.quantize(_FOUR_PLACES), len({product for product, _ in found}), len(found))


def _in_force(steps: Sequence[tuple[date, Decimal]], day: date) -> Decimal | None:
    at = bisect_right(steps, day, key=lambda step: step[0])
    return steps[at - 1][1] if at else None


def _rows(
    context: ToolContext, table: str, names: tuple[str, ...], time: str | None, where: Conditions, period: Period, number: int
) -> Fetched | None:
    """Rows of one table as they may be seen; None when it holds none at all."""
    bench = open_bench(context)
    if not bench.source.has_rows(table):
        return None
    rows = Rows(bench, MetricSource(table=table, expression="COUNT(*)", time=time), bench.window(period) if time else None)
    keys = [f"{table}.{name}" for name in names]
    days = ("observed_on", "valid_from")
    columns = tuple(Column(name, type="date" if name in days else "text") for name in names)
    return fetch(context, bench, Draft(f"SELECT {', '.join(keys)} {body_sql(rows, keys, where)}", columns), number)


def _move_facts(context: ToolContext, moves: Sequence[Move], read: Fetched | None) -> Iterator[Fact]:
    for move in moves:
        stem, evidence = f"{context.call_id}.{move.name}", read.evidence.id if read else ""
        for name, value in (("last", move.last), ("first", move.first)):
            id = f"{stem}.{name}"
            yield Fact(id=id, name=f"{name}_value", value=value, unit="number", entity=move.name, period=move.days, evidence_id=evidence)
        yield Fact(
            id=f"{stem}.change",
            name="indicator_change_rate",
            value=_change(move),
            unit="%",
            entity=move.name,
            period=move.days,
            evidence_id=evidence,
            derived_from=Derivation(op="percent_change", fact_ids=(f"{stem}.last", f"{stem}.first")) if move.first else None,
        )


def _change(move: Move) -> Decimal | None:
    return (move.last - move.first) / abs(move.first) if move.first else None


def _gap_facts(context: ToolContext, gaps: Sequence[Gap], seen: Fetched | None) -> Iterator[Fact]:
    span = seen.result.period if seen else None
    for number, gap in enumerate(gaps):
        yield Fact(
            id=f"{context.call_id}.gap{number}",
            name="price_gap",
            value=gap.rate,
            unit="%",
            entity=gap.competitor,
            period=Days(start=span.first, end=span.last) if span else None,
            evidence_id=seen.evidence.id if seen else "",
        )


def _tables(moves: Sequence[Move], gaps: Sequence[Gap]) -> Iterator[FactTable]:
    if moves:
        yield FactTable(title="Market indicators", shape="table", columns=_columns(_OF_MOVE), rows=tuple(map(_move_row, moves)))
    if gaps:
        rows = tuple((gap.competitor, gap.rate, gap.products, gap.prices) for gap in gaps)
        yield FactTable(title="Competitors' prices beside our list prices", shape="bar", columns=_columns(_OF_GAP), rows=rows)


def _move_row(move: Move) -> tuple[FactValue, ...]:
    days = (move.days.start, move.days.end)
    return (move.name, move.unit, *days, move.first, move.last, _change(move), move.lowest, move.highest)


def _columns(names: Sequence[str]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name=name, unit=_UNITS.get(name)) for name in names)


def _words_for(query: MarketContext, indicators: Sequence[str]) -> str:
    named = " ".join(name.replace("_", " ") for name in query.indicators)
    return f"{query.about} {named}".strip() or " ".join(name.replace("_", " ") for name in indicators) or "market prices competitors"


def _papers(
    context: ToolContext, query: MarketContext, indicators: Sequence[str], span: Span | None
) -> tuple[tuple[Passage, ...], tuple[str, ...]]:
    """Market notes of these days that were known on the day, for those who may read documents, and what to know of the search."""
    if context.documents is None or "documents:read" not in context.caller.scopes:
        return (), ()
    days = f" {span.first:%B %Y} {span.last:%B %Y}" if span else ""
    found = look_up_passages(context, DocumentSearch(question=_words_for(query, indicators) + days, kinds=_MARKET, top=_CANDIDATES))
    fitting = tuple(passage for passage in found.passages if _overlaps(passage.document, span))
    if found.passages and not fitting:
        return (), (*found.notes, "the library has no market note of these days")
    return fitting, found.notes if fitting else ()


def _quoted_from(context: ToolContext, papers: Sequence[Passage], words: str) -> Iterator[DocumentEvidence]:
    """The sentences and rows that share most of the rarer words of the question, best first; none that shares no word."""
    wanted = set(terms(words))
    said = [(passage, piece.text) for passage in papers for piece in pieces(passage.chunk.text)]
    fitting = [(sum(map(rarity, wanted & set(terms(text)))), passage, text) for passage, text in said]
    best = sorted((each for each in fitting if each[0] > 0), key=lambda each: -each[0])[:_NOTES]
    for number, (_, passage, text) in enumerate(best, 1):
        yield quoted(f"{context.call_id}.d{number}", passage.document, passage.chunk, text)


def _overlaps(document: Document, span: Span | None) -> bool:
    """Whether a note is about, or of, the days asked about."""
    first = document.period_from or document.published_on
    last = document.period_until or document.published_on
    return span is None or first is None or last is None or (first <= span.last and last >= span.first)


def _day(value: Cell) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
