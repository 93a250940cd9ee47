"""The embedded planner with one stage taken away: what each stage adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agents.brain import Understood
from agents.brain_embedded import EmbeddedBrain
from agents.language.spans import ValueSpan
from agents.language.tokens import Token
from agents.language.vocabulary import Names, Vocabulary
from agents.memory import Dialogue
from agents.plan import Language
from evals.company import Company

_AS_WRITTEN = ("exact", "alias", "code")


class WithoutDialogue(EmbeddedBrain):
    """Every message is taken for a first one."""

    def _understand(self, message: str, dialogue: Dialogue) -> Understood:
        return super()._understand(message, dialogue.model_copy(update={"turns": (), "handles": ()}))


class WithoutSpelling(EmbeddedBrain):
    """Misspelt words of the lexicon stay as they are; abbreviations are still written out."""

    def vocabulary(self) -> Vocabulary:
        words = super().vocabulary()
        return replace(words, lexicon=replace(words.lexicon, written=frozenset()))


class WithoutLikeness(EmbeddedBrain):
    """Names count only as they stand in the data: no parts of names, no misspelt ones."""

    def vocabulary(self) -> Vocabulary:
        words = super().vocabulary()
        return replace(words, values=_AsWritten(words.values))


class WithoutNames(EmbeddedBrain):
    """No word is linked to a member of the data."""

    def vocabulary(self) -> Vocabulary:
        return replace(super().vocabulary(), values=_NoNames())


@dataclass(frozen=True)
class _AsWritten:
    names: Names

    def link(self, tokens: tuple[Token, ...], language: Language) -> tuple[ValueSpan, ...]:
        return tuple(span for span in self.names.link(tokens, language) if span.match in _AS_WRITTEN)

    def nearest(self, text: str, dimension: str | None = None, n: int = 3) -> Sequence[str]:
        return self.names.nearest(text, dimension, n)


class _NoNames:
    def link(self, tokens: tuple[Token, ...], language: Language) -> tuple[ValueSpan, ...]:
        return ()

    def nearest(self, text: str, dimension: str | None = None, n: int = 3) -> Sequence[str]:
        return ()


def _rules(company: Company) -> EmbeddedBrain:
    """What explains most is taken, and only when it explains all."""
    return EmbeddedBrain(lambda: company.ground, learnt=lambda: None)


ABLATIONS: dict[str, Callable[[Company], EmbeddedBrain]] = {
    "rules": _rules,
    "without-dialogue": lambda company: WithoutDialogue(lambda: company.ground),
    "without-spelling": lambda company: WithoutSpelling(lambda: company.ground),
    "without-likeness": lambda company: WithoutLikeness(lambda: company.ground),
    "without-names": lambda company: WithoutNames(lambda: company.ground),
}
