"""Questions to the library: found by words and by meaning, filtered by who asks and by the day, returned with what stands around."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ingestion.versions import Version
from knowledge.cite import Reply, answer_from
from knowledge.contract import Document, DocumentKind, Passage
from knowledge.embed import Matrix, NoModel
from knowledge.fuse import TUNED, Weights
from knowledge.index import BadIndex, DocumentIndex, OpenIndex
from knowledge.parse_errors import NoDocument
from knowledge.rerank import DEPTH, Asked, CrossEncoder, bonus, without_repeats
from knowledge.search_filters import Known, Shelf, allowed_units, key_of, passes, staleness, visible
from knowledge.search_rank import Allowed, Ranking, nothing_near, rank
from knowledge.search_repair import BeingIndexed, Repair
from knowledge.vectors import ChromaVectors, VectorsDown
from knowledge.views import QuestionKind, Views, look

DEFAULT_SCOPES = frozenset({"documents:read"})
MOST_CHARACTERS, MOST_PASSAGES = 20_000, 100
_MASKS, _AWAY_SECONDS = 64, 30.0
Asking = tuple[str, str, frozenset[str], frozenset[DocumentKind], frozenset[str], date | None]


@dataclass(frozen=True)
class Found:
    """Passages best first, what a reader should know about how they were found, and the index version that was asked."""

    passages: tuple[Passage, ...]
    notes: tuple[str, ...] = ()
    version: str = ""


class Searcher:
    """Searches one library; opened at the first question, follows every new version of the index, repairs a damaged one."""

    def __init__(
        self,
        library: Shelf,
        index: DocumentIndex,
        weights: Mapping[QuestionKind, Weights] = TUNED,
        cross_encoder: CrossEncoder | None = None,
        patient_seconds: float | None = None,
    ) -> None:
        """`patient_seconds`: how long a question waits while the index is made again; as long as it takes when left out."""
        self.library, self.index = library, index
        self._weights, self._cross_encoder = weights, cross_encoder
        self._lock = threading.Lock()
        self._opened: OpenIndex | None = None
        self._patient_seconds = patient_seconds
        self._repair: Repair | None = None
        self._known: Known | None = None
        self._masks: dict[Asking, Allowed] = {}
        self._looked_at = float("-inf")  # when the vector store was last found away

    def search(
        self,
        question: str,
        scopes: Collection[str] = DEFAULT_SCOPES,
        kinds: Collection[DocumentKind] = (),
        entities: Collection[str] = (),
        as_of: date | None = None,
        top: int = 5,
    ) -> Found:
        """The best passages of the documents the caller may see; of each document the version in force on the day, or the newest."""
        views = look(question[:MOST_CHARACTERS])
        known, opened, repaired = self._enter()
        if opened is None:
            return Found((), ("the library holds no documents yet",))
        try:
            if not views.question.strip():
                return Found((), ("there is no question",), opened.version)
            asked = (opened.version, known.state, frozenset(scopes), frozenset(kinds), frozenset(entities), as_of)
            ranking, notes = self._rank(opened, views, self._allowed(asked, opened, known))
            ordered = self._reranked(opened, views, ranking, known)
            passages = tuple(self._passages(opened, ranking, ordered[: min(max(top, 1), MOST_PASSAGES)], known))
            return Found(passages, (*repaired, *notes, *staleness(opened, known)), opened.version)
        finally:
            with self._lock:
                opened.leave()

    def reply(self, question: str, passages: Sequence[Passage]) -> Reply:
        """What the passages say to a question, in their own words."""
        try:
            return answer_from(question, passages, self.index.embedder)
        except NoModel:
            return answer_from(question, passages)

    def close(self) -> None:
        """Let go of what is open; the next question opens it again."""
        with self._lock:
            if self._opened:
                self._opened.retire()
            self._opened = None

    def _enter(self) -> tuple[Known, OpenIndex | None, tuple[str, ...]]:
        """The documents and the index to search, which stays open until it is left; no index where there are no documents."""
        while True:
            with self._lock:
                known = self._documents()
                if not known.documents:
                    return known, None, ()
                opened, notes = self._index()
                if opened:
                    opened.users += 1
                    return known, opened, notes
                repair = self._repair
            if repair and not repair.done.wait(self._patient_seconds):
                raise BeingIndexed("the documents are being indexed again", remedy="ask again in a minute")

    def _documents(self) -> Known:
        if self._known is None or self._known.state != self.library.state():
            self._known = Known.of(self.library)
        return self._known

    def _index(self) -> tuple[OpenIndex | None, tuple[str, ...]]:
        """The current version, opened once; none while it is built because there was none or it was damaged."""
        version = self.index.current()
        if self._opened and version and self.index.unchanged(self._opened, version):
            self._look_again(self._opened)
            return self._opened, ()
        if self._repair and not self._repair.done.is_set():
            return None, ()
        repair, self._repair = self._repair, None
        if repair and repair.error:
            raise repair.error
        try:
            fresh = self.index.open()
        except BadIndex as damage:
            if repair:  # it was just made again, and that is of no use either
                raise
            if self._moved_on(version):  # a newer version took the place of this one while it was being opened
                return self._index()
            self._repair = Repair.begin(self.index, self.library, damage)
            return None, ()
        if self._opened:
            self._opened.retire()
        self._opened, self._looked_at = fresh, time.monotonic()
        return fresh, (repair.note,) if repair else ()

    def _moved_on(self, version: Version | None) -> bool:
        now = self.index.current()
        return bool(version and now and now.name != version.name)

    def _look_again(self, opened: OpenIndex) -> None:
        """A vector store that was away is looked for every half minute, beside the questions, and used once it is back."""
        if opened.near is None and time.monotonic() - self._looked_at >= _AWAY_SECONDS:
            self._looked_at = float("inf")  # nobody else looks meanwhile
            threading.Thread(target=self._find_store, args=(opened,), name="oiis-vectors", daemon=True).start()

    def _find_store(self, opened: OpenIndex) -> None:
        near, notes = self.index.look_again(opened)
        with self._lock:
            self._looked_at = time.monotonic()
            if opened.retired and not opened.users and near:
                near.close()  # nobody will ask it any more
            else:
                opened.near, opened.notes = near, notes

    def _allowed(self, asked: Asking, opened: OpenIndex, known: Known) -> Allowed:
        """The units a caller may see on a day; kept, since the same callers ask again and again."""
        mask = self._masks.get(asked)
        if mask is None:
            _, _, scopes, kinds, entities, as_of = asked
            shown = {key_of(each) for each in visible(known.documents, as_of) if passes(each, scopes, kinds, entities)}
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            mask = self._masks[asked] = allowed_units(opened, shown)
        return mask

    def _rank(self, opened: OpenIndex, views: Views, allowed: Allowed) -> tuple[Ranking, tuple[str, ...]]:
        weights = self._weights[views.kind]
        vectors, notes = self._embedded(views)
        store = opened.near
        try:
            return rank(opened.corpus, views, vectors, weights, store.near if store else nothing_near, allowed), (*opened.notes, *notes)
        except VectorsDown as down:
            self._lost(opened, store, down)
            return rank(opened.corpus, views, vectors, weights, nothing_near, allowed), (*opened.notes, *notes)

    def _lost(self, opened: OpenIndex, store: ChromaVectors | None, down: VectorsDown) -> None:
        """The store went away while it was open: nobody waits for it again before half a minute is over."""
        with self._lock:
            if opened.near is not store:  # somebody told already
                return
            opened.close()
            opened.near, self._looked_at = None, time.monotonic()
            opened.notes = (f"searched by keywords only: the vector store does not answer ({down.what})",)

    def _embedded(self, views: Views) -> tuple[Matrix | None, tuple[str, ...]]:
        try:
            return self.index.embedder.embed(views.windows), ()
        except NoModel as missing:
            return None, (f"searched by keywords only: {missing.what}",)

    def _reranked(self, opened: OpenIndex, views: Views, ranking: Ranking, known: Known) -> list[tuple[int, float]]:
        """The rows of the ranking in their last order, the first of them compared with their documents once more."""
        asked = Asked.of(views.question)
        rows = range(min(DEPTH, len(ranking.places)))
        scores = [float(ranking.scores[row]) + bonus(asked, self._document(opened, ranking, row, known)) for row in rows]
        if self._cross_encoder and scores:
            texts = [self.library.chunk(opened.corpus.ids[ranking.places[row]]).text for row in rows]
            scores = list(map(float, self._cross_encoder(views.question, texts)))
        first = without_repeats(scores, np.asarray(opened.corpus.vectors[ranking.places[: len(rows)]]))
        return first + [(row, float(ranking.scores[row])) for row in range(len(first), len(ranking.places))]

    def _document(self, opened: OpenIndex, ranking: Ranking, row: int, known: Known) -> Document:
        return known.by_key[opened.corpus.documents[opened.corpus.document_of[ranking.places[row]]]]

    def _passages(self, opened: OpenIndex, ranking: Ranking, ordered: Sequence[tuple[int, float]], known: Known) -> Iterator[Passage]:
        for row, score in ordered:
            try:
                chunk = self.library.chunk(opened.corpus.ids[ranking.places[row]])
            except NoDocument:  # removed since the list of documents was read
                continue
            arms = {arm: float(values[row]) for arm, values in ranking.arms.items()}
            yield Passage(
                document=self._document(opened, ranking, row, known),
                chunk=chunk,
                score=score,
                vector=arms.get("vector"),
                keyword=arms["keyword"],
            )
