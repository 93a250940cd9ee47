"""Which report a question is about: by the names and the year it says, held against how present they are in each report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.keyword import Scores
from knowledge.keyword_words import fold, rarity, stem, terms

_OPENING_PAGES = 2
_IN_NAME, _IN_OPENING = 1.0, 0.7
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"\b(?:fy|fiscal year|fiscal|year)\s?['’]?(\d\d)\b")
_QUARTER = re.compile(r"\bq([1-4])\b|\b([1-4])q\b|\b(first|second|third|fourth) quarter\b")
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_NAME_PART = re.compile(r"[a-z]+|\d+")
_JOINED = 3


@dataclass(frozen=True)
class Report:
    """A report as its name and its pages tell it: how present each term is, and the year it is about."""

    presence: Mapping[str, float]
    joined: str
    year: int | None
    quarter: str | None


@dataclass(frozen=True)
class Reports:
    """All reports of a set, with how telling each term is among them."""

    names: tuple[str, ...]
    reports: tuple[Report, ...]
    telling: Mapping[str, float]

    @classmethod
    def read(cls, pages: Mapping[str, Sequence[str]]) -> Reports:
        """From the pages of each report, by its name."""
        reports = tuple(_report(name, texts) for name, texts in pages.items())
        held: Counter[str] = Counter()
        for report in reports:
            for term, share in report.presence.items():
                held[term] += share  # type: ignore[assignment]
        telling = {term: float(np.log((len(reports) + 0.5) / (share + 0.5))) for term, share in held.items()}
        return cls(tuple(pages), reports, telling)

    def fit(self, question: str) -> Scores:
        """How well each report fits the names and the year of a question, 0 to 1."""
        weights = self.name_terms(question)
        years, quarter = years_of(question), quarter_of(question)
        companies = np.array([self._named(report, question, weights) for report in self.reports], np.float32)
        best = companies.max(initial=0.0)
        companies = companies / best if best > 0 else companies
        times = np.array([_time_fit(report, years, quarter) for report in self.reports], np.float32)
        return np.asarray(companies * (0.6 + 0.4 * times) if best > 0 else 0.4 * times, np.float32)

    def name_terms(self, question: str) -> dict[str, float]:
        """The terms of a question that tell reports apart, capitals counting double."""
        capitals = {stem(fold(word)) for word in re.findall(r"[^\W_]+", question) if word[0].isupper() or word[0].isdigit()}
        found = {term: rarity(term) * self.telling.get(term, 0.0) * (2.0 if term in capitals else 1.0) for term in terms(question)}
        return {term: weight for term, weight in found.items() if weight > 0 and not _YEAR.fullmatch(term)}

    def _named(self, report: Report, question: str, weights: Mapping[str, float]) -> float:
        score = sum(weight * report.presence.get(term, 0.0) for term, weight in weights.items())
        return score + 4.0 * _joined_share(report.joined, question)


def years_of(question: str) -> tuple[int, ...]:
    """The years a question names."""
    text = fold(question)
    return tuple(dict.fromkeys([*map(int, _YEAR.findall(text)), *(2000 + int(year) for year in _SHORT_YEAR.findall(text))]))


def quarter_of(question: str) -> str | None:
    """The quarter a question names, if one."""
    found = _QUARTER.search(fold(question).replace("_", " "))
    return next((_ORDINALS.get(part, part) for part in found.groups() if part), None) if found else None


def _report(name: str, texts: Sequence[str]) -> Report:
    words = [set(terms(text)) for text in texts]
    shares = Counter(term for page in words for term in page)
    presence = {term: (count / len(texts)) ** 0.5 for term, count in shares.items()}
    presence |= {term: max(_IN_OPENING, presence[term]) for page in words[:_OPENING_PAGES] for term in page}
    spelled = " ".join(_NAME_PART.findall(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))))
    presence |= dict.fromkeys(terms(spelled), _IN_NAME)
    letters = "".join(re.findall(r"[a-z0-9]+", fold(re.split(r"(?:19|20)\d\d", name)[0])))
    return Report(presence, letters, _year(name, texts), quarter_of(re.sub(r"(\d{4})(?=[qQ])", r"\1 ", name)))


def _year(name: str, texts: Iterable[str]) -> int | None:
    """The year in a report's name, else the one said most on its first pages."""
    named = _YEAR.findall(name)
    if named:
        return int(named[0])
    said = Counter(year for text in list(texts)[:_OPENING_PAGES] for year in _YEAR.findall(text))
    return int(max(said, key=lambda year: (said[year], year))) if said else None


def _joined_share(joined: str, question: str) -> float:
    """How much of a report's name the question writes, with its words run together: BESTBUY is Best Buy."""
    if len(joined) < 2:
        return 0.0
    words = [fold(word) for word in re.findall(r"[^\W_]+", question)]
    runs = ("".join(words[start : start + size]) for size in range(1, _JOINED + 1) for start in range(len(words) - size + 1))
    return max((len(run) / len(joined) for run in runs if len(run) > 1 and joined.startswith(run)), default=0.0)


def _time_fit(report: Report, years: Sequence[int], quarter: str | None) -> float:
    """1 for the last year a question names; less for the other years and for the report of the year after."""
    if not years or report.year is None:
        return 0.5
    gap = report.year - max(years)
    fit = 1.0 if gap == 0 else 0.45 if gap == 1 else 0.35 if report.year in years else 0.0
    if quarter and report.quarter:
        fit *= 1.0 if quarter == report.quarter else 0.3
    return fit
