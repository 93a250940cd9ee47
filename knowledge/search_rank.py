"""The order in which units answer a question: candidates of every arm, each scored by all arms, fused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embed import Matrix
from knowledge.fuse import Arm, Scale, Weights, fuse, pool
from knowledge.index_corpus import Corpus, Places
from knowledge.index_vectors import likenesses
from knowledge.keyword import Scores
from knowledge.views import Views

Near = Callable[[Matrix, int], Places]  # the units nearest to any of the vectors, of each so many
Allowed = npt.NDArray[np.bool_]
CANDIDATES, ENOUGH = 150, 50
FEW = 5_000  # so many units are compared with a question one by one in a few milliseconds
_GROWING = (CANDIDATES, 4 * CANDIDATES, 16 * CANDIDATES)
_AT_ONCE = 20_000
_EXACT_LIFT = 3.0  # spreads; a unit that holds an id of the question comes before those that sound like it
_EXACT_SHARE = 0.05  # a number that stands in more units than this tells none of them apart


@dataclass(frozen=True)
class Ranking:
    """Units best first, with the fused score and what each arm gave."""

    places: Places
    scores: Scores
    arms: Mapping[Arm, Scores]


def rank(
    corpus: Corpus,
    views: Views,
    vectors: Matrix | None,
    weights: Weights | None,
    near: Near | None = None,
    allowed: Allowed | None = None,
) -> Ranking:
    """Every candidate in order. `vectors` are those of the question's windows; without `near` every unit is a candidate."""
    words = corpus.keyword.score(views.terms)
    headings = corpus.headings.score(views.heading_terms)[corpus.heading_of]
    places = _candidates(corpus, words, headings, vectors, near, allowed)
    arms: dict[Arm, Scores] = {"keyword": Scale.of(words).standardise(words[places])}
    if views.heading_terms:
        arms["heading"] = Scale.of(headings).standardise(headings[places])
    if vectors is not None:
        arms["vector"] = _by_meaning(corpus, vectors, places)
    scores = fuse(arms, weights)
    if views.exact:
        scores = scores + _lift(corpus, views.exact, places)
    order = np.argsort(-scores, kind="stable")
    return Ranking(places[order], scores[order], {arm: values[order] for arm, values in arms.items()})


def _candidates(
    corpus: Corpus, words: Scores, headings: Scores, vectors: Matrix | None, near: Near | None, allowed: Allowed | None
) -> Places:
    if near is None and vectors is not None:
        return np.flatnonzero(allowed).astype(np.int32) if allowed is not None else np.arange(len(corpus), dtype=np.int32)
    found = [_best(words, allowed), _best(headings, allowed)]
    if near is not None and vectors is not None:
        found.append(_near_and_allowed(corpus, vectors, near, allowed))
    places = np.unique(np.concatenate(found)).astype(np.int32)
    return places[allowed[places]] if allowed is not None else places


def nothing_near(vectors: Matrix, count: int) -> Places:
    """The vector store is away: candidates come from words alone."""
    return np.zeros(0, np.int32)


def _near_and_allowed(corpus: Corpus, vectors: Matrix, near: Near, allowed: Allowed | None) -> Places:
    """The nearest of the units that may be shown, however many that may not are nearer."""
    if allowed is None or near is nothing_near:
        return near(vectors, CANDIDATES)
    shown = np.flatnonzero(allowed).astype(np.int32)
    if len(shown) <= FEW and 2 * len(shown) <= len(corpus):
        return _nearest_of(corpus, vectors, shown)
    for count in _GROWING:
        found = near(vectors, count)
        found = found[allowed[found]]
        if len(found) >= min(ENOUGH, len(shown)):
            return found
    return _nearest_of(corpus, vectors, shown)


def _nearest_of(corpus: Corpus, vectors: Matrix, places: Places) -> Places:
    """The nearest of these units to each of the vectors, by the sealed vectors and not by the store."""
    if len(places) <= CANDIDATES:
        return places
    parts = [places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE)]
    alike = np.concatenate([likenesses(vectors, np.asarray(corpus.vectors[part])) for part in parts], axis=1)
    return places[np.unique(np.argpartition(-alike, CANDIDATES - 1, axis=1)[:, :CANDIDATES])]


def _best(scores: Scores, allowed: Allowed | None) -> Places:
    """The places of the highest scores above nothing."""
    shown = scores if allowed is None else np.where(allowed, scores, np.float32(0))
    count = min(CANDIDATES, len(shown))
    best = np.argpartition(-shown, count - 1)[:count] if count else np.zeros(0, np.int64)
    return best[shown[best] > 0].astype(np.int32)


def _by_meaning(corpus: Corpus, vectors: Matrix, places: Places) -> Scores:
    against = corpus.similar(vectors, corpus.sample)
    spread = against.std(axis=1, keepdims=True)
    spread[spread == 0] = 1.0
    return pool(((corpus.similar(vectors, places) - against.mean(axis=1, keepdims=True)) / spread).astype(np.float32))


def _lift(corpus: Corpus, exact: tuple[str, ...], places: Places) -> Scores:
    lift = np.zeros(len(corpus), dtype=np.float32)
    telling = [units for units in map(corpus.keyword.holding, exact) if 0 < len(units) <= max(1, _EXACT_SHARE * len(corpus))]
    for units in telling:
        lift[units] += np.float32(_EXACT_LIFT / len(telling))
    return lift[places]
