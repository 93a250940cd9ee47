"""The brain without a language model: grammar, lexicons and the names in the data; the same question is always read the same way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agents.brain import Understood, World
from agents.brain_typed import TypedBrain
from agents.finding import Finding
from agents.memory import Dialogue
from agents.phrases.book import open_book
from agents.plan import Engine, Plan
from agents.session_ground import GroundSource

if TYPE_CHECKING:
    from agents.language.learnt.learnt import Learnt
    from agents.language.values.described import Meaning
    from agents.language.vocabulary import Vocabulary
    from agents.writer import Draft

# Sentences end at a sign of their own; "and how many" begins a second question.
_SENTENCES = re.compile(r"(?<=[?!;])\s+|(?<=[a-zà-ỹ)%]{2}\.)\s+(?=[A-ZÀ-Ỹ])|\n+")
_JOINED = re.compile(
    r",?\s+(?:and|và)\s+(?=(?:how many|how much|what|which|who|where|when|why|show|list|bao nhiêu|tại sao)\b\s+\w)", re.IGNORECASE
)
_MOST_CLAUSES = 4
LearntSource = Callable[[], "Learnt | None"]
_TYPED = re.compile(r"\s*[\[{]|.*\b(?:tool|kind|parts):\s", re.DOTALL)


class EmbeddedBrain:
    """Plans from words alone; typed questions are taken as they are. Name indexes that are costly to build are kept under `home`;
    products are also found by what they mean where `meaning` is given."""

    engine: Engine = "embedded"

    def __init__(
        self, ground: GroundSource, home: Path | None = None, learnt: LearntSource | None = None, meaning: Meaning | None = None
    ) -> None:
        from agents.language.values.shelf import Shelf
        from agents.language.verified import Verified

        self._ground, self._shelf, self._verified = ground, Shelf(home, meaning=meaning), Verified(home)
        self._learnt = learnt or (_followed(home) if home else _shipped)
        self._typed = TypedBrain()

    def vocabulary(self) -> Vocabulary:
        """The words and names of what is served now."""
        from agents.language.vocabulary import vocabulary_of

        return vocabulary_of(self._ground(), self._shelf)

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        """The message on its own feet: one that leans on the last question becomes that question with pieces exchanged."""
        if _TYPED.match(message):
            return await self._typed.understand(message, dialogue)
        return await asyncio.to_thread(self._understand, message, dialogue)

    def _understand(self, message: str, dialogue: Dialogue) -> Understood:
        from agents.language.dialogue import standalone

        return standalone(message, dialogue, self.vocabulary())

    async def plan(self, understood: Understood, world: World) -> Plan:
        """A typed plan that explains every word that matters, or what stands in the way."""
        if _TYPED.match(understood.message):
            return await self._typed.plan(understood, world)
        return await asyncio.to_thread(self._plan, understood, world)

    def _plan(self, understood: Understood, world: World) -> Plan:
        from agents.language.clauses import read_clauses
        from agents.language.decide import plan_of
        from agents.language.parse import Parsed, parse
        from agents.language.replan import not_again, plan_again, repeats, with_calls
        from agents.language.skill import Skill

        words = self.vocabulary()
        question, language = understood.standalone_question, understood.language
        if approved := self._verified.plan(question, language, world):
            return approved
        if again := plan_again(understood, world):
            return _in_its_language(again, again.assumptions)

        def read(text: str) -> Parsed:
            return parse(text, words.lexicon, words.values, understood.as_of, language)

        said = clauses_of(question)
        skill = Skill(self._learnt(), understood.edits is not None, read)
        plan = plan_of(question, read_clauses(said[:_MOST_CLAUSES], read), world, language, words.values.nearest, skill)
        if repeats(plan, understood):
            return not_again(plan)
        plan = _in_its_language(plan, (*understood.assumptions, *plan.assumptions))
        if left := tuple(said[_MOST_CLAUSES:]):  # told in the answer, never just dropped
            plan = plan.model_copy(update={"ignored": (*plan.ignored, *left), "confidence": "low"})
        return with_calls(plan, lambda text: plan_of(text, [read(text)], world, language, words.values.nearest, skill))

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        """The writer's own words: without a model there are none better."""
        return draft


def _in_its_language(plan: Plan, assumed: tuple[str, ...]) -> Plan:
    """The plan with what it assumes told once, in the language of the question."""
    if plan.language == "en":
        return plan.model_copy(update={"assumptions": tuple(dict.fromkeys(assumed))})
    book = open_book(plan.language)
    told, reasons = (tuple(dict.fromkeys(map(book.note, texts))) for texts in (assumed, plan.reasons))
    return plan.model_copy(update={"assumptions": told, "reasons": reasons})


def clauses_of(question: str) -> list[str]:
    """The questions of a message, each on its own."""
    sentences = [part for sentence in _SENTENCES.split(question) for part in _JOINED.split(sentence)]
    said = [sentence.strip() for sentence in sentences if any(letter.isalnum() for letter in sentence)]
    return said or [question]


def _shipped() -> Learnt | None:
    from agents.language.learnt.learnt import base

    return base()


def _followed(home: Path) -> LearntSource:
    from agents.language.learnt.followed import Followed

    return Followed(home)
