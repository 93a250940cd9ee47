"""What the planner says itself, in the language of the question: why it declines, asks or talks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from agents.language.words import read_table
from agents.plan import Language
from tools.facts import Frozen


class Replies(Frozen):
    """One language's sentences and the questions it offers."""

    sentences: dict[str, str]
    examples: tuple[str, ...]

    def say(self, key: str, **slots: str) -> str:
        return self.sentences[key].format(example=self.examples[0], **slots)

    def offer(self, key: str) -> str:
        """A sentence followed by questions that work."""
        return f"{self.say(key)}\n" + "\n".join(f"- {example}" for example in self.examples)


@lru_cache(maxsize=2)
def replies(language: Language) -> Replies:
    """The sentences of a language."""
    loaded = read_table(language, "replies")
    examples = loaded.pop("examples")
    return Replies.model_validate({"sentences": loaded, "examples": examples})


def quoted(words: Sequence[str]) -> str:
    """Words of the message as they were written."""
    return ", ".join(f"\u201c{word}\u201d" for word in words)
