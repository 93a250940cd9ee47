"""A message in its conversation: as it is, as a change of the last answer, as the answer to what was asked back, as a step back."""

from __future__ import annotations

from agents.brain import Understood
from agents.language.choices import chosen_options
from agents.language.follow import habits, starts_with
from agents.language.history import answered, goes_back, goes_to_the_start, last_of
from agents.language.parse import language_of
from agents.language.tokens import tidy, tokens_of
from agents.language.turning import Turned
from agents.language.vocabulary import Vocabulary
from agents.memory import Dialogue, Turn
from agents.plan import Language


def standalone(message: str, dialogue: Dialogue, words: Vocabulary) -> Understood:
    """The question the message means."""
    last = last_of(dialogue)
    language = dialogue.preferences.language or _language(message, last, words)
    plain = Understood(message=message, standalone_question=message, as_of=dialogue.as_of, language=language)
    rest = _after_fresh(message)
    if rest is not None:
        return plain.model_copy(update={"standalone_question": rest or message})
    if last is None:
        return plain
    if last.plan.clarify and (options := chosen_options(message, last.plan.clarify.options)):
        return plain.model_copy(update={"standalone_question": "; ".join(options) if len(options) > 1 else options[0]})
    if goes_to_the_start(message):
        return _again(plain, answered(dialogue)[0] if answered(dialogue) else last)
    if goes_back(message):
        steps = answered(dialogue)
        return _again(plain, steps[-2] if len(steps) > 1 else last)
    return Turned(message, last, dialogue, words, language).understood(plain)


def _after_fresh(message: str) -> str | None:
    """What follows the words that begin anew, wherever they stand at the front; None when there are none."""
    text = tidy(message)
    tokens = tokens_of(text)
    rest: str | None = None
    for place in range(min(6, len(tokens))):
        if skipped := starts_with(tokens[place:], habits().fresh):
            rest = text[tokens[place + skipped - 1].end :].lstrip(" :,.-;!") or rest or ""
    return rest


def _language(message: str, last: Turn | None, words: Vocabulary) -> Language:
    """Of a short message in a conversation, the language of the conversation unless its words say otherwise."""
    read = language_of(message, words.lexicon, words.values)
    known = any(token.folded in words.lexicon.known[read] for token in tokens_of(tidy(message)))
    return last.plan.language if last and not known else read


def _again(plain: Understood, turn: Turn) -> Understood:
    """An earlier answer, call for call."""
    plan = turn.plan
    return plain.model_copy(
        update={
            "standalone_question": plan.standalone_question,
            "calls": plan.calls(),
            "chance": plan.probability,
            "language": plan.language,
        }
    )
