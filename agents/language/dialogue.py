"""A message in its conversation: as it is, as a change of the last answer, as the answer to what was asked back, as a step back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.brain import Understood
from agents.language.choices import chosen_options
from agents.language.decide import judge_alone
from agents.language.edits.widen import FILTERS
from agents.language.follow import habits, starts_with
from agents.language.history import answered, goes_back, goes_back_and, goes_to_earlier, goes_to_the_start, last_of
from agents.language.parse import language_of, parse
from agents.language.pointing import points_at_nothing
from agents.language.replies import replies
from agents.language.tokens import Token, tidy, tokens_of
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
    if rest is not None and not (rest and last and last.plan.outcome == "answer" and _is_only_a_piece(rest, language, dialogue, words)):
        return plain.model_copy(update={"standalone_question": rest or message})
    if rest:  # scrap that, Coffee: said wrong and said again
        return Turned(rest, last, dialogue, words, language).understood(plain) if last else plain
    if last is None:
        row = points_at_nothing(message)
        return plain.model_copy(update={"reply": replies(language).say("no_rows", place=f"\u201c{row}\u201d")}) if row else plain
    idle = bool(last.plan.clarify and answered(dialogue)) and _asks_of_nothing(last, dialogue, words)
    if idle and (changed := Turned(message, answered(dialogue)[-1], dialogue, words, language).understood(plain)).calls:
        return changed
    if last.plan.clarify and (options := chosen_options(message, last.plan.clarify.options)):
        return plain.model_copy(update={"standalone_question": "; ".join(options) if len(options) > 1 else options[0]})
    if last.plan.clarify and (text := _answer_to_question(message, last, dialogue, words, language)):
        return plain.model_copy(update={"standalone_question": text})
    if idle:
        last = answered(dialogue)[-1]
    if goes_to_the_start(message):
        return _again(plain, answered(dialogue)[0] if answered(dialogue) else last)
    if goes_back(message):
        steps = answered(dialogue)
        return _again(plain, steps[-2] if len(steps) > 1 else last)
    if (rest := goes_back_and(message)) and len(steps := answered(dialogue)) > 1:
        return Turned(rest, steps[-2], dialogue.model_copy(update={"handles": ()}), words, language).understood(plain)
    if earlier := goes_to_earlier(message, dialogue):
        turn, rest = earlier
        return Turned(rest, turn, dialogue, words, language).understood(plain) if rest else _again(plain, turn)
    return _in_parts(Turned(message, last, dialogue, words, language), plain)


def _in_parts(turned: Turned, plain: Understood) -> Understood:
    """The message as one change; where it is none and no question either, as one change after another."""
    if turned.last.plan.calls() and (changed := _in_turn(_PARTED[0], turned, plain)):
        return changed
    found = turned.understood(plain)
    dialogue, words, language = turned.dialogue, turned.words, turned.language
    if found.calls or found.reply or not turned.last.plan.calls():
        return found
    read = parse(found.standalone_question, words.lexicon, words.values, dialogue.as_of, language)
    if judge_alone(read):
        return found
    return _in_turn(_PARTED[1], turned, plain) or found


def _in_turn(sign: re.Pattern[str], turned: Turned, plain: Understood) -> Understood | None:
    """The parts of a message as changes one after another; a bare name is no change of its own but one of several."""
    parts = [part for part in sign.split(turned.message.strip(" .;!?")) if part.strip()]
    several = 1 < len(parts) <= _MOST_PARTS and not (sign is _PARTED[1] and any(turned.is_bare(part) for part in parts))
    return _one_by_one(parts, turned, plain) if several else None


_PARTED = (
    re.compile(r"(?<=[\w)])[.;!?:]+\s+"),
    re.compile(r",?\s+(?:and then|then|and also|and|but|rồi|và|nhưng|mà)\s+|\s*,\s+", re.IGNORECASE),
)
_MOST_PARTS = 3


def _one_by_one(parts: Sequence[str], turned: Turned, plain: Understood) -> Understood | None:
    """Each part as a change of what the one before it made; None where one of them changes nothing."""
    turn, found = turned.last, plain
    assumed: list[str] = []
    for part in parts:
        found = Turned(part, turn, turned.dialogue, turned.words, turned.language).understood(plain)
        if not found.calls:
            return None
        assumed += found.assumptions
        made = tuple(each.model_copy(update={"calls": found.calls}) for each in turn.plan.parts[:1])
        said = {"parts": made, "standalone_question": found.standalone_question, "probability": found.chance}
        turn = turn.model_copy(update={"plan": turn.plan.model_copy(update=said), "question": part})
    return found.model_copy(update={"edits": turned.last.plan, "assumptions": tuple(dict.fromkeys(assumed))})


def _is_only_a_piece(text: str, language: Language, dialogue: Dialogue, words: Vocabulary) -> bool:
    """A name, a time or a cut: no question anybody would begin with."""
    sketch = parse(text, words.lexicon, words.values, dialogue.as_of, language).sketch
    said = len(sketch.filters) + len(sketch.periods) + len(sketch.dimensions)
    return said == 1 and not (sketch.metrics or sketch.unread) and len(sketch.groups) <= _PIECE


_PIECE = 3


def _answer_to_question(message: str, last: Turn, dialogue: Dialogue, words: Vocabulary, language: Language) -> str:
    """The question asked back together with what was said to it, where both are one question: compare Hà Nội; with Huế, by revenue."""
    asked = last.plan.standalone_question.rstrip(" ?.!")
    said = parse(asked, words.lexicon, words.values, dialogue.as_of, language).sketch
    if said.metrics or not said.has("top", "bottom", "versus", "trend", "share", "average"):
        return ""
    for text in (f"{asked} {message}", f"{message} {asked}"):
        found = parse(text, words.lexicon, words.values, dialogue.as_of, language)
        if not found.matters and judge_alone(found):
            return text
    return ""


def _asks_of_nothing(turn: Turn, dialogue: Dialogue, words: Vocabulary) -> bool:
    """Whether the question asked back named nobody, no time and no cut: then what follows leans on the answer before it."""
    sketch = parse(turn.plan.standalone_question, words.lexicon, words.values, dialogue.as_of, turn.plan.language).sketch
    return not (sketch.filters or sketch.periods or sketch.dimensions or sketch.metrics)


def _goes_on(tokens: Sequence[Token], place: int) -> bool:
    """Drop that filter: something of the last answer goes, and nothing begins anew."""
    return place < len(tokens) and tokens[place].folded in FILTERS


def _after_fresh(message: str) -> str | None:
    """What follows the words that begin anew, wherever they stand at the front; None when there are none."""
    text = tidy(message)
    tokens = tokens_of(text)
    rest: str | None = None
    for place in range(min(6, len(tokens))):
        skipped = starts_with(tokens[place:], habits().fresh)
        if skipped and not _goes_on(tokens, place + skipped):
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
