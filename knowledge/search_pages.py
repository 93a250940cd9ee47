"""Pages of long reports that are alike: which report decides first, then which of its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from knowledge.embed import Embedder, Matrix
from knowledge.fuse import Scale
from knowledge.index_corpus import Corpus, Places, Unit
from knowledge.keyword import Scores, question_weights
from knowledge.keyword_words import fold, terms
from knowledge.search_reports import Reports, years_of
from knowledge.views_figures import statement_terms

_REPORT, _KEYWORD, _HEADING, _VECTOR, _FIGURES = 10.0, 0.7, 0.1, 1.0, 0.4
_HEADING_LINES = 4
_YEAR_FORMS = (("", 10_000), ("fy", 10_000), ("fy", 100))


_FIGURE_WORDS = """
much many amount total ratio margin rate percent percentage average growth value million billion usd eps capex revenue profit
"""
_ASKS_FIGURES = frozenset(_FIGURE_WORDS.split())


@dataclass(frozen=True)
class PageWeights:
    """What each arm counts for among the pages, in spreads."""

    report: float = _REPORT
    keyword: float = _KEYWORD
    heading: float = _HEADING
    vector: float = _VECTOR
    figures: float = _FIGURES
    statements: bool = True


@dataclass(frozen=True)
class Pages:
    """The pages of a set of reports, ready to be asked."""

    corpus: Corpus
    reports: Reports
    texts: Sequence[str]
    embedder: Embedder

    @classmethod
    def build(cls, pages: Mapping[str, Mapping[int, str]], embedder: Embedder) -> Pages:
        """From the text of each page of each report."""
        flat = [(doc, number, text) for doc, numbered in pages.items() for number, text in numbered.items()]
        units = [Unit(f"{doc}#{number}", doc, heading_of(text), text) for doc, number, text in flat]
        reports = Reports.read({doc: list(numbered.values()) for doc, numbered in pages.items()})
        return cls(Corpus.build(units, embedder), reports, [text for _, _, text in flat], embedder)

    @cached_property
    def figures(self) -> Scores:
        """How much of each page is figures, standardised."""
        shares = [sum(map(str.isdigit, text)) / max(len(text), 1) for text in self.texts]
        scores = np.array(shares, np.float32)
        return Scale.of(scores).standardise(scores)

    def rank(self, question: str, weights: PageWeights | None = None) -> tuple[Places, Scores]:
        """Every page, best first, with its score."""
        weights = weights or PageWeights()
        vector = self.vector(question)
        asked = self._terms(question, weights)
        corpus = self.corpus
        words, headings = corpus.keyword.score(asked), corpus.headings.score(asked)[corpus.heading_of]
        similar = (corpus.vectors @ vector).astype(np.float32)
        scores = weights.report * self.reports.fit(question)[corpus.document_of]
        for share, arm in ((weights.keyword, words), (weights.heading, headings), (weights.vector, similar)):
            scores = scores + np.float32(share) * Scale.of(arm).standardise(arm)
        if _ASKS_FIGURES & set(fold(question).split()):
            scores = scores + np.float32(weights.figures) * self.figures
        order = np.argsort(-scores, kind="stable").astype(np.int32)
        return order, np.asarray(scores[order], np.float32)

    def vector(self, question: str) -> Matrix:
        """A question as it is asked and without the names and years in one: the pages of a report differ by what is left."""
        left = " ".join(word for word in question.split() if not set(terms(word)) & self._told_by_report(question))
        both = self.embedder.embed([question, left or question]).sum(axis=0)
        return np.asarray(both / (np.linalg.norm(both) or 1.0), np.float32)

    def _terms(self, question: str, weights: PageWeights) -> dict[str, float]:
        """What is looked for on a page: not what stands on every page of the right report."""
        told = self._told_by_report(question)
        asked = {term: weight for term, weight in question_weights(question).items() if term not in told}
        return {**statement_terms(question), **asked} if weights.statements else asked

    def _told_by_report(self, question: str) -> set[str]:
        names = self.reports.name_terms(question)
        loudest = max(names.values(), default=0.0)
        years = {f"{form}{year % size}" for year in years_of(question) for form, size in _YEAR_FORMS}
        return years | {name for name, weight in names.items() if weight >= 0.5 * loudest}


def heading_of(text: str) -> str:
    """The first lines of a page, where its title stands."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:_HEADING_LINES])[:200]
