"""What a message says of time: the longest readings that do not overlap, settled with their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agents.language.spans import Bucket, Duration, TimeSpan
from agents.language.time.chart import Chart
from agents.language.time.lexicon import open_lexicon
from agents.language.time.productions import PRODUCTIONS
from agents.language.time.settling import Settled, settle
from agents.language.time.stretch import Against, Nothing, Stretch
from agents.language.time.terms import edges_of, terms_of
from agents.language.time.wording import assumption_of
from agents.language.tokens import Token
from agents.plan import Language

_KINDS = ("nothing", "comparison", "bucket", "period", "duration")  # the earlier one is taken where two readings cover the same tokens


@dataclass(frozen=True)
class Candidate:
    """Tokens `start` to `end` (not included) read as something."""

    start: int
    end: int
    rank: int
    meaning: Stretch | Against | Bucket | Duration | Nothing


def read_times(tokens: tuple[Token, ...], as_of: date, language: Language = "en") -> tuple[TimeSpan, ...]:
    """The time expressions of a message, in order; what cannot be read as time is left out."""
    terms = terms_of(tokens)
    edges = edges_of(terms)
    chart = Chart(terms, edges, as_of, open_lexicon(), PRODUCTIONS, [frozenset(here) for here in edges])
    chosen = _longest(_candidates(chart), len(tokens))
    settled = settle(
        [Settled(found.start, found.end, found.meaning) for found in chosen if not isinstance(found.meaning, Nothing)], tokens, as_of
    )
    return tuple(TimeSpan(found.start, found.end, found.typed(), assumption_of(found.notes, language)) for found in settled)


def _candidates(chart: Chart) -> list[Candidate]:
    found: list[Candidate] = []
    for start, term in enumerate(chart.terms):
        if not term.opens or not chart.edges[start]:
            continue
        for rank, kind in enumerate(_KINDS):
            for end, meaning in chart.readings(kind, start):
                if chart.terms[end - 1].closes and isinstance(meaning, Stretch | Against | Bucket | Duration | Nothing):
                    found.append(Candidate(term.token, chart.terms[end - 1].token + 1, rank, meaning))
    return found


def _longest(candidates: Sequence[Candidate], size: int) -> list[Candidate]:
    """The candidates that cover most tokens together, with the fewest of them, the earlier kinds first."""
    by_start: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        by_start.setdefault(candidate.start, []).append(candidate)
    best: list[tuple[tuple[int, int, int], Candidate | None]] = [((0, 0, 0), None)] * (size + 1)
    for place in range(size - 1, -1, -1):
        best[place] = (best[place + 1][0], None)
        for candidate in by_start.get(place, ()):
            covered, count, rank = best[candidate.end][0]
            score = (covered + candidate.end - place, count - 1, rank - candidate.rank)
            if score >= best[place][0]:
                best[place] = (score, candidate)
    return _followed(best, size)


def _followed(best: Sequence[tuple[tuple[int, int, int], Candidate | None]], size: int) -> list[Candidate]:
    chosen: list[Candidate] = []
    place = 0
    while place < size:
        candidate = best[place][1]
        if candidate is None:
            place += 1
        else:
            chosen.append(candidate)
            place = candidate.end
    return chosen
